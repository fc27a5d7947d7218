"""What the process of a trial is asked, and what it answers."""

from msgspec import Struct


class TrialRequest(Struct):
    """What the process of the trial is asked; `position` and `result` are paths of files that it writes."""

    workload: str
    task_args: str
    tasks: int
    tolerance: float | None
    position: str
    result: str


class TrialResult(Struct):
    """What the trial found. `error` says why the task can't be measured, `loop_s` is the time of one plain loop.

    `workers` counts the threads and processes that the task started, `programs` the other programs (0 unless most tasks
    start one), `warnings` what it warned of. `inner_threads` are the libraries that computed in threads of their own,
    with the number of threads that they have where nothing but the user sets it; `unseen_threads` says that a library
    did so which threadpoolctl does not know. If `waits` is true, the tasks wait most of the time; if `holds_gil` is
    true, they hold the GIL all the time. `changed_argument` names an argument that the first call changed and later
    ones did not, and what it is now. `lengths_s` are the seconds that each task took. If the tasks remember something,
    the median one took `first_task_s` seconds in the first loop and `task_s` in the second; both are 0 otherwise.
    """

    error: str | None = None
    loop_s: float = 0.0
    workers: int = 0
    programs: int = 0
    warnings: int = 0
    first_warning: str = ""
    inner_threads: dict[str, int] = {}
    unseen_threads: bool = False
    waits: bool = False
    holds_gil: bool = False
    changed_argument: str | None = None
    lengths_s: list[float] = []
    first_task_s: float = 0.0
    task_s: float = 0.0

    @property
    def faster_again(self) -> int | None:
        """How many times as fast tasks are that remember something, None if they don't."""
        return round(self.first_task_s / max(self.task_s, 1e-9)) if self.first_task_s else None
