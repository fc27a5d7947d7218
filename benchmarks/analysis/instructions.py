"""Instruction counts of two sides: the ratio of counts that repeat, and whether it is a difference."""

from collections.abc import Sequence
from typing import NamedTuple

# So many of the smallest counts of a side have to agree this well: larger ones are of calls that waited.
AGREEING = 3
TOLERANCE = 0.002

# The difference that matters, and the least that is called one: more than twice what two sides may differ by in their
# agreement.
MIN_EFFECT = 0.01
FLOOR = 0.005


class Counts(NamedTuple):
    """The instructions of each counted call of a case, on both sides."""

    base: list[int]
    head: list[int]


def repeated(counts: Sequence[int]) -> float | None:
    """Return the mean of the smallest counts if they agree, else None."""
    smallest = sorted(counts)[:AGREEING]
    agree = len(smallest) == AGREEING and smallest[-1] <= smallest[0] * (1 + TOLERANCE)
    return sum(smallest) / AGREEING if agree else None


def instruction_ratio(counts: Counts) -> float | None:
    """Return head's instructions over base's, None if either side's don't repeat."""
    base, head = repeated(counts.base), repeated(counts.head)
    return head / base if base and head else None


def differs(ratio: float | None) -> bool:
    """Return whether a ratio is beyond the floor, in either direction."""
    return ratio is not None and not 1 / (1 + FLOOR) <= ratio <= 1 + FLOOR
