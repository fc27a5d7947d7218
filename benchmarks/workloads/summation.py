"""The notebook's workload: add up range(n) in plain Python."""


def my_task(n: int) -> int:
    """Return the sum of 0, 1, ..., n - 1, one addition at a time."""
    total = 0
    for i in range(n):
        total += i
    return total


def closed_form(n: int) -> int:
    """Return what `my_task(n)` must return, computed without a loop."""
    return n * (n - 1) // 2


def lengths(tasks: int, longest: int) -> list[int]:
    """Return task lengths that rise evenly from 0 towards `longest`, which is exclusive as in `range`.

    `lengths(40_000, 40_000)` is the notebook's `range(40_000)`.
    """
    return [i * longest // tasks for i in range(tasks)]
