"""Tasks of very different length: a worker that gets a long one last keeps the call waiting."""

from benchmarks.workloads.summation import my_task

__all__ = ["lengths", "my_task"]

_SHORT, _LONG = 1_600, 160_000


def lengths() -> list[int]:
    """Return 400 task lengths; every fortieth, and so the last, is a hundred times as long as the others."""
    return [_SHORT if number % 40 else _LONG for number in range(1, 401)]
