"""Which configuration is fastest, if any: only what is clear of its rivals and of the plain loop is called so."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, exp, hypot, inf, log, sqrt

from benchmarks.analysis.speedup import Configuration

# Standard errors by which a difference is clear. The best of some fifteen configurations looks better than it is: with
# three, a table of equals calls one of them fastest in about 2 % of sessions.
_CLEAR = 3.0

# A 95 % interval, in standard errors.
_INTERVAL = 1.96

# Two rounds are the fewest that show how far they vary.
_FEWEST = 2

# A round of so many seconds averages over the machine's changes of speed.
_LONG_S = 1.0


@dataclass(frozen=True)
class Noise:
    """What is uncertain of a log speed-up: the variance of one round, their number, and the variance due to the loops.

    `known` is false where one short round says nothing of its variance, which then is that of a loop.
    """

    round_variance: float
    rounds: int
    loops_variance: float
    known: bool = True

    @property
    def log_error(self) -> float:
        """The standard error, infinite where it is not known."""
        return sqrt(self.round_variance / self.rounds + self.loops_variance) if self.known else inf


@dataclass(frozen=True)
class Contender:
    """A configuration with the noise of its speed-up's logarithm, and `bound`, the most that its speed-up can be.

    That is the number of threads of all workers; the machine's cores if they are fewer and the tasks are known to
    compute all the time; 1 for threads that hold the GIL.
    """

    configuration: Configuration
    noise: Noise
    bound: float

    @property
    def log_error(self) -> float:
        """The standard error of the speed-up's logarithm."""
        return self.noise.log_error

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the speed-up, None where nothing is known of it."""
        if self.log_error == inf:
            return None
        half = exp(_INTERVAL * self.log_error)
        return self.configuration.speed_up / half, self.configuration.speed_up * half

    @property
    def possible_interval(self) -> tuple[float, float] | None:
        """The same without what is beyond the bound, except for the speed-up itself."""
        interval = self.interval
        return interval and (interval[0], max(self.configuration.speed_up, min(interval[1], self.bound)))

    @property
    def log_speed_up(self) -> float:
        """The speed-up's logarithm, at most the bound's: what noise adds to it is not believed."""
        return min(log(self.configuration.speed_up), log(self.bound))

    @property
    def impossible(self) -> bool:
        """Whether the speed-up is clear of what it can be: then loop and case were not the same work or machine."""
        return log(self.configuration.speed_up) - _CLEAR * self.log_error > log(self.bound)


class HeadlineKind(Enum):
    """What a run says to "which is fastest?"."""

    UNFAIR = "a speed-up is impossible"
    FASTEST = "one is clear of the others and of the loop"
    LOOP = "nothing beats the loop"
    UNDECIDED = "the best can't be told from a rival"


@dataclass(frozen=True)
class Headline:
    """The answer; `best` is the contender it is about, `rival` the one it can't be told from (None: the loop).

    `rounds` per case would decide what is undecided if the speed-ups stay as they are; None if no number would.
    """

    kind: HeadlineKind
    best: Contender
    rival: Contender | None
    rounds: int | None = None


def headline(contenders: Sequence[Contender]) -> Headline | None:
    """Return what the contenders (parallel configurations of joblib's) say; None if there is none."""
    if not contenders:
        return None
    if impossible := [each for each in contenders if each.impossible]:
        return Headline(HeadlineKind.UNFAIR, max(impossible, key=lambda it: it.log_speed_up - log(it.bound)), None)
    # Threads that hold the GIL can't beat the loop: they are no candidates beside others.
    candidates = [each for each in contenders if each.bound > 1] or contenders
    # Several may be at their bound: then the fastest of them.
    best = max(candidates, key=lambda it: (it.log_speed_up, it.configuration.speed_up))
    others = [each for each in contenders if each.configuration.backend != best.configuration.backend]
    rival = max(others, key=lambda it: it.log_speed_up, default=None)
    # That the best one looks better than it is makes this only surer: what intervals say is enough.
    if best.bound <= 1 or all(_is_below_loop(each) for each in candidates if each is best or each.log_error < inf):
        return Headline(HeadlineKind.LOOP, best, None)
    if best.log_speed_up < _CLEAR * best.log_error or best.log_speed_up <= 0:
        return Headline(HeadlineKind.UNDECIDED, best, None, _deciding_rounds(best, rival))
    if rival is not None:
        difference = best.log_speed_up - rival.log_speed_up
        if difference < _CLEAR * hypot(best.log_error, rival.log_error):
            return Headline(HeadlineKind.UNDECIDED, best, rival, _deciding_rounds(best, rival))
    return Headline(HeadlineKind.FASTEST, best, rival)


def _is_below_loop(contender: Contender) -> bool:
    return contender.log_speed_up < -_INTERVAL * contender.log_error


def _deciding_rounds(best: Contender, rival: Contender | None) -> int | None:
    """Return how many rounds would tell the best from the loop, and from a rival if it is faster than the loop."""
    gaps: list[tuple[float, tuple[Contender, ...]]] = [(best.log_speed_up, (best,))]
    if rival is not None and best.log_speed_up > 0:
        gaps.append((best.log_speed_up - rival.log_speed_up, (best, rival)))
    needed = []
    for gap, compared in gaps:
        # More rounds don't make the loops any surer.
        left = (gap / _CLEAR) ** 2 - sum(each.noise.loops_variance for each in compared)
        if not left > 0:
            return None
        needed.append(sum(each.noise.round_variance for each in compared) / left)
    return max(_FEWEST, ceil(max(needed)))


def noises(rounds_s: Sequence[Sequence[float]], loops_s: Sequence[Sequence[float]]) -> list[Noise]:
    """Return the noise of each case's log speed-up, from its rounds and from the loops measured with it.

    Few rounds of one case say little of its noise: at least what the rounds of all cases show is assumed. The same
    holds for the loops, two per case. A single round of seconds has the noise of the loops, which take as long; that of
    a shorter one is not known. Nothing is known, and every variance infinite, where no case has two loops.
    """
    of_rounds = _pooled_variance(rounds_s)
    of_loops = _pooled_variance(loops_s)

    def noise(rounds: Sequence[float], loops: Sequence[float]) -> Noise:
        if of_loops is None or not rounds or not loops:
            return Noise(inf, max(1, len(rounds)), inf, known=False)
        variance = _variance(rounds)
        known = variance is not None or rounds[0] >= _LONG_S
        variance = of_loops if variance is None else variance
        return Noise(max(of_rounds or 0.0, variance), len(rounds), of_loops / len(loops), known)

    return [noise(rounds, loops) for rounds, loops in zip(rounds_s, loops_s, strict=True)]


def _pooled_variance(samples: Sequence[Sequence[float]]) -> float | None:
    variances = [variance for sample in samples if (variance := _variance(sample)) is not None]
    return sum(variances) / len(variances) if variances else None


def _variance(seconds: Sequence[float]) -> float | None:
    if len(seconds) < 2:
        return None
    logs = [log(value) for value in seconds]
    mean = sum(logs) / len(logs)
    return sum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
