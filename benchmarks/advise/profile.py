"""The tasks that somebody asks about."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskProfile:
    """`task_s` is the mean time of a task in a plain loop, in seconds; `tasks` are those of one call.

    `uneven` is the longest task's time over the shortest one's; `waits` the share of a task's time, 0 to 1, in which it
    uses no core (it sleeps, or waits for a disk or a server), `releases_gil` the share of the rest in which it does not
    hold the GIL; `payload_bytes` are sent with each task. `lengths` are the times of the tasks in their order, in any
    unit, where they are known; else empty. `barred` are the backends that can't be given such tasks.
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
        """What the plain loop takes for all of them."""
        return self.task_s * self.tasks


def lengths_s(task_s: float, tasks: int, uneven: float, seed: int) -> list[float]:
    """Task lengths in seconds: the mean is `task_s`, the longest takes `uneven` times the shortest, in random order.

    Between the two every length is as likely as any other on a logarithmic scale.
    """
    if uneven <= 1 or tasks == 1:
        return [task_s] * tasks
    relative = [uneven ** (place / (tasks - 1)) for place in range(tasks)]
    random.Random(seed).shuffle(relative)
    mean = sum(relative) / tasks
    return [task_s * one / mean for one in relative]
