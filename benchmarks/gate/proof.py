"""What a gate proved, beside its verdicts: the slowdowns that it would have seen, from its own data."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.analysis.power import Chance, smallest_seen
from benchmarks.gate.hypotheses import GRID, Hypotheses
from benchmarks.text.formatting import counted

# The shares of gates that are spoken of.
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
    found = [smallest_seen([*chances], share) for share in (_MOST, _NEARLY_ALL)]
    return Seen(*(None if each is None else math.expm1(each) for each in found))


def sentences(found: Proof) -> list[str]:
    """Return the proof in words."""
    of_case, of_backend = found.case, found.backend
    if of_case.by_most is None:
        said = "No slowdown of a single case, however large, would have been seen in 80 % of such gates"
    else:
        said = (
            f"A slowdown of one case would have been seen in 80 % of such gates from {_percent(of_case.by_most)} on, "
            f"in 95 % {_from(of_case.by_nearly_all)}"
        )
    if of_backend and of_backend.by_most is not None:
        said += f"; of a backend from {_percent(of_backend.by_most)} on, in 95 % {_from(of_backend.by_nearly_all)}"
    elif of_backend:
        said += "; of a backend none either" if of_case.by_most is None else "; of a backend none"
    some = f" No slowdown would have been seen in {counted(found.blind, 'case')}: `sees` is none there."
    return [f"{said}.{some if found.blind and of_case.by_most is not None else ''}"]


def _from(slowdown: float | None) -> str:
    return "none of any size" if slowdown is None else f"from {_percent(slowdown)} on"


def _percent(slowdown: float) -> str:
    """Return a slowdown in percent, rounded up: nothing smaller is promised."""
    return f"{math.ceil(100 * slowdown - 0.01)} %"
