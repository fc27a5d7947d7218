"""Rounds: what is timed in each phase of a pool's life, and what is noted and checked beside each round."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.backends.opening import EnginePools, open_pool
from benchmarks.backends.protocol import Pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call, naming
from benchmarks.measure.deadline import guarded, lingering
from benchmarks.measure.effective import alias, observe
from benchmarks.measure.notes import Notes, Results, where
from benchmarks.measure.pickling import explained, refuse_unpicklable
from benchmarks.measure.resources import Meter

# How long the threads of a failed case may take to end before they count as hung.
_PATIENCE_S = 10.0


def _nothing() -> None:
    """What is done before or after a round where nothing has to be."""


@dataclass(frozen=True)
class Gated:
    """What is different about a case that a gate measures: no speed-up is asked for, and time is short.

    `turn` waits for the turn to do a round, None where no other session takes turns with this one. `repeated` says that
    the case was measured before, in another process: the loop has confirmed the formula, what really runs is known.
    `keep` leaves loky's executor to the next case, which uses the same.
    """

    turn: Callable[[], None] | None
    repeated: bool
    keep: bool


class Measure:
    """Times calls of a case's pool through pytest-benchmark's `pedantic`, one call a round.

    `rounds` and `warmups` are calls; `timeout_s` is for the whole case; `stuck` is told of threads that can't be ended;
    `engines` are those of the backends that need one; `meter` measures one more call of each case, which is not timed.
    """

    def __init__(
        self,
        benchmark: Any,
        rounds: int,
        warmups: int,
        timeout_s: float,
        stuck: Callable[[list[str]], None],
        engines: EnginePools,
        gated: Gated | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._benchmark = benchmark
        self._rounds = rounds
        self._warmups = warmups
        self._timeout_s = timeout_s
        self._stuck = stuck
        self._engines = engines
        self._gated = gated
        self._meter = meter
        self.untimed_s = 0.0

    def warm_call(self, case: Case, call: Call, beside_loop: bool = False, **parallel_options: Any) -> None:
        """Time one call in a pool that is open and has made a call before.

        `beside_loop` also times the direct loop just before and just after the case, so that a speed-up compares
        two times of the same moment: the machine's speed may change from one case to the next.
        """
        beside_loop = beside_loop and self._benchmark.enabled and not self._gated
        with self._pool(case, call, parallel_options) as (pool, call):
            loop_s = [call.loop_s()] if beside_loop else []
            pool.open()
            notes = self._notes("warm call", case, call, pool)
            self._time(notes, lambda: [pool.call(call.task, call.arguments)])
            pool.close()
            if loop_s:
                self._benchmark.extra_info["loop_s"] = [*loop_s, call.loop_s()]

    def warm_calls(self, case: Case, call: Call, calls: int, **parallel_options: Any) -> None:
        """Time `calls` calls one after the other in an open pool, as one round."""
        with self._pool(case, call, parallel_options) as (pool, call):
            pool.open()
            notes = self._notes("warm call" if calls == 1 else f"{calls} warm calls", case, call, pool, calls=calls)
            self._time(notes, lambda: [pool.call(call.task, call.arguments) for _ in range(calls)])
            pool.close()

    def cold_start(self, case: Case, call: Call, **parallel_options: Any) -> None:
        """Time making the pool and its first call; whatever could be warm is shut down before every round."""
        with self._pool(case, call, parallel_options) as (pool, call):
            pool.open()
            notes = self._notes("cold start", case, call, pool)
            pool.close()

            def first_call() -> Results:
                pool.open()
                return [pool.call(call.task, call.arguments)]

            self._time(notes, first_call, before=pool.discard, after=pool.close)

    def whole_block(self, case: Case, call: Call, observed: Call | None = None, **parallel_options: Any) -> None:
        """Time a `with` block from nothing to nothing left open: make the pool, call it once, leave it.

        `observed` is done in the untimed call, in place of work that would take too long to do twice.
        """
        with self._pool(case, call, parallel_options) as (pool, call):
            pool.open()
            notes = self._notes("whole block", case, call, pool, observed=observed)
            pool.close()

            def block() -> Results:
                pool.open()
                results = pool.call(call.task, call.arguments)
                notes.executor = pool.executor()
                pool.close()
                return [results]

            self._time(notes, block, before=pool.discard)

    @contextmanager
    def _pool(self, case: Case, call: Call, parallel_options: dict[str, Any]) -> Iterator[tuple[Pool, Call]]:
        """A pool that starts from nothing and leaves nothing, however the case ends; a gate may ask for less.

        With it the work, once its plain loop has been run: what fails there is no fault of a pool.
        """
        before = set(threading.enumerate())
        pool = open_pool(case, self._engines, **parallel_options)
        if self._gated and self._gated.repeated:
            call = replace(call, by_formula=True)
        try:
            with guarded(self._timeout_s, pool.dead_worker, pool.unblock), explained(case, call):
                if not self._gated:
                    pool.release()
                try:
                    _ = call.expected_results
                    refuse_unpicklable(case, call)
                    yield pool, call
                except BaseException:
                    pool.kill()
                    raise
                if not (self._gated and self._gated.keep):
                    pool.release()
        except BaseException:
            if left := lingering(before, _PATIENCE_S):
                self._stuck(left)
            raise

    def _notes(
        self, phase: str, case: Case, call: Call, pool: Pool, calls: int = 1, observed: Call | None = None
    ) -> Notes:
        began = time.perf_counter()
        if self._gated and self._gated.repeated:
            observed = call.thinned()
        with naming(f"{where(case)}, untimed call"):
            seen = observe(pool, observed or call)
        self.untimed_s += time.perf_counter() - began
        if (clock := pool.clock()) is not None:
            self._benchmark._timer = clock
        extra_info = {"phase": phase, **call.extra_info, **seen, "alias_of": alias(case, pool.effective())}
        return Notes(case, call, pool, extra_info, calls)

    def _time(
        self,
        notes: Notes,
        target: Callable[[], Results],
        before: Callable[[], None] = _nothing,
        after: Callable[[], None] = _nothing,
    ) -> None:
        """Run the rounds; whatever `pedantic` is told to call before and after a round is outside its timer."""
        turn = self._gated.turn if self._gated else None

        def prepare() -> None:
            if turn is not None:
                turn()
            before()

        def timed() -> Results:
            notes.results = target()
            return notes.results

        def finish_round() -> None:
            notes.take()
            after()

        self._benchmark.pedantic(
            timed, setup=prepare, teardown=finish_round, rounds=self._rounds, warmup_rounds=self._warmups
        )
        if not self._benchmark.enabled:
            # pedantic skips teardown where nothing is measured; the check holds there too.
            finish_round()
        extra_info = notes.extra_info(self._warmups if self._benchmark.enabled else 0)
        if self._meter is not None and self._benchmark.enabled:
            extra_info["resources"] = self._needs(self._meter, notes, prepare, timed, finish_round)
        self._benchmark.extra_info.update(extra_info)

    def _needs(
        self,
        meter: Meter,
        notes: Notes,
        prepare: Callable[[], None],
        call: Callable[[], Results],
        finish: Callable[[], None],
    ) -> dict[str, Any]:
        """What one more round needs beside time; no round is timed while the sampler looks."""
        began = time.perf_counter()
        prepare()
        found = meter.measure(call, notes.pipes)
        finish()
        self.untimed_s += time.perf_counter() - began
        return found
