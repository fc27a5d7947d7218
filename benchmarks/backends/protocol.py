"""The interface that pools of all backends have in common."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Task = Callable[[Any], Any]


@dataclass(frozen=True)
class Effective:
    """What a pool really is, whatever was asked for.

    `backend` is the name under which the class is registered with joblib, None if it has none. `process` is the id of
    the process that calls the pool. `extra_info` goes to the run file.
    """

    backend_class: str
    backend: str | None
    n_jobs: int
    process: int = field(default_factory=os.getpid)
    extra_info: Mapping[str, Any] = field(default_factory=dict)


class Pool(ABC):
    """A pool of workers: `open` creates it, `call` uses it, `close` leaves it, `discard` ends what is left of it.

    Every backend overrides `call` and `effective`, and the other methods if it has something to do there.
    """

    def open(self) -> None:
        """Create the pool, as entering `with Parallel(...)` does."""

    @abstractmethod
    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Return the results of `task` for `arguments`, in their order."""

    def close(self) -> None:
        """Leave the pool, as leaving the `with` block does."""

    def discard(self) -> None:
        """End what survives `close`, so that the next pool starts cold."""

    def release(self) -> None:
        """End what must not survive this case."""

    def kill(self) -> None:
        """End the pool after a failure, without waiting for its workers."""

    def clock(self) -> Callable[[], float] | None:
        """Return the clock (seconds) of the process that makes the calls, None if that is this process."""
        return None

    @abstractmethod
    def effective(self) -> Effective:
        """Return what the open pool really is."""

    def executor(self) -> object | None:
        """Return the object that owns the workers, by which a reused one is recognised; None without workers."""
        return None

    def awake(self) -> bool:
        """Return whether all workers have served the pool before this one, which left its executor running."""
        return False

    def take_batches(self, tasks: int) -> list[int] | None:
        """Return the sizes of the batches completed since the last time, `tasks` tasks in all; None if unknown."""
        return None

    def completed_s(self) -> float | None:
        """Return the seconds from the start of the last call to the end of its last batch; None if unknown."""
        return None

    def dead_worker(self) -> str | None:
        """Return a sentence about a worker that died and for which a call would wait forever; None if there is none."""
        return None

    def unblock(self) -> None:
        """Release a lock that a killed worker may have held and that the pool waits for."""
