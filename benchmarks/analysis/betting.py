"""Evidence that grows pair by pair and may be looked at at any time: a test by betting on signs.

A coin decided which of a pair's two processes was base. If the label does not matter, the sign of what the pair shows
(any odd function of its log-ratios) is a fair coin too, whatever the drift, the tails or changes of speed, given its
size and all that came before. Bet on it: stake so that the wealth is multiplied by 2 / (1 + exp(-2 m v / s2)), which a
fair coin leaves as it is on average. By Ville's inequality the wealth exceeds 1/alpha with a probability of at most
alpha: after any pair, under any stopping rule, budget, or choice of what to measure next (Ville 1939; Shafer and Vovk
2019; Waudby-Smith and Ramdas 2023; for symmetric variables Efron 1969 and de la Pena 1999). No looks are planned, and
p = 1 / wealth.

The stake is the likelihood ratio of the sign under a shift of m with variance s2: optimal if these are right, valid in
any case, because both come from earlier pairs and from sizes.
"""

from dataclasses import dataclass, replace
from math import exp, log, log1p

# How many pairs the variance that the rounds suggest is worth, against what earlier pairs showed.
PRIOR_PAIRS = 4

# Two bets, by the shift they are best at in terms of the effect that is aimed at, and by their share of the stake. The
# first finds that effect soonest. The second finds larger ones: from that size on it bets on what the pairs before
# showed. Chosen on the recording of 12 pairs, see docs/gate-validation.md.
AIMED, LARGER = (0.8, 0.6), (1.8, 0.4)

# The share of the wealth that is not staked: a pair whose variance was underestimated can't ruin a bet.
_KEPT = 0.05

# What one pair can add to a wealth's logarithm at most: both bets double what they stake.
MOST_GAIN = log(_KEPT + (1 - _KEPT) * 2)


@dataclass(frozen=True)
class Values:
    """What each pair says of a hypothesis: its log-ratio in `values`.

    `priors` are their variances as the rounds of this and earlier pairs suggest them, by their sizes alone; `units` how
    the variances relate to each other by design: 1 for a case, one over the number of cases for a mean of several.
    """

    values: tuple[float, ...]
    priors: tuple[float, ...]
    units: tuple[float, ...]

    def mirrored(self) -> "Values":
        """The same with base and head exchanged."""
        return replace(self, values=tuple(-value for value in self.values))


def log_wealth(seen: Values, effect: float) -> list[float]:
    """The logarithm of the wealth after each pair of a bet that values are positive rather than of either sign.

    `effect` is the log-ratio that is aimed at.
    """
    aimed, larger = log(AIMED[1]), log(LARGER[1])
    wealth = []
    total = 0.0
    for count, (value, variance) in enumerate(zip(seen.values, variances(seen), strict=True)):
        shift = max(LARGER[0] * effect, total / count if count else 0.0)
        aimed += gain(AIMED[0] * effect, value, variance)
        larger += gain(shift, value, variance)
        wealth.append(_log_sum(aimed, larger))
        total += value
    return wealth


def variances(seen: Values) -> list[float]:
    """Each pair's variance, from its prior and from how much the pairs before it varied."""
    estimates = []
    total = squares = weight = 0.0
    for count, (value, prior, unit) in enumerate(zip(seen.values, seen.priors, seen.units, strict=True)):
        spread = max(squares - total * total / weight, 0.0) if count else 0.0
        estimates.append((spread * unit + PRIOR_PAIRS * prior) / (max(count - 1, 0) + PRIOR_PAIRS))
        weight += 1 / unit
        total += value / unit
        squares += value * value / unit
    return estimates


def gain(shift: float, value: float, variance: float) -> float:
    """Return the logarithm of what one pair multiplies a bet's wealth with; over both signs of `value` that is 1."""
    exponent = min(700.0, -2 * shift * value / variance)
    return log(_KEPT + (1 - _KEPT) * 2 / (1 + exp(exponent)))


def _log_sum(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high + log1p(exp(low - high))
