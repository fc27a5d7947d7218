"""Much of the same work in several processes, little of it right here."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting a process costs as much as some ten drawings.
_WORTH_A_PROCESS = 30


def spread(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """`function` of each item, in their order."""
    processes = min(len(os.sched_getaffinity(0)), 1 + len(items) // _WORTH_A_PROCESS)
    if processes < 2:
        return [function(item) for item in items]
    # Vega's engine has threads of its own: a fresh process, not a fork.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, items, chunksize=4))
