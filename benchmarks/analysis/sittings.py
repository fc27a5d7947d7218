"""What counts as one measurement: a run where base and head took turns, otherwise a whole sitting.

Runs in a row share the machine's state (clock, temperature, load), which the other side's runs, made at another time,
do not: seven of them may then say no more than one. Runs that took turns share every such state.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import comb

# The machine's state lasts from seconds to hours; runs that start within this time of a sitting's first belong to it.
SITTING = timedelta(hours=1)

# The sides count as interleaved unless random order gives so few turns in at most one sequence of ten.
_FEW = 0.10


def took_turns(labels: Sequence[bool]) -> bool:
    """Whether two sides were interleaved as a coin would have done it; `labels` are the sides in order of time.

    Wald and Wolfowitz's runs test (Annals of Mathematical Statistics 11, 1940), exact: True where so few turns are not
    unlikely under random order.
    """
    first, second = labels.count(True), labels.count(False)
    if min(first, second) == 0:
        return False
    turns = 1 + sum(one != other for one, other in pairwise(labels))
    few = sum(_sequences(count, first, second) for count in range(2, turns + 1))
    return few / comb(first + second, first) > _FEW


def _sequences(turns: int, first: int, second: int) -> int:
    """Return how many sequences of `first` and `second` labels have exactly `turns` runs of equal labels."""
    half = turns // 2
    if turns % 2 == 0:
        return 2 * comb(first - 1, half - 1) * comb(second - 1, half - 1)
    return comb(first - 1, half) * comb(second - 1, half - 1) + comb(first - 1, half - 1) * comb(second - 1, half)


def sittings(times: Sequence[datetime]) -> list[list[int]]:
    """Group the indices of `times` by sitting, in order of each sitting's start."""
    groups: list[list[int]] = []
    for index in sorted(range(len(times)), key=times.__getitem__):
        if groups and times[index] - times[groups[-1][0]] <= SITTING:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups
