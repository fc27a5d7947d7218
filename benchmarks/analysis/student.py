"""Student's t distribution: the two functions that a comparison needs.

The tests check them against scipy. They are not imported from it because that takes longer than a whole comparison.
"""

from functools import lru_cache
from math import exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_ENOUGH_TERMS = 10_000
_PRECISION = 1e-15


def t_above(t: float, df: float) -> float:
    """Return the probability that Student's t with `df` > 0 degrees of freedom exceeds `t`."""
    tail = 0.5 * _beta(df / 2, 0.5, df / (df + t * t))
    return tail if t >= 0 else 1 - tail


@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: float) -> float:
    """Return the quantile of Student's t with `df` degrees of freedom; `probability` is within (0, 1)."""
    if probability < 0.5:
        return -t_quantile(1 - probability, df)
    target = 1 - probability
    low, high = 0.0, max(1.0, NormalDist().inv_cdf(probability))
    while t_above(high, df) > target:
        low, high = high, 2 * high
    middle = high
    # Newton's method on the logarithm of the tail, which is nearly linear; bisection if a step leaves the bracket.
    for _ in range(200):
        above = t_above(middle, df)
        low, high = (middle, high) if above > target else (low, middle)
        step = middle + (log(above) - log(target)) * above / _density(middle, df) if above > 0 else low
        middle, before = step if low < step < high else (low + high) / 2, middle
        if abs(middle - before) <= 1e-12 * max(1.0, middle):
            break
    return middle


def _density(t: float, df: float) -> float:
    return exp(lgamma((df + 1) / 2) - lgamma(df / 2) - (df + 1) / 2 * log1p(t * t / df)) / sqrt(df * pi)


def _beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function (DLMF 8.17)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    return front * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of DLMF 8.17.22, by Lentz's method as Thompson and Barnett (1986) changed it."""
    tiny = 1e-300
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1), tiny)
    result = d
    for m in range(1, _ENOUGH_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d, tiny)
            c = _not_zero(1 + term / c, tiny)
            result *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return result


def _not_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
