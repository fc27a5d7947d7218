"""Intervals of proportions."""

from math import sqrt


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, Journal of the American Statistical Association 22, 1927)."""
    z2 = 1.959964**2
    middle, half = hits + z2 / 2, sqrt(z2 * (hits * (n - hits) / n + z2 / 4))
    return max(0.0, (middle - half) / (n + z2)), min(1.0, (middle + half) / (n + z2))
