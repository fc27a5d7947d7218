"""One case, or several as one, measured in pairs: from the rounds of a pair to an estimate, an interval, and evidence.

A user waits for the mean call, so the estimate and its interval are those of the mean. Evidence comes from several
scores of a pair. Exchanging base and head changes the sign of each and nothing else, so that the sign is a fair coin if
the label does not matter:

- *typical*: the mean of the rounds' log-ratios, clipped at 0.3 scales. It sees a slowdown of all calls soonest, and
  hardly notices one of a few calls, or one that joblib's 10 ms poll turns into one more poll for some calls.
- *mean*: the logarithm of head's mean round over base's. It sees a slowdown of some calls, and pays for it with noise.
  (The mean of log-ratios would not do: if a tenth of the calls takes twice as long, it says 7 % instead of 10 %.)
- *completed*: as typical, of the times until the last batch has completed, where they are known. The poll has no part
  in them: a delay inside dispatch or inside a task moves all of them.

Each score has a bet of its own; the wealth of a hypothesis is the weighted mean of theirs, which is a fair game again.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import erf, exp, fsum, inf, log, pi, sqrt
from statistics import median
from typing import NamedTuple

from benchmarks.analysis.betting import PRIOR_PAIRS, Values, log_wealth, variances
from benchmarks.analysis.power import chance
from benchmarks.analysis.student import t_quantile

# Rounds: one tuple per pair, each log(head / base) of one round of both sides.
Rounds = Sequence[Sequence[float]]


class PairRatios(NamedTuple):
    """One pair of a case: log(head / base) of each round, until joblib returned, and of the mean round.

    `mean_variance` is the variance of `mean` as the rounds of each side suggest it, 0 for one round. `completed`
    is as `returned`, until the last batch had completed; it is empty where nothing is known of batches.
    """

    returned: tuple[float, ...]
    mean: float
    mean_variance: float
    completed: tuple[float, ...] = ()


def pair_ratios(
    base: Sequence[float], head: Sequence[float], completed: tuple[Sequence[float], Sequence[float]] | None = None
) -> PairRatios:
    """Compare the rounds of a pair, in any unit; `completed` are base's and head's until the last batch."""
    return PairRatios(
        _log_ratios(base, head),
        log(fsum(head) / fsum(base)),
        _relative_variance(base) + _relative_variance(head),
        _log_ratios(*completed) if completed else (),
    )


def _log_ratios(base: Sequence[float], head: Sequence[float]) -> tuple[float, ...]:
    return tuple(log(after / before) for before, after in zip(base, head, strict=True))


def _relative_variance(rounds: Sequence[float]) -> float:
    """Return the variance of the mean's logarithm, to first order (the delta method)."""
    if len(rounds) < 2:
        return 0.0
    center = fsum(rounds) / len(rounds)
    return fsum((value - center) ** 2 for value in rounds) / (len(rounds) - 1) / len(rounds) / center**2


# Beyond so many scales a round's log-ratio counts no more than at that point: most rounds agree well, and those in
# which the machine changed its speed are far off. Found on recordings, see docs/gate.md.
_CLIP = 0.3

# Of standard normal values: the share within the bounds, and the variance that clipping leaves, in terms of that share.
_WITHIN = erf(_CLIP / sqrt(2))
_LEFT = (_CLIP**2 * (1 - _WITHIN) + _WITHIN - 2 * _CLIP * exp(-(_CLIP**2) / 2) / sqrt(2 * pi)) / _WITHIN**2

# A median of |x| times this is the standard deviation of normal values.
_NORMAL = 1 / 0.6745

# No two calls agree better than that by merit.
_LEAST_SCALE = 1e-4

# The wealth that a bet against a bound needs. An interval holds in 95 % of rows, so that each bound errs in 2.5 %; that
# the mean call is below or above something is said only where it errs in 1 %.
_INTERVAL_LOG, PROOF_LOG = log(1 / 0.025), log(1 / 0.01)

# The least share of a score that planning may count on, see `Assessment.noise`.
PLANNED_SHARE = 0.4

# What each score is given of the wealth that a hypothesis starts with: typical, mean, completed. Found on recordings,
# see docs/gate.md.
_WITH_COMPLETED = (0.3, 0.3, 0.4)
_WITHOUT_COMPLETED = (0.6, 0.4)

# Of a group: typical or completed, and mean.
_OF_GROUP = (0.7, 0.3)

# How many pairs the usual variance of a gate's cases is worth when the chances of one case are planned: found on
# recordings, where four pairs of the calmest quarter of cases understate the variance by 2.5 on a loaded machine.
_USUAL_PAIRS = 8

