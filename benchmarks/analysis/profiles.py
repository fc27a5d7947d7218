"""Profiles of two sides: which functions take more time a call, or are called more often."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import NamedTuple

# What a record keeps of a case.
_MOST_CHANGES = 40

# A function explains a change if it takes so much of all that the slower functions take more.
_SHARE = 0.05


class FunctionCost(NamedTuple):
    """What a function costs one call of a case: how often it is called, its own seconds in each call, who calls it."""

    calls: float
    own_s: tuple[float, ...]
    callers: tuple[str, ...]


class FunctionChange(NamedTuple):
    """A function's cost on both sides, per call of the case. `callers` are those of head, costliest first.

    `steady` is true if each of head's calls spent more in it, or each less, than base's at the same turn.
    """

    name: str
    base_calls: float
    head_calls: float
    base_s: float
    head_s: float
    callers: tuple[str, ...]
    steady: bool

    @property
    def more_s(self) -> float:
        """The seconds that head spends more."""
        return self.head_s - self.base_s


_NOTHING = FunctionCost(0.0, (), ())


def changes(base: Mapping[str, FunctionCost], head: Mapping[str, FunctionCost]) -> list[FunctionChange]:
    """Return the functions by how much more time head spends in them, the largest increase first."""
    changed = []
    for name in dict.fromkeys((*base, *head)):
        before, after = base.get(name, _NOTHING), head.get(name, _NOTHING)
        turns = [*zip_longest(before.own_s, after.own_s, fillvalue=0.0)]
        base_s, head_s = (sum(values) / len(turns) for values in zip(*turns, strict=True))
        steady = all(first < second for first, second in turns) or all(first > second for first, second in turns)
        callers = after.callers or before.callers
        changed.append(FunctionChange(name, before.calls, after.calls, base_s, head_s, callers, steady))
    largest = sorted(changed, key=lambda change: -abs(change.more_s))[:_MOST_CHANGES]
    return sorted(largest, key=lambda change: -change.more_s)


def explaining(changes: Iterable[FunctionChange], most: int) -> list[FunctionChange]:
    """Return those functions that take up a good part of what head spends more in every turn, the largest first."""
    slower = [change for change in changes if change.more_s > 0 and change.steady]
    total_s = sum(change.more_s for change in slower)
    return [change for change in slower if change.more_s >= _SHARE * total_s][:most]
