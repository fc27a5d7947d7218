"""Threads inside a task, those of BLAS and OpenMP libraries: how many there are, and limits for them.

threadpoolctl knows OpenBLAS, MKL, BLIS, FlexiBLAS and OpenMP. It is imported late: other tasks do not need it.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

# A task may load its library in its first call, after the limits were set.
_LIMITED_CALLS = 2

# OpenBLAS's threads spin for some 30 ms; a process whose other threads use less than this share of a core is quiet.
_LOOK_S, _MOST_LOOKS, _QUIET = 0.02, 50, 0.05

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


def settle() -> None:
    """Wait until this process's other threads sleep: a library's spin for a while after their work, on a core."""
    for _ in range(_MOST_LOOKS):
        cpu_s = time.process_time()
        time.sleep(_LOOK_S)
        if time.process_time() - cpu_s < _QUIET * _LOOK_S:
            return


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
