"""Map a function in several processes of our own, which leave Ctrl-C to the process that waits for them."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from benchmarks.cores import usable_cores
from benchmarks.subprocesses import end_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting a process costs as much as some ten drawings.
_WORTH_A_PROCESS = 30

# Whether this process was started by `processes`: it starts no others.
_started = False


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Start a pool of processes, which ends with the block; calls that have not begun by then are cancelled."""
    # Not forked: this process may have threads, such as those of Vega's engine.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], worth: int = _WORTH_A_PROCESS
) -> list[Result]:
    """Return the results of `function` in the items' order; every `worth` items get a process, up to one per core."""
    count = min(usable_cores(), 1 + len(items) // worth)
    if count < 2 or _started:
        return [function(item) for item in items]
    with processes(count) as pool:
        return list(pool.map(function, items, chunksize=min(4, worth)))


def _begin(parent: int) -> None:
    """Prepare a process of the pool, whose parent is the process `parent`."""
    global _started
    _started = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # It would wait for its next task forever, because it holds the other end of the queue itself.
    end_with_parent(parent)
