"""The tasks that a recommendation is for."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskProfile:
    """The tasks of one call, as far as the cost model distinguishes them.

    - `task_s`: mean time of a task in a plain loop, in seconds; `tasks`: number of tasks in the call.
    - `uneven`: time of the longest task over that of the shortest.
    - `waits`: share of a task's time, 0 to 1, in which it uses no core because it sleeps or waits for I/O.
    - `releases_gil`: share of the remaining time, 0 to 1, in which the task does not hold the GIL.
    - `payload_bytes`: bytes sent with each task.
    - `lengths`: times of the tasks in their order, in any unit; empty if they are not known.
    - `barred`: backends that can't run these tasks.
    """

    task_s: float
    tasks: int
    uneven: float = 1.0
    releases_gil: float = 0.0
    payload_bytes: float = 0.0
    waits: float = 0.0
    barred: tuple[str, ...] = ()
    lengths: tuple[float, ...] = ()

    @property
    def work_s(self) -> float:
        """The time that the plain loop takes for all tasks, in seconds."""
        return self.task_s * self.tasks


def lengths_s(task_s: float, tasks: int, uneven: float, seed: int) -> list[float]:
    """Return task lengths in seconds and in random order, with mean `task_s` and longest over shortest `uneven`.

    The lengths are uniformly distributed on a logarithmic scale.
    """
    if uneven <= 1 or tasks == 1:
        return [task_s] * tasks
    relative = [uneven ** (index / (tasks - 1)) for index in range(tasks)]
    random.Random(seed).shuffle(relative)
    mean = sum(relative) / tasks
    return [task_s * length / mean for length in relative]
