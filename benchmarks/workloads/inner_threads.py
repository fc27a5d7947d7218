"""Threads inside a task, those of BLAS and OpenMP libraries: how many there are, and limits for them.

threadpoolctl knows OpenBLAS, MKL, BLIS, FlexiBLAS and OpenMP. It is imported late: other tasks do not need it.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

# A task may load its library in its first call, after the limits were set.
_LIMITED_CALLS = 2

_this_thread = threading.local()


def thread_counts() -> dict[str, int]:
    """Return by library (openblas, openmp) how many threads it uses for a call from this thread of this process."""
    from threadpoolctl import threadpool_info

    counts: dict[str, int] = {}
    for library in threadpool_info():
        name = str(library["internal_api"])
        counts[name] = max(counts.get(name, 0), int(library["num_threads"]))
    return counts


@contextmanager
def limited(counts: Mapping[str, int]) -> Iterator[None]:
    """Give libraries so many threads in this process for the length of the block; OpenMP's in this thread only."""
    from threadpoolctl import ThreadpoolController

    with ExitStack() as limits:
        controller = ThreadpoolController()
        for name, count in counts.items():
            limits.enter_context(controller.select(internal_api=name).limit(limits=count))
        yield


class Limited:
    """A task whose libraries have `threads` threads in every worker that runs it, whatever kind of worker that is."""

    def __init__(self, function: Callable[[Any], Any], threads: int) -> None:
        self.function = function
        self.threads = threads

    def __call__(self, argument: Any) -> Any:
        """Return the function's result, after setting the limits in the first calls of this thread."""
        threads, calls = getattr(_this_thread, "limited", (self.threads, 0))
        calls = 0 if threads != self.threads else calls
        if calls < _LIMITED_CALLS:
            from threadpoolctl import ThreadpoolController

            # Without a `with` block: the worker keeps the limits.
            ThreadpoolController().limit(limits=self.threads)
            _this_thread.limited = (self.threads, calls + 1)
        return self.function(argument)


class WithThreadCounts:
    """A task that returns its result together with the thread counts of its worker, the first time it runs there."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.token = secrets.token_hex(8)

    def __call__(self, argument: Any) -> tuple[Any, dict[str, int]]:
        """Return the task's result and, by library, the number of threads; none where threadpoolctl is missing."""
        result = self.function(argument)
        # To look takes half a millisecond, which a call that is timed for comparison must not take for every task.
        if getattr(_this_thread, "counted", None) == self.token:
            return result, {}
        _this_thread.counted = self.token
        try:
            return result, thread_counts()
        except ImportError:  # in a cluster of the user's
            return result, {}
