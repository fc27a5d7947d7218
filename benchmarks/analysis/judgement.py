"""A whole judgement: one row per case and quantity, worst first, and what follows from all of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import FAILING, Verdict

_ORDER = {verdict: rank for rank, verdict in enumerate(Verdict)}

# Verdicts that leave open whether head is slower.
UNJUDGED = frozenset({Verdict.NEW, Verdict.INCOMPARABLE, Verdict.INCONCLUSIVE})


@dataclass(frozen=True)
class Row:
    """One quantity of one case.

    `base` and `head` are in seconds or bytes; a side or a comparison that is missing is None. `min_effect` is the
    slowdown that this case was judged by (0.05 is 5 %). `note` is one line.
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

    @property
    def is_group(self) -> bool:
        """Whether the row is about a backend or the whole grid, and not about a case."""
        return "::" not in self.fullname

    @property
    def is_suspicious(self) -> bool:
        """Whether the row gives a reason to look at it: a finding, or an open question in which head seems slower."""
        if self.verdict is not Verdict.INCONCLUSIVE:
            return self.verdict not in (Verdict.UNCHANGED, Verdict.NEW)
        if self.comparison is None:
            return False
        if self.comparison.interval is None:
            return self.comparison.ratio > 1 + self.min_effect
        return self.comparison.above(1.0)


@dataclass(frozen=True)
class Judgement:
    """Rows, worst first. `base` and `head` are labels of the sides; `alpha` and `min_effect` are fractions.

    `answer` are sentences to read before the rows, `notes` those to read after them: forced fields, the meaning of the
    intervals. Either may end in a shell command on a line of its own. `loop_ratio` is the time of head's plain
    loop over that of base's if the ratios of times are divided by it, and None if they are not. `proves` says that
    UNCHANGED is a proof, as it is in a gate.
    """

    base: str
    head: str
    rows: tuple[Row, ...]
    alpha: float
    min_effect: float
    notes: tuple[str, ...]
    answer: tuple[str, ...] = ()
    loop_ratio: float | None = None
    proves: bool = False

    @property
    def counts(self) -> dict[Verdict, int]:
        """The number of rows with each verdict that occurs, worst first."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}

    @property
    def compared(self) -> int:
        """The number of cases that both sides measured with the same work."""
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
        """Whether no case could be judged, or some could not and no slowdown of any size was detectable."""
        unjudged = [row.verdict in UNJUDGED for row in self.times]
        return all(unjudged) or (any(unjudged) and detectable_effects(self.rows) is None)


def detectable_effects(rows: Iterable[Row]) -> tuple[float, float] | None:
    """Return the detectable slowdown of the typical (median) and of the noisiest case; None if none is detectable."""
    effects = sorted(
        row.comparison.detectable_effect
        for row in rows
        if row.quantity is Quantity.TIME and row.comparison and row.comparison.detectable_effect is not None
    )
    return (effects[len(effects) // 2], effects[-1]) if effects else None


def worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Sort rows by verdict, and within a verdict by ratio, slowest first."""
    return tuple(sorted(rows, key=lambda row: (_ORDER[row.verdict], -(row.comparison.ratio if row.comparison else 0))))
