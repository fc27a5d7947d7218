"""Which configuration is fastest, if any: only what is clear of its rivals and of the plain loop is called so."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import exp, hypot, inf, log, sqrt

from benchmarks.analysis.speedup import Configuration

# Standard errors by which a difference is clear. The best of some fifteen configurations looks better than it is: with
# three, a table of equals calls one of them fastest in about 2 % of sessions.
_CLEAR = 3.0

# A 95 % interval, in standard errors.
_INTERVAL = 1.96

# A round of so many seconds averages over the machine's changes of speed.
_LONG_S = 1.0


@dataclass(frozen=True)
class Contender:
    """A configuration with the standard error of its speed-up's logarithm, and the most that its speed-up can be.

    `log_error` is infinite where one round says nothing of it. `bound` is the number of workers, or 1 for threads that
    hold the GIL.
    """

    configuration: Configuration
    log_error: float
    bound: float

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the speed-up, None where nothing is known of it."""
        if self.log_error == inf:
            return None
        half = exp(_INTERVAL * self.log_error)
        return self.configuration.speed_up / half, self.configuration.speed_up * half

    @property
    def log_speed_up(self) -> float:
        """The speed-up's logarithm, at most the bound's: what noise adds to it is not believed."""
        return min(log(self.configuration.speed_up), log(self.bound))

    @property
    def impossible(self) -> bool:
        """Whether the speed-up is clear of what it can be: then loop and case were not the same work or machine."""
        return log(self.configuration.speed_up) - _CLEAR * self.log_error > log(self.bound)


class Answer(Enum):
    """What a run says to "which is fastest?"."""

    UNFAIR = "a speed-up is impossible"
    FASTEST = "one is clear of the others and of the loop"
    LOOP = "nothing beats the loop"
    UNDECIDED = "the best can't be told from a rival"


@dataclass(frozen=True)
class Headline:
    """The answer; `best` is the contender it is about, `rival` the one it can't be told from (None: the loop)."""

    answer: Answer
    best: Contender
    rival: Contender | None


def headline(contenders: Sequence[Contender]) -> Headline | None:
    """Return what the contenders (parallel configurations of joblib's) say; None if there is none."""
    if not contenders:
        return None
    if impossible := [each for each in contenders if each.impossible]:
        return Headline(Answer.UNFAIR, max(impossible, key=lambda it: it.log_speed_up - log(it.bound)), None)
    # Threads that hold the GIL can't beat the loop: they are no candidates beside others.
    candidates = [each for each in contenders if each.bound > 1] or contenders
    best = max(candidates, key=lambda it: it.log_speed_up)
    others = [each for each in contenders if each.configuration.backend != best.configuration.backend]
    rival = max(others, key=lambda it: it.log_speed_up, default=None)
    if best.bound <= 1 or best.log_speed_up < -_CLEAR * best.log_error:
        return Headline(Answer.LOOP, best, None)
    if best.log_speed_up < _CLEAR * best.log_error or best.log_speed_up <= 0:
        return Headline(Answer.UNDECIDED, best, None)
    if rival is not None:
        difference = best.log_speed_up - rival.log_speed_up
        if difference < _CLEAR * hypot(best.log_error, rival.log_error):
            return Headline(Answer.UNDECIDED, best, rival)
    return Headline(Answer.FASTEST, best, rival)


def log_errors(rounds_s: Sequence[Sequence[float]], loops_s: Sequence[Sequence[float]]) -> list[float]:
    """Return the standard error of each case's log speed-up, from its rounds and from the loops measured with it.

    Few rounds of one case say little of its noise: at least what the rounds of all cases show is assumed. The same
    holds for the loops, two per case. A single round of seconds has the noise of the loops, which take as long; that of
    a shorter one is not known, and its error infinite. So are all errors where no case has two loops.
    """
    of_rounds = _pooled_variance(rounds_s)
    of_loops = _pooled_variance(loops_s)
    if of_loops is None:
        return [inf] * len(rounds_s)

    def error(rounds: Sequence[float], loops: Sequence[float]) -> float:
        variance = _variance(rounds)
        if variance is None and len(rounds) == 1 and rounds[0] >= _LONG_S:
            variance = of_loops
        if variance is None or not loops:
            return inf
        return sqrt(max(of_rounds or 0.0, variance) / len(rounds) + of_loops / len(loops))

    return [error(rounds, loops) for rounds, loops in zip(rounds_s, loops_s, strict=True)]


def _pooled_variance(samples: Sequence[Sequence[float]]) -> float | None:
    variances = [variance for sample in samples if (variance := _variance(sample)) is not None]
    return sum(variances) / len(variances) if variances else None


def _variance(seconds: Sequence[float]) -> float | None:
    if len(seconds) < 2:
        return None
    logs = [log(value) for value in seconds]
    mean = sum(logs) / len(logs)
    return sum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
