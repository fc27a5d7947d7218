"""Which cases changed differently from the others between two sides, whatever all of them have in common.

A machine that is half as fast slows down every case; a change of one code path slows down some of them. This tells the
two apart for a reader, and is no test: in single runs of identical code some case stands out quite often (see
docs/figures.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, hypot, log, sqrt
from statistics import median
from typing import Generic

from benchmarks.analysis.unpaired import K

# Of two cases, nobody can say which one is unlike the other.
FEWEST_CASES = 3

# Standard deviations from the typical case, and the least factor: see `python -m evidence.relative_times`.
_DISTANCE = 6.0
_LEAST_FACTOR = 1.25

# The median absolute deviation of a normal distribution, as a share of its standard deviation.
_MAD = 0.6745


@dataclass(frozen=True)
class RatioEstimate:
    """The logarithm of head's time over base's, and its standard error from the rounds (0 if it is not known)."""

    log_ratio: float
    log_error: float


@dataclass(frozen=True)
class Standouts(Generic[K]):
    """The ratio head/base of the typical (median), of the least and of the most slowed-down case.

    `slower` and `faster` are the cases that stand out, each with the factor by which it changed more (less) than the
    typical case, most striking first.
    """

    typical: float
    least: float
    most: float
    slower: tuple[tuple[K, float], ...]
    faster: tuple[tuple[K, float], ...]


def standouts(changes: Mapping[K, RatioEstimate]) -> Standouts[K] | None:
    """Return what the changes have in common and which cases stand out; None for fewer than FEWEST_CASES cases.

    A case stands out if it is further from the median than _DISTANCE standard deviations (of the other cases, by their
    median absolute deviation, and of its own rounds), and by a factor of at least _LEAST_FACTOR.
    """
    if len(changes) < FEWEST_CASES:
        return None
    ratios = {case: change.log_ratio for case, change in changes.items()}
    center = median(ratios.values())
    spread = median(abs(ratio - center) for ratio in ratios.values()) / _MAD
    apart = {
        case: ratios[case] - center
        for case, change in changes.items()
        if abs(ratios[case] - center) > max(_DISTANCE * hypot(spread, change.log_error), log(_LEAST_FACTOR))
    }
    ranked = sorted(apart.items(), key=lambda item: -abs(item[1]))
    return Standouts(
        typical=exp(center),
        least=exp(min(ratios.values())),
        most=exp(max(ratios.values())),
        slower=tuple((case, exp(distance)) for case, distance in ranked if distance > 0),
        faster=tuple((case, exp(distance)) for case, distance in ranked if distance < 0),
    )


def log_error(samples: Sequence[Sequence[float]]) -> float:
    """Return the standard error of the mean logarithm over runs, from one sequence of rounds (s) per run.

    Runs with fewer than two rounds say nothing of it and count as exact.
    """
    squares = [_variance([log(value) for value in rounds]) / len(rounds) for rounds in samples if len(rounds) > 1]
    return sqrt(fsum(squares)) / max(1, len(samples))


def _variance(values: Sequence[float]) -> float:
    mean = fsum(values) / len(values)
    return fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
