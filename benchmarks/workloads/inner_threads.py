"""Threads inside a task, those of BLAS and OpenMP libraries: how many there are, and limits for them.

threadpoolctl knows OpenBLAS, MKL, BLIS, FlexiBLAS and OpenMP. It is imported late: other tasks do not need it.
"""

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


class WithThreadCounts:
    """A task that returns its result together with the thread counts of its worker."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, argument: Any) -> tuple[Any, dict[str, int]]:
        """Return the task's result and, by library, the number of threads; none where threadpoolctl is missing."""
        result = self.function(argument)
        try:
            return result, thread_counts()
        except ImportError:  # in a cluster of the user's
            return result, {}
