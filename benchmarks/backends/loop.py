"""The plain list comprehension: what every parallel configuration has to beat."""

from collections.abc import Sequence
from typing import Any

from benchmarks.backends.protocol import Effective, Task
from benchmarks.grid import LOOP


class Loop:
    """A pool without workers."""

    def open(self) -> None:
        """Nothing to make."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """The sequential reference itself."""
        return [task(argument) for argument in arguments]

    def close(self) -> None:
        """Nothing to leave."""

    def discard(self) -> None:
        """Nothing outlives the call."""

    def release(self) -> None:
        """There is nothing to find."""

    def clock(self) -> None:
        """The calls are made in this process."""

    def kill(self) -> None:
        """Nothing to end."""

    def effective(self) -> Effective:
        """One job, in the caller's thread."""
        return Effective("list comprehension", LOOP, 1)

    def executor(self) -> None:
        """There are no workers."""

    def take_batches(self, tasks: int) -> None:
        """There are no batches."""

    def dead_worker(self) -> None:
        """There are no workers."""

    def unblock(self) -> None:
        """Nothing is held."""
