"""One case measured in turns: from the log-ratios of its rounds to an estimate, an interval, and evidence."""

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import erf, exp, fsum, inf, log, pi, sqrt
from statistics import median

from benchmarks.analysis.betting import Values, detectable_log_ratio, log_wealth, variances

# Rounds: one tuple a pair, each log(head / base) of one round of both sides.
Rounds = Sequence[Sequence[float]]

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

_BOUND_LOG = log(2 / 0.05)  # a two-sided 95 % interval


def values_of(rounds: Rounds) -> Values:
    """What each pair says of a case.

    Scale and prior come from sizes and from differences within a pair, which change with no sign: so that signs stay
    fair coins.
    """
    return Values(_clipped(rounds, 0.0), _priors(rounds), (1.0,) * len(rounds))


def _clipped(rounds: Rounds, shift: float) -> tuple[float, ...]:
    """Means of clipped log-ratios less `shift`, scaled to keep the size of small shifts: a step of Huber's estimate."""
    sizes: list[float] = []
    values = []
    for pair in rounds:
        moved = [ratio - shift for ratio in pair]
        for ratio in moved:
            insort(sizes, abs(ratio))
        bound = _CLIP * _scale(_middle(sizes))
        total = 0.0
        for ratio in moved:
            total += bound if ratio > bound else -bound if ratio < -bound else ratio
        values.append(total / len(pair) / _WITHIN)
    return tuple(values)


def _priors(rounds: Rounds) -> tuple[float, ...]:
    """The variances of these means, as the rounds' differences within a pair suggest them."""
    spreads: list[float] = []
    priors = []
    for pair in rounds:
        mean = fsum(pair) / len(pair)
        for ratio in pair:
            insort(spreads, abs(ratio - mean))
        # A mean of J is nearer to its J values than the truth by J / (J - 1).
        scale = _scale(_middle(spreads))
        priors.append(_LEFT * scale * scale / max(1, len(pair) - 1))
    return tuple(priors)


def _scale(middle: float) -> float:
    """A standard deviation from the middle of the sizes."""
    return max(_LEAST_SCALE, middle * _NORMAL)


def _middle(ordered: Sequence[float]) -> float:
    """The median of values that are in order."""
    place = len(ordered) // 2
    return (ordered[place] + ordered[~place]) / 2


@dataclass(frozen=True)
class Assessment:
    """A hypothesis after some pairs. Log-ratios (head over base); wealths are logarithms of the most there ever was.

    `against` is the wealth now of a bet against a given log-ratio, with 1 that the truth is above it, with -1 below;
    `variance` is a pair's.
    """

    pairs: int
    estimate: float
    slower: float
    faster: float
    variance: float
    against: Callable[[float, int], float]

    @property
    def error(self) -> float:
        """The estimate's standard error, for planning only."""
        return (self.variance / self.pairs) ** 0.5 if self.pairs else inf

    def below(self, shift: float) -> bool:
        """Whether the upper end of the interval lies below `shift`."""
        return self.estimate < shift and self.against(shift, -1) >= _BOUND_LOG

    def above(self, shift: float) -> bool:
        """Whether the lower end of the interval lies above `shift`."""
        return self.estimate > shift and self.against(shift, 1) >= _BOUND_LOG

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The bounds of the effect at 95 %, valid after any pair; infinite where nothing is ruled out."""
        return (
            self.estimate - _bound(lambda shift: self.against(self.estimate - shift, 1)),
            self.estimate + _bound(lambda shift: self.against(self.estimate + shift, -1)),
        )

    def detectable_effect(self, needed: float, effect: float, pairs: int) -> float | None:
        """The slowdown (0.05 is 5 %) that `pairs` pairs would show in 80 % of gates; None if they would show none."""
        found = detectable_log_ratio(self.variance, pairs, needed, effect)
        return None if found is None else exp(found) - 1


def assess(rounds: Rounds, effect: float) -> Assessment:
    """A case after one pair or more; `effect` is the log-ratio that is aimed at."""
    seen = values_of(rounds)
    estimate = _center([ratio for pair in rounds for ratio in pair])
    return _assessment(seen, lambda shift: replace(seen, values=_clipped(rounds, shift)), estimate, effect)


def assess_together(cases: Sequence[Sequence[tuple[float, float] | None]], effect: float) -> Assessment:
    """Several cases as one: for each case, what each pair says of it (value, prior), None where it was not measured.

    The cases measured in a pair may depend on all earlier pairs; what the pair says is their mean.
    """
    values, priors, units = [], [], []
    for pair in zip(*cases, strict=True):
        said = [one for one in pair if one is not None]
        if said:
            values.append(fsum(value for value, _ in said) / len(said))
            priors.append(fsum(prior for _, prior in said) / len(said) ** 2)
            units.append(1 / len(said))
    weights = [1 / prior for prior in priors]
    estimate = fsum(weight * value for weight, value in zip(weights, values, strict=True)) / fsum(weights)

    seen = Values(tuple(values), tuple(priors), tuple(units))
    return _assessment(
        seen, lambda shift: replace(seen, values=tuple(value - shift for value in values)), estimate, effect
    )


def _assessment(seen: Values, moved: Callable[[float], Values], estimate: float, effect: float) -> Assessment:
    def against(shift: float, sign: int) -> float:
        one = moved(shift)
        return log_wealth(one if sign > 0 else one.mirrored(), effect)[-1]

    return Assessment(
        pairs=len(seen.values),
        estimate=estimate,
        slower=max(0.0, *log_wealth(seen, effect)),
        faster=max(0.0, *log_wealth(seen.mirrored(), effect)),
        variance=_typical_variance(seen),
        against=against,
    )


def _typical_variance(seen: Values) -> float:
    """What the pairs so far say of one more that is worth as much as they were on average."""
    unit = len(seen.units) / fsum(1 / one for one in seen.units)
    prior = seen.priors[-1] * unit / seen.units[-1]
    # The value of that pair plays no part in its variance.
    return variances(Values((*seen.values, 0.0), (*seen.priors, prior), (*seen.units, unit)))[-1]


def _bound(wealth: Callable[[float], float]) -> float:
    """The smallest shift from the estimate that the bet against it rules out; infinite where it rules out none."""
    low, high = 0.0, 0.02
    while wealth(high) < _BOUND_LOG:
        low, high = high, high * 2
        if high > 4:
            return inf
    for _ in range(9):
        middle = (low + high) / 2
        low, high = (middle, high) if wealth(middle) < _BOUND_LOG else (low, middle)
    return high


def _center(ratios: Sequence[float]) -> float:
    """Huber's estimate of the middle (Annals of Mathematical Statistics 35, 1964), from the median in some steps."""
    center = median(ratios)
    bound = _CLIP * _scale(median(abs(ratio - center) for ratio in ratios))
    for _ in range(20):
        center += fsum(max(-bound, min(bound, ratio - center)) for ratio in ratios) / len(ratios)
    return center
