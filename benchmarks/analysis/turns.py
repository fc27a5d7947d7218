"""What counts as one measurement: a run, where base and head took turns; otherwise a whole session.

Runs in a row may share a mood of the machine that the other side's runs, made at another time, do not: seven of them
then say no more than one. Runs that took turns share every mood.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import comb

# Moods last from seconds to hours; runs that begin within this time of a session's first belong to it.
SESSION = timedelta(hours=1)

# A coin gives as few turns as that in at most one sequence of ten.
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
    """How many sequences of `first` and `second` labels have so many turns."""
    half = turns // 2
    if turns % 2 == 0:
        return 2 * comb(first - 1, half - 1) * comb(second - 1, half - 1)
    return comb(first - 1, half) * comb(second - 1, half - 1) + comb(first - 1, half - 1) * comb(second - 1, half)


def sessions(times: Sequence[datetime]) -> list[list[int]]:
    """The places in `times` of each session's runs, sessions by their beginning."""
    groups: list[list[int]] = []
    for place in sorted(range(len(times)), key=times.__getitem__):
        if groups and times[place] - times[groups[-1][0]] <= SESSION:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
