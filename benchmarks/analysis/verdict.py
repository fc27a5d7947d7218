"""The verdicts, their thresholds, and the rule that reaches one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# Nothing below half of min-effect is called a regression or an improvement, however significant.
_CASE_FLOOR = 0.5

# A backend or the grid averages over cases, so smaller effects are aimed at: 3 % where a case's is 5 %, floor 1.2 %.
_GROUP_EFFECT = 0.6
_GROUP_FLOOR = 0.24


class Verdict(Enum):
    """The result for a case, from worst to best."""

    BROKEN = "BROKEN"  # head's result is wrong
    MISSING = "MISSING"  # base has it, head has not
    OVER_LIMIT = "OVER_LIMIT"  # certainly beyond its own limit
    REGRESSION = "REGRESSION"  # slower, significantly, by no less than the floor
    ACCEPTED = "ACCEPTED"  # a regression that somebody let through on purpose
    INCOMPARABLE = "INCOMPARABLE"  # different work or a different machine
    INCONCLUSIVE = "INCONCLUSIVE"  # too little data or too much noise to decide
    UNCHANGED = "UNCHANGED"  # any slowdown is smaller than min-effect
    IMPROVEMENT = "IMPROVEMENT"  # faster, significantly, by no less than the floor
    NEW = "NEW"  # head has it, base has not


# The verdicts that fail a merge.
FAILING = frozenset({Verdict.BROKEN, Verdict.MISSING, Verdict.OVER_LIMIT, Verdict.REGRESSION})


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of a verdict, as fractions: 0.05 is 5 %.

    `alpha` bounds the probability of any false REGRESSION in the whole comparison. `min_effect` is the slowdown that
    matters; below `floor` nothing is called a regression, however significant. `limit` is the case's own max_slowdown,
    which replaces both, or None.
    """

    alpha: float
    min_effect: float
    floor: float
    limit: float | None

    @classmethod
    def of_case(cls, alpha: float, min_effect: float, limit: float | None) -> "Thresholds":
        """Return the thresholds of a case or of one of its resources."""
        return cls(alpha, min_effect, min_effect * _CASE_FLOOR, limit)

    @classmethod
    def of_group(cls, alpha: float, min_effect: float) -> "Thresholds":
        """Return the thresholds of a backend or the grid; `min_effect` is that of a case."""
        return cls(alpha, min_effect * _GROUP_EFFECT, min_effect * _GROUP_FLOOR, None)

    @property
    def regression_floor(self) -> float:
        """The smallest estimate that may be called a regression."""
        return self.floor if self.limit is None else self.limit

    @property
    def applied_min_effect(self) -> float:
        """The slowdown that must be excluded before a case is called unchanged."""
        return self.min_effect if self.limit is None else self.limit


def judge(
    ratio: float,
    p_slower: float | None,
    p_faster: float | None,
    thresholds: Thresholds,
    below: Callable[[float], bool],
    above: Callable[[float], bool],
) -> Verdict:
    """Return the verdict on a case.

    `ratio` is head over base. The p-values are one-sided and adjusted for the number of cases; None if no test could
    have succeeded. `below` and `above` return whether the whole interval of the ratio lies below or above a value.
    """
    if p_slower is not None and p_slower <= thresholds.alpha and ratio > 1 + thresholds.regression_floor:
        beyond = thresholds.limit is not None and above(1 + thresholds.limit)
        return Verdict.OVER_LIMIT if beyond else Verdict.REGRESSION
    if p_faster is not None and p_faster <= thresholds.alpha and ratio < 1 / (1 + thresholds.floor):
        return Verdict.IMPROVEMENT
    return Verdict.UNCHANGED if below(1 + thresholds.applied_min_effect) else Verdict.INCONCLUSIVE
