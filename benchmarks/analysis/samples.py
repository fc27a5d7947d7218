"""Sample -> Summary: the centre of a case's measurements and its interval."""

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


@dataclass(frozen=True)
class Summary:
    """The centre of a sample in seconds and its interval; the bounds are None for a sample of one unit."""

    center_s: float
    lo_s: float | None
    hi_s: float | None
    confidence: float
    n: int


def summarize(sample: Sample, confidence: float) -> Summary:
    """Return the geometric mean, with Student's interval of the mean logarithm converted to seconds."""
    if sample.n < 2:
        return Summary(exp(sample.mean), None, None, confidence, sample.n)
    half = t_quantile((1 + confidence) / 2, sample.n - 1) * sqrt(sample.variance_of_mean)
    return Summary(exp(sample.mean), exp(sample.mean - half), exp(sample.mean + half), confidence, sample.n)


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1) of two or more values; never 0."""
    mean = fsum(values) / len(values)
    return max(sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1)), _LEAST_DEVIATION)
