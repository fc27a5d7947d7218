"""The tasks that a recommendation is for."""

import math
import random
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class TaskProfile:
    """The tasks of one call, as far as the cost model distinguishes them.

    - `task_s`: mean time of a task in a plain loop, in seconds; `tasks`: number of tasks in the call.
    - `uneven`: time of the longest task over that of the shortest.
    - `waits`: share of a task's time, 0 to 1, in which it uses no core because it sleeps or waits for I/O.
    - `releases_gil`: share of the remaining time, 0 to 1, in which the task does not hold the GIL.
    - `in_turns`: whether threads run the tasks one after the other although these wait: each waits for the others, as
      for a lock. Processes have locks of their own.
    - `gil_known`: whether `releases_gil` is known; if not, it is 0, as for most tasks.
    - `payload_bytes`: bytes sent with each task, without what all tasks share.
    - `lengths`: times of the tasks in their order, in any unit; empty if they are not known.
    - `barred`: backends that can't run these tasks.
    - `result_bytes`: bytes that each task returns.
    - `shared_bytes`: bytes of the objects that are the same in every argument; they are sent once with each batch, or
      once in all if they are `mapped`, which is what joblib does with arrays of more than 1 MB.
    - `pickling_s`: seconds to pickle and unpickle a task's own argument and its result, beyond copying the bytes;
      `shared_pickling_s`: the same for the shared objects.
    - `import_s`, `import_bytes`: what importing the task's module takes, once in each worker of the backends
      `importing`.
    - `inner_threads`: pairs of a number of threads of a numeric library in which a task computes, and of its time as a
      share of that with one; empty if the tasks compute in no such threads. `libraries` are these libraries, with the
      number of threads that they have in the user's program.
    - `peak_bytes`: memory that a running task needs; None if it is not known.
    - `faster_again`: how many times as fast the tasks were in a second loop, because they cache results; None if they
      do not.
    - `caveats`: clauses that say of which calls an answer holds, such as of those with arguments that others changed.
    - `measured`: how many of the tasks were measured, evenly chosen, if there was no time for all; otherwise None.
    """

    task_s: float
    tasks: int
    uneven: float = 1.0
    releases_gil: float = 0.0
    payload_bytes: float = 0.0
    waits: float = 0.0
    barred: tuple[str, ...] = ()
    lengths: tuple[float, ...] = ()
    gil_known: bool = True
    result_bytes: float = 0.0
    shared_bytes: float = 0.0
    mapped: bool = False
    pickling_s: float = 0.0
    shared_pickling_s: float = 0.0
    import_s: float = 0.0
    import_bytes: float = 0.0
    importing: tuple[str, ...] = ("loky",)
    peak_bytes: float | None = None
    inner_threads: tuple[tuple[int, float], ...] = ()
    libraries: tuple[tuple[str, int], ...] = ()
    measured: int | None = None
    faster_again: int | None = None
    caveats: tuple[str, ...] = ()
    in_turns: bool = False

    @property
    def work_s(self) -> float:
        """The time that the plain loop takes for all tasks, in seconds."""
        return self.task_s * self.tasks

    @property
    def best_loop_s(self) -> float:
        """The time of the plain loop with the best number of inner threads, in seconds."""
        return self.work_s * min((share for _, share in self.inner_threads), default=1.0)

    @cached_property
    def lengths_s(self) -> tuple[float, ...]:
        """The times of the tasks in their order, in seconds; empty if they are not known."""
        sum_of_lengths = math.fsum(self.lengths)
        if len(self.lengths) != self.tasks or not sum_of_lengths:
            return ()
        scale = self.work_s / sum_of_lengths
        return tuple(length * scale for length in self.lengths)


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
