"""The plain list comprehension: what every parallel configuration has to beat."""

from collections.abc import Sequence
from typing import Any

from benchmarks.backends.protocol import Effective, Pool, Task
from benchmarks.grid import LOOP, Case

# One job, in the caller's thread.
IN_CALLER = ("list comprehension", LOOP, 1)


class Loop(Pool):
    """A pool without workers."""

    def __init__(self, case: Case) -> None:
        """Need nothing of the case."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Return the results of the plain loop."""
        return [task(argument) for argument in arguments]

    def effective(self) -> Effective:
        """Return one job, in the caller's thread."""
        return Effective(*IN_CALLER)
