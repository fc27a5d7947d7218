"""Scores: what each pair says of a case, by typical calls and by the mean call, and how much such values vary.

Scales and variances come from sizes and from differences within a pair, never from signs.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import erf, exp, fsum, pi, sqrt
from statistics import median

from benchmarks.analysis.betting import PRIOR_PAIRS, Values, variances
from benchmarks.analysis.pair_ratios import PairRatios, Rounds

# Beyond so many scales a round's log-ratio counts no more than at that point: most rounds agree well, and those in
# which the machine changed its speed are far off. Found on recordings, see docs/gate-validation.md.
_CLIP = 0.3

# Of standard normal values: the share within the bounds, and the variance that clipping leaves, in terms of that share.
_WITHIN = erf(_CLIP / sqrt(2))
_LEFT = (_CLIP**2 * (1 - _WITHIN) + _WITHIN - 2 * _CLIP * exp(-(_CLIP**2) / 2) / sqrt(2 * pi)) / _WITHIN**2

# A median of |x| times this is the standard deviation of normal values.
_NORMAL = 1 / 0.6745

# No two calls agree better than that by merit.
_LEAST_SCALE = 1e-4

# How many pairs the usual variance of a gate's cases is worth when the chances of one case are planned: found on
# recordings, where four pairs of the calmest quarter of cases understate the variance by 2.5 on a loaded machine.
_USUAL_PAIRS = 8


def typical(rounds: Rounds) -> Values:
    """Return the clipped mean of each pair.

    Scale and prior come from sizes and from differences within a pair, which do not change with the sign: so that signs
    stay fair coins.
    """
    return Values(_clipped(rounds), _clipped_priors(rounds), (1.0,) * len(rounds))


def mean(pairs: Sequence[PairRatios]) -> Values:
    """Return the mean round's log-ratio of each pair."""
    priors, total = [], 0.0
    for count, pair in enumerate(pairs, 1):
        total += pair.mean_variance
        priors.append(max(_LEAST_SCALE**2, total / count))
    return Values(tuple(pair.mean for pair in pairs), tuple(priors), (1.0,) * len(pairs))


def _clipped(rounds: Rounds) -> tuple[float, ...]:
    """Return means of clipped log-ratios, scaled to keep the size of small shifts: a step of Huber's estimate."""
    sizes: list[float] = []
    values = []
    for pair in rounds:
        for ratio in pair:
            insort(sizes, abs(ratio))
        bound = _CLIP * _scale(_middle(sizes))
        total = fsum(max(-bound, min(bound, ratio)) for ratio in pair)
        values.append(total / len(pair) / _WITHIN)
    return tuple(values)


def _clipped_priors(rounds: Rounds) -> tuple[float, ...]:
    """Return the variances of these means, as the rounds' differences within a pair suggest them."""
    spreads: list[float] = []
    priors = []
    for pair in rounds:
        center = fsum(pair) / len(pair)
        for ratio in pair:
            insort(spreads, abs(ratio - center))
        # A mean of J is nearer to its J values than the truth by J / (J - 1).
        scale = _scale(_middle(spreads))
        priors.append(_LEFT * scale * scale / max(1, len(pair) - 1))
    return tuple(priors)


def _scale(middle: float) -> float:
    """Return a standard deviation from the middle of the sizes."""
    return max(_LEAST_SCALE, middle * _NORMAL)


def _middle(ordered: Sequence[float]) -> float:
    """Return the median of values that are in order."""
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2


@dataclass(frozen=True)
class Score:
    """What one score says: its share of the wealth, and its estimate (log-ratio) with the variance of one pair.

    `sees_delays` is False where joblib's poll can hide a small delay of every call: most calls return when they did.
    """

    share: float
    estimate: float
    values: Values
    sees_delays: bool

    @cached_property
    def variance(self) -> float:
        """The variance of one more pair that is worth as much as the pairs were on average."""
        return self._variance(len(self.values.units) / fsum(1 / each for each in self.values.units))

    @cached_property
    def variance_of_whole(self) -> float:
        """The variance of one more pair that is worth as much as any: of a group, one that measures all its cases."""
        return self._variance(min(self.values.units))

    def planning_variance(self, usual: float) -> float:
        """Return the variance to plan with: as if several pairs more had shown the `usual` variance of such a score.

        Few pairs may be calm by chance, and the claims of the calmest cases would rest on that chance.
        """
        pairs, prior = len(self.values.values), self.values.priors[-1]
        return (self._squares + max(prior, usual) * _USUAL_PAIRS) / (pairs - 1 + _USUAL_PAIRS)

    @property
    def largest_variance(self) -> float:
        """The larger of `variance` and of what the pairs alone show: under load, rounds agree better than pairs."""
        return max(self.variance, self._squares / max(1, len(self.values.values) - 1))

    @property
    def _squares(self) -> float:
        """The sum of the pairs' squared deviations."""
        pairs, prior = len(self.values.values), self.values.priors[-1]
        return self.variance * (pairs - 1 + PRIOR_PAIRS) - prior * PRIOR_PAIRS

    def _variance(self, unit: float) -> float:
        values = self.values
        prior = values.priors[-1] * unit / values.units[-1]
        # The value of that pair has no part in its variance.
        return variances(Values((*values.values, 0.0), (*values.priors, prior), (*values.units, unit)))[-1]

    @property
    def error(self) -> float:
        """The estimate's standard error, for planning only."""
        return sqrt(self.variance / len(self.values.values))


def center_of(rounds: Rounds) -> float:
    """Return Huber's estimate of the middle (Annals of Mathematical Statistics 35, 1964), from the median in steps."""
    ratios = [ratio for pair in rounds for ratio in pair]
    center = median(ratios)
    ordered = sorted(ratios)
    sums = [0.0, *accumulate(ordered)]
    bound = _CLIP * _scale(median(abs(ratio - center) for ratio in ratios))
    for _ in range(20):
        below, upto = bisect_left(ordered, center - bound), bisect_right(ordered, center + bound)
        within = sums[upto] - sums[below] - center * (upto - below)
        center += (within + bound * (len(ordered) - upto - below)) / len(ordered)
    return center
