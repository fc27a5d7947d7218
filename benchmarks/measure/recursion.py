"""Python's recursion limit, which a task may lower: pytest and joblib need more room than many a task."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure.call import TaskFailed


@contextmanager
def recursion_limit_kept() -> Iterator[None]:
    """Set the limit back at the end of the block if a task has lowered it, so that the next case has the usual one.

    Raises TaskFailed, in place of a RecursionError, if the block had too little room because of that.
    """
    before = sys.getrecursionlimit()
    lowered = before
    try:
        try:
            yield
        finally:
            lowered = sys.getrecursionlimit()
            if lowered < before:
                sys.setrecursionlimit(before)
    except RecursionError:
        if lowered >= before:
            raise
        raise TaskFailed(
            f"the task lowers Python's recursion limit from {before} to {lowered}, which is too little for pytest and"
            " joblib: set it back before the task returns"
        ) from None
