"""A sample: independent measurements of one case, their mean and how certain it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, inf, sqrt

from benchmarks.analysis.student import t_quantile

# Smaller deviations are chance: this is a tenth of what the clock and the scheduler contribute.
_LEAST_DEVIATION = 1e-4


@dataclass(frozen=True)
class Sample:
    """Independent measurements of one case on one side: natural logarithms of seconds or bytes, one per unit.

    A unit is a sitting, or a run if the runs of both sides took turns (see `sittings`), but never a round.
    """

    logs: tuple[float, ...]

    @property
    def n(self) -> int:
        """The number of units."""
        return len(self.logs)

    @property
    def mean(self) -> float:
        """The mean logarithm; its exponential is the geometric mean of the values."""
        return fsum(self.logs) / len(self.logs)

    @property
    def variance_of_mean(self) -> float:
        """The squared standard error of `mean`; infinite for one unit."""
        if self.n < 2:
            return inf
        mean = self.mean
        spread = fsum((value - mean) ** 2 for value in self.logs) / (self.n - 1)
        return max(spread, _LEAST_DEVIATION**2) / self.n


def lower_bound(sample: Sample, confidence: float) -> float | None:
    """Return the lower end of Student's interval of the geometric mean, in seconds; None for a sample of one unit."""
    if sample.n < 2:
        return None
    return exp(sample.mean - t_quantile((1 + confidence) / 2, sample.n - 1) * sqrt(sample.variance_of_mean))


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1) of two or more values; never 0."""
    mean = fsum(values) / len(values)
    return max(sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1)), _LEAST_DEVIATION)
