"""All configurations for some tasks, in order of preference."""

import math

from benchmarks.advise.costs import Costs
from benchmarks.advise.inner_threads import fits_cores, named, with_inner_threads
from benchmarks.advise.pool_sizes import considered, sizes
from benchmarks.advise.prediction import Prediction, predict, predict_loop
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP

# The normal quantile of 95 %, one-sided; and the least uncertainty with which any model distinguishes configurations.
_QUANTILE, _LEAST_DOUBT = 1.645, 0.02

# Fewer workers are preferred if they take at most this much longer.
_THRIFT = 0.03

# A pool is preferred to the plain loop if it gains at least this much: no prediction is better than that.
_WORTH = 0.05


def rank(costs: Costs, profile: TaskProfile, warm: bool) -> list[Prediction]:
    """Return every configuration, fastest first.

    The plain loop precedes pools that are hardly faster, and the first place goes to fewer workers of the same backend
    if they take hardly longer: more workers need more memory.
    """
    predictions = []
    for threads, own in with_inner_threads(profile):
        predictions.append(named(predict_loop(costs, own), threads))
        for pool in considered(costs, own).pools:
            if fits_cores(costs, pool.n_jobs, threads):
                every = (predict(costs, pool, own, size, warm) for size in sizes(own, pool))
                predictions += [named(prediction, threads) for prediction in every]
    return thriftiest_first(sorted(predictions, key=_cost))


def thriftiest_first(ranked: list[Prediction]) -> list[Prediction]:
    """Put fewer workers of the best configuration's backend first if they take hardly longer."""
    best = ranked[0]
    rivals = [
        rival
        for rival in ranked
        if rival.case.backend == best.case.backend
        and rival.case.n_jobs < best.case.n_jobs
        and rival.time_s <= best.time_s * (1 + _THRIFT)
    ]
    if not rivals:
        return ranked
    first = min(rivals, key=lambda rival: (rival.case.n_jobs, rival.time_s))
    return [first, *(other for other in ranked if other is not first)]


def apart(best: Prediction, other: Prediction) -> bool:
    """Whether the constants are certain enough to say that `other` is slower than `best`."""
    doubt = max(_LEAST_DOUBT, math.hypot(best.doubt, other.doubt))
    return math.log(other.time_s / best.time_s) > _QUANTILE * doubt


def _cost(prediction: Prediction) -> tuple[float, int]:
    factor = 1 - _WORTH if prediction.case.backend == LOOP else 1.0
    return prediction.time_s * factor, prediction.case.n_jobs
