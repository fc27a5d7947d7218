"""One case measured in pairs: from the rounds of a pair to an estimate, an interval, and evidence.

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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, fsum, inf, log, sqrt
from typing import NamedTuple

from benchmarks.analysis.betting import Values, log_wealth
from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.power import chance
from benchmarks.analysis.scores import Score, center_of, mean, typical
from benchmarks.analysis.student import t_quantile

# The wealth that a bet against a bound needs. An interval holds in 95 % of rows, so that each bound errs in 2.5 %; that
# the mean call is below or above something is said only where it errs in 1 %.
_INTERVAL_LOG, PROOF_LOG = log(1 / 0.025), log(1 / 0.01)

# The least share of a score that planning may count on, see `Assessment.noise`.
PLANNED_SHARE = 0.4

# What each score is given of the wealth that a hypothesis starts with: typical, mean, completed. Found on recordings,
# see docs/gate-validation.md.
_WITH_COMPLETED = (0.3, 0.3, 0.4)
_WITHOUT_COMPLETED = (0.6, 0.4)


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
        chances = []
        for score in self._counted_on:
            variance = score.variance_of_whole
            if usual is not None:
                variance = score.planning_variance(usual.mean if score is self.mean else usual.completed)
            chances.append(chance(log_ratio, variance, pairs, needed - log(score.share), self.effect))
        return max(chances)


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
            Score(shares[0], center_of(returned), typical(returned), False),
            Score(shares[1], center, means, True),
            None,
        )
    first, second, third = _WITH_COMPLETED
    return Assessment(
        effect,
        Score(first, center_of(returned), typical(returned), False),
        Score(second, center, means, True),
        Score(third, center_of(completed), typical(completed), True),
    )


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
