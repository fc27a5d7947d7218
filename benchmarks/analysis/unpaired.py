"""Compare several units per side, measured apart: Welch's test on logarithms, and the effect that it can detect."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
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


def compare(base: Sample, head: Sample, alpha: float, measured: float | None = None) -> Comparison:
    """Apply Welch's unequal-variances t-test (Biometrika 34, 1947) to the logarithms of two samples.

    `alpha` is the level of this one case's test; `detectable_effect` depends on it. Raises ValueError if a sample has
    fewer than FEWEST_UNITS units.

    `measured` is the logarithm of head/base as measured if the samples are of times relative to the machine's speed. A
    case scales with that speed fully, or partly, or not at all, so its change lies between the two: it counts as slower
    (faster) only as far as both say so, and the interval covers both.
    """
    if min(base.n, head.n) < FEWEST_UNITS:
        raise ValueError(f"{base.n} and {head.n} units; expected at least {FEWEST_UNITS} per side")
    left, right = base.variance_of_mean, head.variance_of_mean
    error = sqrt(left + right)
    df = (left + right) ** 2 / (left**2 / (base.n - 1) + right**2 / (head.n - 1))
    difference = head.mean - base.mean
    least, most = bounds(difference, measured)
    half = t_quantile((1 + CONFIDENCE) / 2, df) * error
    return Comparison(
        ratio=exp(difference),
        interval=(exp(least - half), exp(most + half)),
        p_slower=t_above(least / error, df),
        p_faster=t_above(-most / error, df),
        n_base=base.n,
        n_head=head.n,
        detectable_effect=exp(most - least + (t_quantile(1 - alpha, df) + t_quantile(POWER, df)) * error) - 1,
        shortage=None,
    )


def bounds(difference: float, measured: float | None) -> tuple[float, float]:
    """Return the least and the most that a case has changed by, from two logarithms between which its change lies."""
    if measured is None:
        return difference, difference
    return min(difference, measured), max(difference, measured)


def ratio_only(base: Sample, head: Sample, shortage: Shortage) -> Comparison:
    """Return a comparison that has no test, and therefore no interval."""
    return Comparison(exp(head.mean - base.mean), None, None, None, base.n, head.n, None, shortage)


def holm(p_values: Mapping[K, float]) -> dict[K, float]:
    """Adjust p-values so that the probability of any false alarm among them is at most the level.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979); the tests need not be independent.
    """
    adjusted, running = {}, 0.0
    for rank, (key, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        running = max(running, min(1.0, p * (len(p_values) - rank)))
        adjusted[key] = running
    return adjusted
