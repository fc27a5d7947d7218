"""Callables that carry a task to a worker and bring something back beside its result."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any


class WithWorker:
    """A task whose result comes with the id of the process and the id of the thread that it ran in."""

    def __init__(self, task: Callable[[Any], Any]) -> None:
        self.task = task

    def __call__(self, argument: Any) -> tuple[Any, int, int]:
        """Run the task where this is called."""
        return self.task(argument), os.getpid(), threading.get_ident()


def run_chunk(task: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
    """The task's results for a chunk of arguments, in order."""
    return [task(argument) for argument in arguments]
