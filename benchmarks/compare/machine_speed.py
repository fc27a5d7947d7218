"""How fast the machine was in each run, as the plain loop beside the cases shows it.

joblib has no part in the plain loop. If machine, interpreter and tasks are the same on both sides, the loop differs by
the machine's state alone, and dividing a run's times by its loop removes a part of that state from them: much where
the machine's speed changed much (`python -m evidence.relative_times`). One loop for all cases of a run, the mean of
those beside them, is enough: loops of the cases' own bring about as much.
Not every case scales with the loop (joblib polls for results every 10 ms), so a change counts only as far as the times
as measured agree with it.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from benchmarks.compare.sides import Sides
from benchmarks.history.comparability import RUN_BARS
from benchmarks.history.run import Run


class LoopUse(Enum):
    """Whether times are divided by the loop, and why not."""

    DIVIDED = "they are"
    FORCED = "the runs differ in what must be equal"
    OTHER_TASKS = "the tasks differ, or may have changed"


@dataclass(frozen=True)
class MachineSpeed:
    """The time of the plain loop in head over that in base, and what is made of it."""

    loop_ratio: float
    use: LoopUse

    @property
    def divided(self) -> bool:
        """Whether the times of a run are divided by its loop."""
        return self.use is LoopUse.DIVIDED


def machine_speed(sides: Sides, forced: Collection[str]) -> MachineSpeed | None:
    """Return how the plain loop changed from base to head; None unless every run has timed one.

    `forced` are the fields in which the sides differ although they should not.
    """
    base, head = ([run.loop_log for run in side.runs] for side in (sides.base, sides.head))
    known = [[log for log in logs if log is not None] for logs in (base, head)]
    if list(map(len, known)) != [len(base), len(head)]:
        return None
    before, after = (math.fsum(logs) / len(logs) for logs in known)
    return MachineSpeed(math.exp(after - before), _use(sides, forced))


def _use(sides: Sides, forced: Collection[str]) -> LoopUse:
    if set(forced) & set(RUN_BARS):
        return LoopUse.FORCED
    first, *others = (_loop(run) for run in sides.runs)
    if others.count(first) != len(others) or None in first:
        return LoopUse.OTHER_TASKS
    return LoopUse.DIVIDED


def _loop(run: Run) -> set[tuple[object, ...] | None]:
    """Return what the loops of a run are made of, with None for tasks that may have changed from run to run.

    A user's function may be what changed between the runs; the numeric library of the suite's own tasks as well.
    """
    tasks: set[tuple[object, ...] | None] = set()
    for case in run.cases.values():
        if case.loop_log is None:
            continue
        workload = case.facts.get("workload")
        of_user = ":" in str(workload)
        library = run.versions.get("numpy") if workload else None
        work = tuple(
            map(str, (workload, *(case.facts.get(name) for name in ("tasks", "longest", "arguments")), library))
        )
        tasks.add(None if of_user else work)
    return tasks
