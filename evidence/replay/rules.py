"""Other tools' rules for "did it get slower?", rebuilt from their sources with their defaults.

Each takes base's and head's times (seconds; cases x runs x rounds) and says of each case whether it is called slower.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, ttest_ind

Times = NDArray[np.float64]
Slower = Callable[[Times, Times], NDArray[np.bool_]]

# Resamples of the rules that need them. Their own defaults are larger, which moves a p by less than 1 %.
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Rule:
    """A rule by its name, and how many runs per side it is usually given."""

    name: str
    runs: int
    slower: Slower


def pooled(times: Times) -> Times:
    """Return all rounds of all runs together, one row per case."""
    return times.reshape(len(times), -1)


def one_run(statistic: Callable[..., Any], allowed: float, base: Times, head: Times) -> NDArray[np.bool_]:
    """pytest-benchmark's --benchmark-compare-fail: a statistic of the rounds has grown by more than a fixed share."""
    return np.asarray(statistic(pooled(head), axis=1) > statistic(pooled(base), axis=1) * (1 + allowed))


def asv(base: Times, head: Times) -> NDArray[np.bool_]:
    """All rounds of a side together: Mann-Whitney p < 0.002, and medians that differ by more than a factor of 1.1."""
    left, right = pooled(base), pooled(head)
    larger = np.median(right, axis=1) > 1.1 * np.median(left, axis=1)
    return np.asarray(larger & (_rank_test(left, right) < 0.002))


def pyperf(base: Times, head: Times) -> NDArray[np.bool_]:
    """All rounds of a side together: Student's t-test with pooled variance at 95 %, and a higher mean."""
    found = ttest_ind(pooled(head), pooled(base), axis=1)
    return np.asarray((found.pvalue <= 0.05) & (found.statistic > 0))


def benchstat(base: Times, head: Times) -> NDArray[np.bool_]:
    """A run's median is one measurement: Mann-Whitney p <= 0.05, and a higher median of them."""
    left, right = np.median(base, axis=2), np.median(head, axis=2)
    larger = np.median(right, axis=1) > np.median(left, axis=1)
    return np.asarray(larger & (_rank_test(left, right) <= 0.05))


def criterion(base: Times, head: Times) -> NDArray[np.bool_]:
    """Bootstrapped t-test on all rounds, p < 0.05, and a 95 % interval of the mean's change that lies above 1 %."""
    coin = np.random.default_rng(0)
    left, right = pooled(base), pooled(head)
    both, split = np.concatenate([left, right], axis=1), left.shape[1]
    drawn = coin.integers(0, both.shape[1], (_RESAMPLES, both.shape[1]))
    found = []
    for case, values in enumerate(both):
        mixed = values[drawn]
        spread = np.abs(_welch(mixed[:, :split], mixed[:, split:]))
        p = np.mean(spread >= abs(_welch(left[case], right[case])))
        means = [
            side[case][coin.integers(0, side.shape[1], (_RESAMPLES, side.shape[1]))].mean(axis=1)
            for side in (left, right)
        ]
        found.append(p < 0.05 and np.quantile(means[1] / means[0] - 1, 0.025) > 0.01)
    return np.array(found)


def clickhouse(base: Times, head: Times) -> NDArray[np.bool_]:
    """A run's median is one measurement: their medians differ by more than 15 %, and than 99 % with shuffled labels.

    With 7 runs per side 1.5 % of the shuffles have medians about as far apart, so that chance decides of any slowdown.
    """
    coin = np.random.default_rng(0)
    left, right = np.median(base, axis=2), np.median(head, axis=2)
    both, split = np.concatenate([left, right], axis=1), left.shape[1]
    order = coin.permuted(np.tile(np.arange(both.shape[1]), (_RESAMPLES, 1)), axis=1)
    shuffled = both[:, order]
    spread = np.abs(np.median(shuffled[:, :, split:], axis=2) - np.median(shuffled[:, :, :split], axis=2))
    grown = np.median(right, axis=1) - np.median(left, axis=1)
    return np.asarray((grown > 0.15 * np.median(left, axis=1)) & (grown > np.quantile(spread, 0.99, axis=1)))


RULES = (
    *(
        Rule(f"pytest-benchmark {name}:{percent}%", 1, partial(one_run, statistic, percent / 100))
        for name, statistic, percent in (
            ("min", np.min, 5),
            ("min", np.min, 10),
            ("median", np.median, 25),
            ("mean", np.mean, 50),
        )
    ),
    Rule("asv continuous", 2, asv),
    Rule("asv continuous", 4, asv),
    Rule("pyperf compare_to", 4, pyperf),
    Rule("benchstat", 6, benchstat),
    Rule("benchstat", 10, benchstat),
    Rule("criterion", 10, criterion),
    Rule("ClickHouse", 7, clickhouse),
)


def _welch(left: Times, right: Times) -> Any:
    variance = left.var(axis=-1, ddof=1) / left.shape[-1] + right.var(axis=-1, ddof=1) / right.shape[-1]
    return (left.mean(axis=-1) - right.mean(axis=-1)) / np.sqrt(variance)


def _rank_test(left: Times, right: Times) -> Any:
    """Two-sided p of each row, exact, as both tools have it for up to 20 values per side."""
    return mannwhitneyu(left, right, axis=1, method="exact").pvalue
