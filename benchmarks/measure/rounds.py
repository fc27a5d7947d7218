"""Rounds: what is timed in each phase of a pool's life, and what happens outside the timer."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from benchmarks.backends.opening import open_pool
from benchmarks.backends.protocol import Pool, Task
from benchmarks.grid import LOOP, Case, backend_of
from benchmarks.measure.call import Call, naming
from benchmarks.measure.deadline import guarded, lingering
from benchmarks.measure.effective import alias, observe, wake
from benchmarks.measure.loops import LoopsBeside
from benchmarks.measure.pickling import explained, refuse_unpicklable
from benchmarks.measure.recursion import recursion_limit_kept
from benchmarks.measure.round_log import Results, RoundLog, full_name
from benchmarks.measure.round_settings import RoundSettings
from benchmarks.workloads.inner_threads import Limited, limited, thread_counts

# The threads of a failed case count as hung if they have not ended after this time.
_PATIENCE_S = 10.0


def _nothing() -> None:
    """Do nothing before or after a round."""


def _limits(case: Case, call: Call) -> AbstractContextManager[None]:
    """Return the limits of the case's inner threads in this process, which end with its block."""
    if case.inner_threads is None:
        return nullcontext()
    return limited(dict.fromkeys(call.inner_threads or thread_counts(), case.inner_threads))


def _limited_task(case: Case, call: Call) -> Task:
    """Return the call's task, which limits the inner threads in its workers unless joblib does."""
    if case.inner_threads is None or backend_of(case.backend).sets_inner_threads:
        return call.task
    return Limited(call.task, case.inner_threads)