# A group's cases are weighted half by what they can tell (the inverse of their variance) and half equally, so that no
# case decides alone.
_BY_PRECISION = 0.5


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
    place = len(ordered) // 2
    return (ordered[place] + ordered[~place]) / 2


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


@dataclass(frozen=True)
class Assessment:
    """A hypothesis after some pairs. Log-ratios (head over base); wealths are logarithms of the most there ever was.

    `mean` is what the user waits for; `typical` sees soonest whether all calls are slower; `completed` is the same of
    the times until the last batch, None where these are not known. `effect` is the log-ratio that is aimed at.
    """

    effect: float
    typical: Score
    mean: Score
    completed: Score | None

    @property
    def scores(self) -> tuple[Score, ...]:
        """All scores that there are."""
        return (self.typical, self.mean) if self.completed is None else (self.typical, self.mean, self.completed)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.mean.values.values)

    @property
    def estimate(self) -> float:
        """The mean call's log-ratio."""
        return self.mean.estimate

    @property
    def largest(self) -> float:
        """The largest estimate of any score: what the floor is compared with."""
        return max(score.estimate for score in self.scores)

    @property
    def smallest(self) -> float:
        """The smallest estimate of any score."""
        return min(score.estimate for score in self.scores)

    def at_most(self, typical_errors: float, mean_errors: float) -> float:
        """Return an upper guess of the log-ratio: of each score its estimate and so many standard errors."""
        guesses = [self.mean.estimate + mean_errors * self.mean.error]
        guesses += [score.estimate + typical_errors * score.error for score in self.scores if score is not self.mean]
        return max(guesses)

    @cached_property
    def wealth_slower(self) -> list[float]:
        """The wealth of the bet that head is slower, after each pair."""
        return self._wealth([score.values for score in self.scores])

    @cached_property
    def slower(self) -> float:
        """The most that the bet "slower" ever had: a wealth that was reached stays."""
        return max(0.0, *self.wealth_slower)

    @cached_property
    def faster(self) -> float:
        """The most that the bet "faster" ever had."""
        return max(0.0, *self._wealth([score.values.mirrored() for score in self.scores]))

    def _wealth(self, values: Sequence[Values]) -> list[float]:
        """Return the weighted mean of the scores' wealths after each pair."""
        shares = [log(score.share) for score in self.scores]
        wealths = zip(*(log_wealth(each, self.effect) for each in values), strict=True)
        return [_log_sum([s + w for s, w in zip(shares, each, strict=True)]) for each in wealths]

    def below(self, shift: float) -> bool:
        """Whether the mean call's log-ratio is proved to lie below `shift` (99 %)."""
        return self.mean.estimate < shift and self._against(shift, -1) >= PROOF_LOG

    def above(self, shift: float) -> bool:
        """Whether the mean call's log-ratio is proved to lie above `shift` (99 %)."""
        return self.mean.estimate > shift and self._against(shift, 1) >= PROOF_LOG

    @cached_property
    def interval(self) -> tuple[float, float]:
        """A 95 % interval of the mean call's log-ratio, valid after any pair; infinite where nothing is known.

        Noise is taken for symmetric around the effect.
        """
        center = self.mean.estimate
        return (
            center - _bound(lambda shift: self._against(center - shift, 1)),
            center + _bound(lambda shift: self._against(center + shift, -1)),
        )

    @property
    def rough_interval(self) -> tuple[float, float]:
        """A 95 % interval by Student's t, for pairs that are too few for `interval`: it holds for this number of pairs.

        The variance of a single pair comes from its rounds.
        """
        width = t_quantile(0.975, max(1, self.pairs - 1)) * self.mean.error
        return self.mean.estimate - width, self.mean.estimate + width

    def _against(self, shift: float, sign: int) -> float:
        """Return the wealth now of a bet that the truth lies above `shift` (sign 1) or below it (sign -1)."""
        values = self.mean.values
        moved = replace(values, values=tuple(value - shift for value in values.values))
        return log_wealth(moved if sign > 0 else moved.mirrored(), self.effect)[-1]

    @property
    def noise(self) -> float:
        """The standard deviation of what one pair says, by the sharpest score that a small delay can't hide from."""
        return sqrt(min(score.variance for score in self._counted_on))

    @property
    def _counted_on(self) -> tuple[Score, ...]:
        return tuple(score for score in self.scores if score.sees_delays)

    def chance(self, log_ratio: float, needed: float, pairs: int, usual: "Usual | None") -> float:
        """Return the probability that `pairs` whole pairs show a slowdown by `log_ratio` of every call.

        `usual` is what the noise of other cases says of this one's, None for a group.
        """
        found = []
        for score in self._counted_on:
            variance = score.variance_of_whole
            if usual is not None:
                variance = score.planning_variance(usual.mean if score is self.mean else usual.completed)
            found.append(chance(log_ratio, variance, pairs, needed - log(score.share), self.effect))
        return max(found)


