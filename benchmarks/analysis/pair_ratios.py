"""The log-ratios of a pair: exchanging base and head changes their signs and nothing else."""

from collections.abc import Sequence
from math import fsum, log
from typing import NamedTuple

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
