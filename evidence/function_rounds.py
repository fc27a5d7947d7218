"""Time a real function in many configurations, in turns: cold calls of joblib, each in a fresh pool.

python -m evidence.function_rounds NAME    reads a Request as JSON and prints the Rounds as JSON
"""

import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any

import msgspec
from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits

from benchmarks.backends.joblib_pool import discard_loky
from benchmarks.grid import LOOP, Case, backend_of
from benchmarks.workloads.inner_threads import settle
from evidence.real_functions import FUNCTIONS, RealFunction

# Rounds of all configurations, of which the fastest are chosen, and rounds of the chosen ones, which time them: so none
# is best by luck.
SCREENING, FINAL = 3, 5

# A configuration that takes this many times as long as the best is left out of later rounds.
_HOPELESS = 1.4

# Seconds after which no configuration is tried for the first time, no further round of the screening begins, and no
# further final round.
_FIRST_ROUND_S, _SCREENING_S, _FINAL_S = 20.0, 25.0, 40.0

# So many of the fastest are chosen, beside the configurations that are timed in any case; each has this many rounds.
_FASTEST, LEAST = 2, 3


@dataclass(frozen=True)
class Request:
    """What is timed: `cases`, the likely fast ones first, and those that are timed in any case."""

    cases: list[Case]
    always: list[Case]


@dataclass(frozen=True)
class Rounds:
    """Seconds of each call, by the label of the configuration."""

    screening: dict[str, list[float]]
    final: dict[str, list[float]]


def measured(function: RealFunction, cases: Iterable[Case], always: Iterable[Case]) -> Rounds:
    """Time `function` in `cases`, the likely fast ones first, and in those that are timed in any case."""
    module = import_module(function.module_name)
    task, tasks = getattr(module, function.name), getattr(module, f"{function.name}_tasks")()
    kept = {case.label: case for case in always}
    named = kept | {case.label: case for case in cases}
    clock = _Clock(lambda case: seconds(case, task, tasks))
    clock.once(Case(LOOP, 1, None))  # what is loaded or allocated by the first call of all
    screening = _screened(clock, named, set(kept))
    fastest = sorted(screening, key=lambda label: median(screening[label]))[:_FASTEST]
    final: dict[str, list[float]] = {label: [] for label in {*kept, *fastest}}
    for number in range(FINAL):
        if number >= LEAST and clock.passed_s > _FINAL_S:
            break
        clock.round([named[label] for label in final], final)
    # This process would wait until idle workers end by themselves, which takes five minutes.
    discard_loky()
    return Rounds(screening, final)


class _Clock:
    """What times one call, and the seconds since the first."""

    def __init__(self, once: Callable[[Case], float]) -> None:
        self.once = once
        self._dice = random.Random(0)
        self._began = time.perf_counter()

    @property
    def passed_s(self) -> float:
        return time.perf_counter() - self._began

    def round(self, cases: Sequence[Case], times: dict[str, list[float]]) -> None:
        """Time each case once, in random order."""
        for case in self._dice.sample(cases, len(cases)):
            times[case.label].append(self.once(case))


def _screened(clock: _Clock, cases: dict[str, Case], kept: set[str]) -> dict[str, list[float]]:
    """Return the times of all cases that there was time for; the kept ones have times in any case."""
    times: dict[str, list[float]] = {}
    for label, case in cases.items():
        if label in kept or clock.passed_s < _FIRST_ROUND_S:
            times[label] = [clock.once(case)]
    for _ in range(1, SCREENING):
        if clock.passed_s > _SCREENING_S:
            break
        least = min(map(min, times.values()))
        clock.round([cases[label] for label in times if min(times[label]) < _HOPELESS * least], times)
    return times


def seconds(case: Case, task: Callable[..., Any], tasks: Sequence[Any]) -> float:
    """Return the seconds of one call of all tasks in a pool that does not exist yet."""
    discard_loky()
    with ExitStack() as stack:
        options: dict[str, Any] = {"backend": case.backend}
        if case.inner_threads is not None:
            settle()
            if backend_of(case.backend).sets_inner_threads:
                options["inner_max_num_threads"] = case.inner_threads
            else:
                stack.enter_context(threadpool_limits(case.inner_threads))
        if case.backend != LOOP:
            stack.enter_context(parallel_config(**options))
        began = time.perf_counter()
        results = _called(case, task, tasks)
        passed_s = time.perf_counter() - began
    assert len(results) == len(tasks)
    return passed_s


def _called(case: Case, task: Callable[..., Any], tasks: Sequence[Any]) -> Any:
    """Return all results; each way of calling is written as a user would, because tiny tasks cost less than a star."""
    several = isinstance(tasks[0], tuple)
    if case.backend == LOOP:
        return [task(*arguments) for arguments in tasks] if several else [task(argument) for argument in tasks]
    parallel = Parallel(n_jobs=case.n_jobs, batch_size=case.batch_size)
    if several:
        return parallel(delayed(task)(*arguments) for arguments in tasks)
    return parallel(delayed(task)(argument) for argument in tasks)


def main() -> None:
    """Answer one request."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    rounds = measured(FUNCTIONS[sys.argv[1]], request.cases, request.always)
    sys.stdout.buffer.write(msgspec.json.encode(rounds))


if __name__ == "__main__":
    main()
