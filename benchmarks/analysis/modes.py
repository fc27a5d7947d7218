"""Speed modes: a machine that runs at one of two speeds, for seconds at a time, makes times fall into two heaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, fsum

# Heaps nearer to each other, or smaller, are not told from the tails of one.
_LEAST_RATIO, _LEAST_SHARE = 1.2, 0.05

# The variance between the heaps must be so much of all variance; one heap of normal values has 0.64, an even one 0.75.
_LEAST_EXPLAINED = 0.8

_FEWEST = 20


@dataclass(frozen=True)
class Modes:
    """Two speeds: the slow one takes `ratio` times as long, and `slow_share` of all times belong to it."""

    ratio: float
    slow_share: float


def modes(logs: Sequence[float]) -> Modes | None:
    """The two speeds in logarithms of times of the same work; None where there is one, or too little to say.

    The split is the one that explains most variance (Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
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
