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


class Spread:
    """A function of several parameters as a task: a tuple is spread by position, a dictionary by name."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, argument: Any) -> Any:
        """Call the function where this is called."""
        return self.function(**argument) if isinstance(argument, dict) else self.function(*argument)


def run_chunk(task: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
    """The task's results for a chunk of arguments, in order."""
    return [task(argument) for argument in arguments]
