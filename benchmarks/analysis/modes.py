"""Speed modes: times form two clusters on a machine that switches between two speeds, for seconds at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, fsum

# Clusters that are closer together, or smaller, can't be told from the tails of a single one.
_LEAST_RATIO, _LEAST_SHARE = 1.2, 0.05

# The least share of the variance that the split must explain: it explains 0.64 of normal, 0.75 of uniform values.
_LEAST_EXPLAINED = 0.8

_FEWEST = 20


@dataclass(frozen=True)
class Modes:
    """Two speeds: the slow one takes `ratio` times as long, and has `slow_share` of all times."""

    ratio: float
    slow_share: float


def modes(logs: Sequence[float]) -> Modes | None:
    """Find two speeds in the logarithms of times of the same work; None if there is one, or there are too few times.

    The split explains the most variance (Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
    """
    values, n = sorted(logs), len(logs)
    if n < _FEWEST:
        return None
    mean = fsum(values) / n
    total = fsum((value - mean) ** 2 for value in values)
    sums = list(accumulate(value - mean for value in values))
    between = [sums[low - 1] ** 2 * n / (low * (n - low)) for low in range(1, n)]
    low = max(range(1, n), key=lambda count: between[count - 1])
    ratio = exp(fsum(values[low:]) / (n - low) - fsum(values[:low]) / low)
    slow_share = (n - low) / n
    apart = between[low - 1] >= _LEAST_EXPLAINED * total
    if not apart or ratio < _LEAST_RATIO or min(slow_share, 1 - slow_share) < _LEAST_SHARE:
        return None
    return Modes(ratio, slow_share)
