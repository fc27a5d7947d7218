"""Compare several units per side, measured apart: Welch's test on logarithms, and the effect that it can detect."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt
from typing import TypeVar

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.student import t_above, t_quantile

# The type of a case's key.
K = TypeVar("K", bound=Hashable)

# The level of every interval, and the probability with which a detectable effect is detected.
CONFIDENCE = 0.95
POWER = 0.80

# With two units per side the estimated spread itself is off by a factor of ten in one comparison of ten.
FEWEST_UNITS = 3


@dataclass(frozen=True)
class TooFewStored:
    """One or two units per side need `needed` comparable stored sittings for a test; there are `stored`."""

    stored: int
    needed: int


@dataclass(frozen=True)
class TooFewUnits:
    """A side of the case has fewer than the `needed` units, though most cases have enough."""

    needed: int


Shortage = TooFewStored | TooFewUnits


@dataclass(frozen=True)
class Comparison:
    """Base and head of one case, before a verdict.

    `ratio` is head over base, `interval` its 95 % bounds (None if the spread is unknown). The p-values are one-sided;
    None if no test could have succeeded, and `shortage` says what was missing. `detectable_effect` is the slowdown (0.2
    is 20 %) that would have been called a regression in 80 % of such comparisons; None if no slowdown would.
    """

    ratio: float
    interval: tuple[float, float] | None
    p_slower: float | None
    p_faster: float | None
    n_base: int
    n_head: int
    detectable_effect: float | None
    shortage: Shortage | None

    def below(self, ratio: float) -> bool:
        """Return whether the whole interval lies below `ratio`."""
        return self.interval is not None and self.interval[1] < ratio

    def above(self, ratio: float) -> bool:
        """Return whether the whole interval lies above `ratio`."""
        return self.interval is not None and self.interval[0] > ratio


@dataclass(frozen=True)
class Change:
    """By how much a case changed between two samples.

    `error` is the standard error of the difference of the means, with `df` degrees of freedom.

    `measured` is the logarithm of head/base as measured if the samples are of times relative to the machine's speed,
    and None otherwise. A case scales with that speed fully, or partly, or not at all, so its change lies between the
    two: it counts as slower (faster) only as far as both say so, and the interval covers both.
    """

    base: Sample
    head: Sample
    measured: float | None
    error: float
    df: float

    @cached_property
    def difference(self) -> float:
        """The logarithm of head over base."""
        return self.head.mean - self.base.mean

    @property
    def least(self) -> float:
        """The least that the case has changed by."""
        return self.difference if self.measured is None else min(self.difference, self.measured)

    @property
    def most(self) -> float:
        """The most that the case has changed by."""
        return self.difference if self.measured is None else max(self.difference, self.measured)

    def tested(
        self, p_slower: float | None, p_faster: float | None, critical: float | None, shortage: Shortage | None = None
    ) -> Comparison:
        """Return the comparison with these p-values.

        Changes above `critical` are significant; it is None if no change would be.
        """
        half = t_quantile((1 + CONFIDENCE) / 2, self.df) * self.error
        detectable = None
        if critical is not None:
            detectable = exp(self.most - self.least + critical + t_quantile(POWER, self.df) * self.error) - 1
        return Comparison(
            ratio=exp(self.difference),
            interval=(exp(self.least - half), exp(self.most + half)),
            p_slower=p_slower,
            p_faster=p_faster,
            n_base=self.base.n,
            n_head=self.head.n,
            detectable_effect=detectable,
            shortage=shortage,
        )


def compare(base: Sample, head: Sample, alpha: float, measured: float | None = None) -> Comparison:
    """Apply Welch's unequal-variances t-test (Biometrika 34, 1947) to the logarithms of two samples.

    `alpha` is the level of this one case's test; `detectable_effect` depends on it. `measured` is as in `Change`.
    Raises ValueError if a sample has fewer than FEWEST_UNITS units.
    """
    if min(base.n, head.n) < FEWEST_UNITS:
        raise ValueError(f"{base.n} and {head.n} units; expected at least {FEWEST_UNITS} per side")
    left, right = base.variance_of_mean, head.variance_of_mean
    error = sqrt(left + right)
    df = (left + right) ** 2 / (left**2 / (base.n - 1) + right**2 / (head.n - 1))
    change = Change(base, head, measured, error, df)
    p_slower, p_faster = t_above(change.least / error, df), t_above(-change.most / error, df)
    return change.tested(p_slower, p_faster, t_quantile(1 - alpha, df) * error)


def untested(
    ratio: float, n_base: int, n_head: int, shortage: Shortage | None, detectable_effect: float | None = None
) -> Comparison:
    """Return a comparison that has no test, and therefore no interval."""
    return Comparison(ratio, None, None, None, n_base, n_head, detectable_effect, shortage)


def ratio_only(base: Sample, head: Sample, shortage: Shortage) -> Comparison:
    """Return the comparison of two samples that are too small for a test."""
    return untested(exp(head.mean - base.mean), base.n, head.n, shortage)


def holm(p_values: Mapping[K, float]) -> dict[K, float]:
    """Adjust p-values so that the probability of any false alarm among them is at most the level.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979); the tests need not be independent.
    """
    adjusted, running = {}, 0.0
    for rank, (key, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        running = max(running, min(1.0, p * (len(p_values) - rank)))
        adjusted[key] = running
    return adjusted
