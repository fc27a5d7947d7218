"""What a pool of any backend offers to whoever measures it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Task = Callable[[Any], Any]


@dataclass(frozen=True)
class Effective:
    """What a pool really is, whatever was asked for.

    `backend` is the name by which that class is asked for, None where it has none; `process` is the id of the process
    that calls the pool; `extra_info` is what else the run file should say of its workers.
    """

    backend_class: str
    backend: str | None
    n_jobs: int
    process: int = field(default_factory=os.getpid)
    extra_info: Mapping[str, Any] = field(default_factory=dict)


class Pool:
    """A pool of workers, from nothing (`open`) to nothing (`discard`).

    A backend overrides what it has: `open`, `call`, `close` and `effective` always, the rest where there is something
    to do.
    """

    def open(self) -> None:
        """Make the pool: what entering `with Parallel(...)` does."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Return the results of `task` for `arguments`, in their order."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave the pool: what leaving the `with` block does."""

    def discard(self) -> None:
        """End whatever outlives `close`, so that the next pool starts cold."""

    def release(self) -> None:
        """End what the next case must not find, now that this one is over."""

    def kill(self) -> None:
        """End the pool after a failure, without waiting for its workers."""

    def clock(self) -> Callable[[], float] | None:
        """Return the clock (seconds) of the process that makes the calls, None where that is this process."""
        return None

    def effective(self) -> Effective:
        """Return what the open pool really is."""
        raise NotImplementedError

    def executor(self) -> object | None:
        """Return the object that owns the workers, to tell a reused one from a new one; None without workers."""
        return None

    def take_batches(self, tasks: int) -> list[int] | None:
        """Return the sizes of the batches completed since it was last called, `tasks` in all; None without batches."""
        return None

    def completed_s(self) -> float | None:
        """Return the seconds from the start of the last call until its last batch had completed; None if not known."""
        return None

    def dead_worker(self) -> str | None:
        """Return a sentence about a worker that died and whose answer this pool's call would wait for in vain."""
        return None

    def unblock(self) -> None:
        """Release what a killed worker may have held and the pool still waits for."""
