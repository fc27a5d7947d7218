"""Instruction counts of two sides: what repeats of them, their ratio, and whether it is a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# So many of the smallest counts of a side stand for it: larger ones are of calls that waited. They have to agree this
# well.
_SMALLEST = 3
_MOST_SPREAD = 0.02

# The difference that is aimed at, and the least that is called one: with exact counts, or in spreads of the smallest.
_LEAST_FLOOR = 0.005
_SPREADS = 3.0


class Counts(NamedTuple):
    """The instructions of each counted call of a case, on both sides."""

    base: list[int]
    head: list[int]


@dataclass(frozen=True)
class Repeated:
    """The mean of a side's smallest counts, and their spread as a fraction of it."""

    mean: float
    spread: float


@dataclass(frozen=True)
class CountRatio:
    """Head's instructions over base's; nothing below `floor` (0.005 is 0.5 %) is called a difference."""

    ratio: float
    floor: float

    @property
    def differs(self) -> bool:
        """Whether the ratio is beyond the floor, in either direction."""
        return not 1 / (1 + self.floor) <= self.ratio <= 1 + self.floor


def repeated(counts: Sequence[int]) -> Repeated | None:
    """Return what stands for a side's counts, None if they don't repeat."""
    smallest = sorted(counts)[:_SMALLEST]
    if len(smallest) < _SMALLEST:
        return None
    spread = smallest[-1] / smallest[0] - 1
    return Repeated(sum(smallest) / _SMALLEST, spread) if spread <= _MOST_SPREAD else None


def count_ratio(counts: Counts) -> CountRatio | None:
    """Return head over base, None if either side's counts don't repeat."""
    base, head = repeated(counts.base), repeated(counts.head)
    if base is None or head is None:
        return None
    return CountRatio(head.mean / base.mean, max(_LEAST_FLOOR, _SPREADS * max(base.spread, head.spread)))
