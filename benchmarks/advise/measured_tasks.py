"""Tasks that are measured instead of described: a session runs them in a plain loop and in two threads."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.advise.costs import Costs
from benchmarks.advise.measured_profile import MeasuredTasks, profile_of
from benchmarks.advise.nesting import Nesting, nesting_of, of_test
from benchmarks.advise.probe_session import measure

# The user's own tasks may take long.
_ROUNDS = 3

# The session that measures the tasks takes no more of them than it has time for: more if the machine is known already.
WITHIN_S, BEFORE_PROBE_S = 40.0, 25.0


@dataclass(frozen=True)
class TaskSession:
    """What a session measured of the tasks that its `options` name: a run file's `benchmarks`, after `took_s` seconds.

    It needs no cost model, so that it comes before a probe, which tasks that fail or start workers themselves do not
    need.
    """

    options: tuple[str, ...]
    benchmarks: tuple[Mapping[str, Any], ...]
    within_s: float
    took_s: float
    warm: bool

    @property
    def nesting(self) -> Nesting | None:
        """Both levels of tasks that start workers themselves, None for other tasks."""
        return nesting_of(self.benchmarks)

    def tasks(self, costs: Costs, tell: Callable[[str], None], end_s: float) -> MeasuredTasks:
        """Return the tasks as a cost model takes them.

        If something disturbed that, they are measured once more, if there is time until `end_s` of the monotonic clock.
        Raises SuiteError.
        """
        first = self._tasks(costs)
        if first.disturbance is None or time.monotonic() + self.took_s > end_s:
            return first
        tell("other programs disturbed the measurement: measuring the tasks again")
        again = measure_tasks(self.options, tell, self.within_s, self.warm)._tasks(costs)
        return first if again.disturbance else again

    def _tasks(self, costs: Costs) -> MeasuredTasks:
        (loop,), (threads,) = (of_test(name, self.benchmarks) for name in ("test_loop", "test_threads"))
        return profile_of(loop, threads, costs)


def measure_tasks(
    options: Sequence[str], tell: Callable[[str], None], within_s: float = WITHIN_S, warm: bool = False
) -> TaskSession:
    """Measure the tasks that a session's `options` name, in about `within_s` seconds. Raises AdviceError.

    Pools around tasks that start workers themselves are open already if `warm` is true.
    """
    began = time.monotonic()
    ours = ["--profile=probe", f"--rounds={_ROUNDS}", f"--within={within_s:g}"]
    ours += ["-k", f"test_loop or test_threads or test_workers_{'open' if warm else 'whole'}"]
    document = measure([*ours, *options], tell)
    return TaskSession(tuple(options), tuple(document["benchmarks"]), within_s, time.monotonic() - began, warm)
