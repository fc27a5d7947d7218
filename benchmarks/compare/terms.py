"""The terms of a comparison: what the options of `compare` say about cases, thresholds and baselines."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchmarks.analysis.verdict import Thresholds
from benchmarks.compare.sides import Side
from benchmarks.history.case_times import CaseTimes
from benchmarks.limits import Limit, limit_of
from benchmarks.text.node_ids import parse_node_id


@dataclass(frozen=True)
class Terms:
    """How the sides are judged; `alpha` and `min_effect` are fractions.

    `forced` are the fields in which the sides may differ, `keyword` is the value of `-k`; `allow_partial` accepts
    partial runs as baselines.
    """

    alpha: float
    min_effect: float
    limits: tuple[Limit, ...]
    forced: frozenset[str]
    keyword: str | None
    allow_partial: bool

    def limit(self, case: CaseTimes) -> Limit:
        """Return the limits of a case."""
        return limit_of(self.limits, names_of(case))

    def thresholds(self, case: CaseTimes) -> Thresholds:
        """Return the thresholds of a case, with its own max_slowdown if it has one."""
        return Thresholds.of_case(self.alpha, self.min_effect, self.limit(case).max_slowdown)

    def select(self, side: Side) -> dict[str, CaseTimes]:
        """Return the cases of a side that `-k` selects."""
        return {key: case for key, case in side.cases.items() if self.selects(*names_of(case))}

    def selects(self, *names: str | None) -> bool:
        """Return whether `-k` is part of one of a case's names, ignoring case, or a shell pattern that matches it."""
        word = (self.keyword or "").lower()
        return any(name and (word in name.lower() or fnmatchcase(name.lower(), word)) for name in names)


def names_of(case: CaseTimes) -> tuple[str | None, ...]:
    """Return what a pattern may match: `loky-n4-b1000`, `test_summation[loky-n4-b1000]`, or that after the file.

    The label of the case in tables, such as `no_op loky`, is another of its names.
    """
    return case.param, case.name, case.fullname, parse_node_id(case.fullname).label
