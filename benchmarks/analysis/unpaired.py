"""Several units a side, measured apart: Welch's test on logarithms, and what it could have seen."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from typing import TypeVar

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.student import t_above, t_quantile

# Whatever names a case.
K = TypeVar("K", bound=Hashable)

# The interval of every estimate, and the share of comparisons in which a "smallest effect seen" would be seen.
CONFIDENCE = 0.95
POWER = 0.80

# With two units a side the estimated spread itself is off by a factor of ten in one comparison of ten.
FEWEST_UNITS = 3


@dataclass(frozen=True)
class Comparison:
    """Base and head of one case, before anything is judged.

    `ratio` is head over base; `interval` its 95 % bounds, None where nothing is known of the spread. The p-values are
    one-sided; None where no test could have succeeded. `detectable_effect` is the slowdown (0.2 is 20 %) that would
    have been called a regression in 80 % of such comparisons, None where no slowdown would. `warnings` say what to do.
    """

    ratio: float
    interval: tuple[float, float] | None
    p_slower: float | None
    p_faster: float | None
    n_base: int
    n_head: int
    detectable_effect: float | None
    warnings: tuple[str, ...]

    def below(self, ratio: float) -> bool:
        """Whether the whole interval lies below `ratio`."""
        return self.interval is not None and self.interval[1] < ratio

    def above(self, ratio: float) -> bool:
        """Whether the whole interval lies above `ratio`."""
        return self.interval is not None and self.interval[0] > ratio


def compare(base: Sample, head: Sample, alpha: float) -> Comparison:
    """Welch's unequal-variances t-test (Biometrika 34, 1947) on the logarithms of two samples.

    `alpha` is the level of this one case's test; it sets `detectable_effect`. Raises ValueError where a sample has
    fewer than FEWEST_UNITS units.
    """
    if min(base.n, head.n) < FEWEST_UNITS:
        raise ValueError(f"{base.n} and {head.n} units; expected at least {FEWEST_UNITS} a side")
    left, right = base.variance_of_mean, head.variance_of_mean
    error = sqrt(left + right)
    df = (left + right) ** 2 / (left**2 / (base.n - 1) + right**2 / (head.n - 1))
    difference = head.mean - base.mean
    half = t_quantile((1 + CONFIDENCE) / 2, df) * error
    return Comparison(
        ratio=exp(difference),
        interval=(exp(difference - half), exp(difference + half)),
        p_slower=t_above(difference / error, df),
        p_faster=t_above(-difference / error, df),
        n_base=base.n,
        n_head=head.n,
        detectable_effect=exp((t_quantile(1 - alpha, df) + t_quantile(POWER, df)) * error) - 1,
        warnings=(),
    )


def holm(p_values: Mapping[K, float]) -> dict[K, float]:
    """p-values adjusted so that any false alarm among them has at most the level's probability.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979); it needs no independence.
    """
    adjusted, running = {}, 0.0
    for rank, (key, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        running = max(running, min(1.0, p * (len(p_values) - rank)))
        adjusted[key] = running
    return adjusted
