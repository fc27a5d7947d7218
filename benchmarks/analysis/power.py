"""How likely a bet is to succeed, and the smallest slowdown that it is likely enough to find. For planning and reports.

The observed effect plays no part: a pair is taken for normal with the variance that was seen, and the sum of what the
pairs add to a wealth's logarithm as well.
"""

from collections.abc import Callable, Sequence
from math import fsum, log, sqrt
from statistics import NormalDist

from benchmarks.analysis.betting import AIMED, LARGER, gain
from benchmarks.analysis.unpaired import POWER

# Log-ratios beyond this one are not of interest: 50 times as slow.
_LARGEST = 4.0

# Nodes and weights of a 7-point Gauss-Hermite quadrature for a standard normal variable (Abramowitz and Stegun 25.10).
_NODES = (
    (0.0, 16 / 35),
    (1.1544053947399682, 0.24012317860501268),
    (2.3667594107345416, 0.03075712396758652),
    (3.7504397177257425, 0.0005482688559722183),
)

_NORMAL = NormalDist()

# The share of gates that would find a slowdown, given as a log-ratio.
Chance = Callable[[float], float]


def chance(shift: float, variance: float, pairs: int, needed: float, effect: float) -> float:
    """Return the probability that a bet's wealth reaches `needed` (a logarithm) within `pairs` pairs around `shift`."""
    return max(
        _chance_of_one(shift, size, variance, pairs, needed - log(share))
        for size, share in ((AIMED[0] * effect, AIMED[1]), (max(LARGER[0] * effect, shift), LARGER[1]))
    )


def _chance_of_one(shift: float, size: float, variance: float, pairs: int, needed: float) -> float:
    gains = [
        (weight, gain(size, shift + sign * node * sqrt(variance), variance))
        for node, weight in _NODES
        for sign in ((1, -1) if node else (1,))
    ]
    mean = fsum(weight * each for weight, each in gains)
    spread = sqrt(max(0.0, fsum(weight * (each - mean) ** 2 for weight, each in gains)))
    surplus = pairs * mean - needed
    if spread * sqrt(pairs) < 1e-12:
        return float(surplus >= 0)
    return _NORMAL.cdf(surplus / (spread * sqrt(pairs)))


def detectable_log_ratio(variance: float, pairs: int, needed: float, effect: float) -> float | None:
    """Return the log-ratio whose bet reaches `needed` within `pairs` pairs in 80 % of gates; None if there is none."""
    return smallest_seen([lambda shift: chance(shift, variance, pairs, needed, effect)], POWER)


def smallest_seen(chances: Sequence[Chance], share: float) -> float | None:
    """Return the log-ratio that `share` of gates find on average over these hypotheses; None if there is none."""

    def found(log_ratio: float) -> bool:
        return fsum(each(log_ratio) for each in chances) >= share * len(chances)

    if not chances or not found(_LARGEST):
        return None
    low, high = 0.0, _LARGEST
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high
