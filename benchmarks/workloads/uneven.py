"""Tasks of very different length: whoever gets the long ones last keeps everybody waiting."""

from benchmarks.workloads.summation import my_task

__all__ = ["lengths", "my_task"]

_SHORT, _LONG = 1_600, 160_000


def lengths() -> list[int]:
    """Every fortieth task takes a hundred times as long as the others, the last one among them."""
    return [_SHORT if place % 40 else _LONG for place in range(1, 401)]
