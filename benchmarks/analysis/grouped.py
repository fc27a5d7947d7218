"""Several cases as one: a backend, or the whole grid."""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from benchmarks.analysis.betting import Values
from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.paired import Assessment
from benchmarks.analysis.scores import Score, mean, typical

# Of a group: typical or completed, and mean.
_OF_GROUP = (0.7, 0.3)

# A group's cases are weighted half by what they can tell (the inverse of their variance) and half equally, so that no
# case decides alone.
_BY_PRECISION = 0.5


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
