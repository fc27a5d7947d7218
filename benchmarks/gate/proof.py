"""What a gate proved besides its verdicts: the slowdowns that it would have detected, from its own data."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.analysis.power import Chance, smallest_seen
from benchmarks.gate.hypotheses import GRID, Hypotheses
from benchmarks.text.formatting import counted

# The shares of gates for which a slowdown is given.
_MOST, _NEARLY_ALL = 0.80, 0.95


@dataclass(frozen=True)
class Seen:
    """The slowdowns (0.05 is 5 %) that 80 % and 95 % of such gates would call a regression; None if they call none."""

    by_most: float | None
    by_nearly_all: float | None


@dataclass(frozen=True)
class Proof:
    """What would have been seen of a slowdown of one case, and of one backend; None if no backend has several cases.

    Averages over the cases or backends that may be the slower one, if every call of it takes longer by that much.
    `blind` counts the cases in which 80 % of such gates would see no slowdown of any size.
    """

    case: Seen
    backend: Seen | None
    blind: int


def proof(hypotheses: Hypotheses, sound_cases: int) -> Proof:
    """Return what a gate would have seen in each of its `sound_cases`, of which some may not have been measured."""
    chances = [tested.chance for tested in hypotheses.cases.values()]
    chances += [_never] * (sound_cases - len(chances))
    backends = [tested.chance for name, tested in hypotheses.groups.items() if name != GRID]
    return Proof(
        _seen(chances),
        _seen(backends) if backends else None,
        sum(smallest_seen([chance], _MOST) is None for chance in chances),
    )


def _never(log_ratio: float) -> float:
    return 0.0


def _seen(chances: Iterable[Chance]) -> Seen:
    shifts = [smallest_seen([*chances], share) for share in (_MOST, _NEARLY_ALL)]
    return Seen(*(None if each is None else math.expm1(each) for each in shifts))


def sentences(proved: Proof) -> list[str]:
    """Return the proof in words."""
    parts = [f"Detectable slowdown of one case: {_shares(proved.case)}"]
    if proved.backend:
        parts.append(f"of one backend: {_shares(proved.backend)}")
    blind = ""
    if proved.blind and proved.case.by_most is not None:
        blind = f" No slowdown could have been detected in {counted(proved.blind, 'case')} (`sees` is none)."
    return [f"{'; '.join(parts)}.{blind}"]


def _shares(seen: Seen) -> str:
    if seen.by_most is None:
        return "none in 80 % of such gates, however large"
    nearly_all = "none" if seen.by_nearly_all is None else _percent(seen.by_nearly_all)
    return f"{_percent(seen.by_most)} in 80 % of such gates, {nearly_all} in 95 %"


def _percent(slowdown: float) -> str:
    """Return a slowdown in percent, rounded up: nothing smaller is promised."""
    return f"{math.ceil(100 * slowdown - 0.01)} %"