class Measure:
    """Times calls of a case's pool through pytest-benchmark's `pedantic`, whose rounds have one iteration each.

    `on_stuck` is called with the names of threads that still run after a case has failed, because they can't be ended.
    `untimed_s` is the time spent in untimed calls so far.
    """

    def __init__(self, benchmark: Any, settings: RoundSettings, on_stuck: Callable[[list[str]], None]) -> None:
        self._benchmark = benchmark
        self._settings = settings
        self._gate = settings.gate
        self._on_stuck = on_stuck
        self.untimed_s = 0.0
        self._observed_s = 0.0

    def leave_out_resources(self) -> None:
        """Measure no resources of this case: another case of the session has all that is asked for."""
        self._settings = replace(self._settings, meter=None)

    def warm_call(self, case: Case, call: Call, beside_loop: bool = False, **parallel_options: Any) -> None:
        """Time one call in an open pool that has been called before.

        `beside_loop` also times the plain loop just before and just after the case, see `LoopsBeside`.
        """
        beside_loop = beside_loop and self._benchmark.enabled and not self._gate
        with self._pool(case, call, parallel_options) as (pool, call):
            loops = LoopsBeside(call) if beside_loop else None
            with _limits(case, call):
                pool.open()
                task = _limited_task(case, call)
                log = self._observe("warm call", case, call, pool, task=task)
                rounds = self._rounds(log, self._observed_s, loops.first_s if loops and case.backend != LOOP else None)
                self._time(log, rounds, lambda: [pool.call(task, call.arguments)])
                pool.close()
            if loops is not None:
                self._benchmark.extra_info.update(loops.finish())

    def warm_calls(self, case: Case, call: Call, calls: int, **parallel_options: Any) -> None:
        """Time `calls` successive calls in an open pool as one round."""
        with self._pool(case, call, parallel_options) as (pool, call):
            pool.open()
            log = self._observe("warm call" if calls == 1 else f"{calls} warm calls", case, call, pool, calls=calls)
            rounds = self._rounds(log, calls * self._observed_s)
            self._time(log, rounds, lambda: [pool.call(call.task, call.arguments) for _ in range(calls)])
            pool.close()

    def cold_start(self, case: Case, call: Call, **parallel_options: Any) -> None:
        """Time opening the pool and its first call; whatever could be warm is shut down before every round."""
        with self._pool(case, call, parallel_options) as (pool, call):
            began = time.perf_counter()
            pool.open()
            log = self._observe("cold start", case, call, pool)
            rounds = self._rounds(log, time.perf_counter() - began)
            pool.close()

            def first_call() -> Results:
                pool.open()
                return [pool.call(call.task, call.arguments)]

            self._time(log, rounds, first_call, before=pool.discard, after=pool.close)

    def whole_block(self, case: Case, call: Call, observed: Call | None = None, **parallel_options: Any) -> None:
        """Time a whole `with` block from a cold start: open the pool, call it once, close it.

        `observed` replaces `call` in the untimed call if `call` would take too long to make twice.
        """
        task = _limited_task(case, call)
        with self._pool(case, call, parallel_options) as (pool, call), _limits(case, call):
            began = time.perf_counter()
            pool.open()
            observed_task = _limited_task(case, observed or call)
            log = self._observe("whole block", case, call, pool, observed=observed, task=observed_task)
            pool.close()
            rounds = self._rounds(log, time.perf_counter() - began)

            def block() -> Results:
                pool.open()
                results = pool.call(task, call.arguments)
                log.executor = pool.executor()
                pool.close()
                return [results]

            self._time(log, rounds, block, before=pool.discard)

    @contextmanager
    def _pool(self, case: Case, call: Call, parallel_options: dict[str, Any]) -> Iterator[tuple[Pool, Call]]:
        """Provide the case's pool, not yet open, and the call; release the pool at the end, or kill it on failure.

        The plain loop runs before the block: a task that fails there is no fault of the pool. A gate shares executors
        between cases, so that it does not release the pool before a case, and afterwards only if nobody needs it.
        """
        before = set(threading.enumerate())
        pool = open_pool(case, self._settings.engines, **parallel_options)
        if self._gate and self._gate.measured_before:
            call = replace(call, by_formula=True)
        try:
            with guarded(self._settings.timeout_s, pool.dead_worker, pool.unblock), explained(case, call):
                if not self._gate:
                    pool.release()
                try:
                    with recursion_limit_kept():
                        _ = call.expected_results
                        refuse_unpicklable(case, call)
                        yield pool, call
                except BaseException:
                    pool.kill()
                    raise
                if not (self._gate and self._gate.keep_executor):
                    pool.release()
        except BaseException:
            if names := lingering(before, _PATIENCE_S):
                self._on_stuck(names)
            raise

    def _observe(
        self,
        phase: str,
        case: Case,
        call: Call,
        pool: Pool,
        calls: int = 1,
        observed: Call | None = None,
        task: Task | None = None,
    ) -> RoundLog:
        """Make an untimed call in the open pool, and return the log of the rounds to come."""
        began = time.perf_counter()
        if self._gate and self._gate.measured_before:
            observed = call.thinned()
        with naming(f"{full_name(case)}, untimed call"):
            if not pool.awake():
                wake(pool, pool.effective().n_jobs)
            woken = time.perf_counter()
            workers = observe(pool, observed or call, task)
        ended = time.perf_counter()
        self.untimed_s += ended - began
        self._observed_s = ended - woken
        if (clock := pool.clock()) is not None:
            self._benchmark._timer = clock
        extra_info = {"phase": phase, **call.extra_info, **workers, "alias_of": alias(case, pool.effective())}
        return RoundLog(case, call, pool, extra_info, calls)

    def _rounds(self, log: RoundLog, round_s: float, loop_s: float | None = None) -> int:
        """Return how many rounds are worth their time, if one takes about `round_s`."""
        most = self._settings.rounds
        if self._settings.sparing is None:
            return most
        return self._settings.sparing.rounds(most, log.alias_of, round_s, loop_s)

    def _time(
        self,
        log: RoundLog,
        rounds: int,
        target: Callable[[], Results],
        before: Callable[[], None] = _nothing,
        after: Callable[[], None] = _nothing,
    ) -> None:
        """Run the rounds and add their extra_info to the case's; `before` and `after` are not timed."""
        wait_for_turn = self._gate.wait_for_turn if self._gate else None

        def prepare() -> None:
            if wait_for_turn is not None:
                wait_for_turn()
            before()

        def timed() -> Results:
            log.results = target()
            return log.results

        def finish_round() -> None:
            log.add_round()
            after()

        warmups = self._settings.warmups
        self._benchmark.pedantic(timed, setup=prepare, teardown=finish_round, rounds=rounds, warmup_rounds=warmups)
        if not self._benchmark.enabled:
            # pedantic skips the teardown if nothing is measured; results are checked all the same.
            finish_round()
        extra_info = log.extra_info(warmups if self._benchmark.enabled else 0)
        if self._settings.meter is not None and self._benchmark.enabled:
            began = time.perf_counter()
            prepare()
            # A round of its own: no round is timed while the sampler works.
            extra_info["resources"] = self._settings.meter.measure(timed, log.uses_pipes)
            finish_round()
            self.untimed_s += time.perf_counter() - began
        self._benchmark.extra_info.update(extra_info | self._examined(prepare, timed, finish_round))

    def _examined(
        self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]
    ) -> dict[str, object]:
        """Make further calls that a gate examines: their instructions, and the functions that they spend time in."""
        examiners = {"instructions": self._settings.counter, "profile": self._settings.profiler}
        asked = {key: examiner for key, examiner in examiners.items() if examiner and self._benchmark.enabled}
        return {key: examiner.examine(prepare, call, finish) for key, examiner in asked.items()}
