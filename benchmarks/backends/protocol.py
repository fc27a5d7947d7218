"""What every backend offers the one who measures it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Task = Callable[[Any], Any]


@dataclass(frozen=True)
class Effective:
    """What a pool really is, whatever was asked for.

    `backend` is the name under which that class is asked for, None where it has none; `process` is the id of the one
    that calls the pool; `facts` are what else is known of its workers.
    """

    backend_class: str
    backend: str | None
    n_jobs: int
    process: int = field(default_factory=os.getpid)
    facts: Mapping[str, Any] = field(default_factory=dict)


class Pool(Protocol):
    """A pool of workers, from nothing (`open`) to nothing (`discard`)."""

    def open(self) -> None:
        """Make the pool: what entering `with Parallel(...)` does."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """The results of `task` for `arguments`, in their order."""

    def close(self) -> None:
        """Leave the pool: what leaving the `with` block does."""

    def discard(self) -> None:
        """End whatever outlives `close`, so that the next pool starts cold."""

    def release(self) -> None:
        """The case is over: end what the next one must not find."""

    def clock(self) -> Callable[[], float] | None:
        """The clock of the process that makes the calls, in seconds; None where that is this one."""

    def kill(self) -> None:
        """End a pool after a failure, without waiting for what its workers do."""

    def effective(self) -> Effective:
        """The pool as it is; needs an open pool."""

    def executor(self) -> object | None:
        """The object that owns the workers, to tell a reused one from a new one; None where there are no workers."""

    def take_batches(self, tasks: int) -> list[int] | None:
        """Sizes of the batches completed since the last take, `tasks` in all; None where nothing is batched."""

    def dead_worker(self) -> str | None:
        """A sentence about a worker that died and that this pool's call would wait for in vain."""

    def unblock(self) -> None:
        """After all workers were killed: release what one of them may have held and the pool still waits for."""
