"""A whole judgement: a row a case, worst first, and what follows from all of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import FAILING, Verdict

_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}

# Rows that say nothing of whether head is slower.
_NOT_COMPARED = frozenset({Verdict.NEW, Verdict.INCOMPARABLE})


@dataclass(frozen=True)
class Row:
    """One quantity of one case, in seconds or bytes; what a side or a comparison can't say is None. `note` is one line.

    `min_effect` is the slowdown that this case was judged by (0.05 is 5 %).
    """

    name: str
    fullname: str
    verdict: Verdict
    base: float | None
    head: float | None
    comparison: Comparison | None
    min_effect: float
    note: str
    quantity: Quantity = Quantity.TIME


@dataclass(frozen=True)
class Judgement:
    """Rows, worst first. `base` and `head` are labels of the sides; `alpha` and `min_effect` are fractions.

    `notes` are sentences about the whole: forced fields, what the interval means, what to do next.
    """

    base: str
    head: str
    rows: tuple[Row, ...]
    alpha: float
    min_effect: float
    notes: tuple[str, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict that occurs, worst first."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}

    @property
    def compared(self) -> int:
        """How many cases both sides have a time for, of the same work."""
        return sum(row.comparison is not None for row in self.times)

    @property
    def times(self) -> tuple[Row, ...]:
        """The rows about time."""
        return tuple(row for row in self.rows if row.quantity is Quantity.TIME)

    @property
    def failed(self) -> bool:
        """Whether a merge should be stopped."""
        return any(row.verdict in FAILING for row in self.rows)

    @property
    def undecided(self) -> bool:
        """Whether nothing could be judged, or something could not and no slowdown of any size could have been seen."""
        undecided = [row.verdict in _NOT_COMPARED | {Verdict.INCONCLUSIVE} for row in self.times]
        return all(undecided) or (any(undecided) and self.seen is None)

    @property
    def seen(self) -> tuple[float, float] | None:
        """The smallest slowdown that the typical and the worst case would have shown; None where none shows any."""
        sees = sorted(
            row.comparison.detectable_effect
            for row in self.times
            if row.comparison and row.comparison.detectable_effect
        )
        return (sees[len(sees) // 2], sees[-1]) if sees else None


def worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows by verdict, within a verdict by how much slower."""
    return tuple(sorted(rows, key=lambda row: (_ORDER[row.verdict], -(row.comparison.ratio if row.comparison else 0))))
