"""Callables that wrap a task before it is sent to a worker."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any


class WithWorker:
    """A task that returns its result together with the ids of the process and the thread in which it ran."""

    def __init__(self, task: Callable[[Any], Any]) -> None:
        self.task = task

    def __call__(self, argument: Any) -> tuple[Any, int, int]:
        """Return the task's result, the process id and the thread id."""
        return self.task(argument), os.getpid(), threading.get_ident()


class Spread:
    """A task that calls a function of several parameters: a tuple is passed by position, a dictionary by name."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, argument: Any) -> Any:
        """Return the function's result."""
        return self.function(**argument) if isinstance(argument, dict) else self.function(*argument)


def run_chunk(task: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
    """Return the task's results for a batch of arguments, in order."""
    return [task(argument) for argument in arguments]