class Usual(NamedTuple):
    """The usual variances of the cases of a gate, by score: the means over those that have the score."""

    mean: float
    completed: float


def usual_variances(assessments: Iterable[Assessment]) -> Usual:
    """Return the usual variances of these cases, 0 where nothing is known."""
    cases = [*assessments]
    completed = [case.completed.largest_variance for case in cases if case.completed is not None]
    means = [case.mean.largest_variance for case in cases]
    return Usual(*(fsum(known) / max(1, len(known)) for known in (means, completed)))


def assess(pairs: Sequence[PairRatios], effect: float) -> Assessment:
    """Assess a case after one pair or more; `effect` is the log-ratio that is aimed at."""
    returned = [pair.returned for pair in pairs]
    completed = [pair.completed for pair in pairs]
    means = mean(pairs)
    center = fsum(means.values) / len(means.values)
    if not all(completed):
        shares = _WITHOUT_COMPLETED
        return Assessment(
            effect,
            Score(shares[0], _center(returned), typical(returned), False),
            Score(shares[1], center, means, True),
            None,
        )
    first, second, third = _WITH_COMPLETED
    return Assessment(
        effect,
        Score(first, _center(returned), typical(returned), False),
        Score(second, center, means, True),
        Score(third, _center(completed), typical(completed), True),
    )


class CaseValues(NamedTuple):
    """What one pair says of a case of a group: value and prior of its sharpest score and of its mean.

    `completed` says that the sharpest score is of the times until the last batch.
    """

    sharp: float
    sharp_prior: float
    mean: float
    mean_prior: float
    completed: bool = False


def case_values(pairs: Sequence[PairRatios]) -> list[CaseValues]:
    """Return what each pair says of a case for the groups that it belongs to."""
    returned, completed = [pair.returned for pair in pairs], [pair.completed for pair in pairs]
    known = all(completed)
    sharp, means = typical(completed if known else returned), mean(pairs)
    values = zip(sharp.values, sharp.priors, means.values, means.priors, strict=True)
    return [CaseValues(*each, known) for each in values]


def assess_together(cases: Sequence[Sequence[CaseValues | None]], effect: float) -> Assessment:
    """Assess several cases as one: for each case what each pair says of it, None where it was not measured.

    The cases measured in a pair may depend on all earlier pairs.
    """
    pairs = [[each for each in pair if each is not None] for pair in zip(*cases, strict=True)]
    pairs = [pair for pair in pairs if pair]
    sharp = _together([[(each.sharp, each.sharp_prior) for each in pair] for pair in pairs])
    means = _together([[(each.mean, each.mean_prior) for each in pair] for pair in pairs])
    known = all(each.completed for pair in pairs for each in pair)
    first, second = _OF_GROUP
    return Assessment(
        effect,
        Score(first, _by_precision(sharp), sharp, known),
        Score(second, _by_precision(means), means, True),
        None,
    )


def _together(pairs: Sequence[Sequence[tuple[float, float]]]) -> Values:
    """Return the weighted mean of the cases of each pair, from the value and the prior of each."""
    values, priors, units = [], [], []
    for pair in pairs:
        precisions = [1 / prior for _, prior in pair]
        total = fsum(precisions)
        weights = [_BY_PRECISION * each / total + (1 - _BY_PRECISION) / len(pair) for each in precisions]
        values.append(fsum(weight * value for weight, (value, _) in zip(weights, pair, strict=True)))
        priors.append(fsum(weight * weight * prior for weight, (_, prior) in zip(weights, pair, strict=True)))
        units.append(1 / len(pair))
    return Values(tuple(values), tuple(priors), tuple(units))


def _by_precision(values: Values) -> float:
    weights = [1 / prior for prior in values.priors]
    return fsum(weight * value for weight, value in zip(weights, values.values, strict=True)) / fsum(weights)


def _log_sum(logs: Sequence[float]) -> float:
    largest = max(logs)
    return largest + log(fsum(exp(each - largest) for each in logs))


def _bound(wealth: Callable[[float], float]) -> float:
    """Return the smallest shift from the estimate that the bet against it rules out; infinite if it rules out none."""
    low, high = 0.0, 0.02
    while wealth(high) < _INTERVAL_LOG:
        low, high = high, high * 2
        if high > 4:
            return inf
    for _ in range(9):
        middle = (low + high) / 2
        low, high = (middle, high) if wealth(middle) < _INTERVAL_LOG else (low, middle)
    return high


def _center(rounds: Rounds) -> float:
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
