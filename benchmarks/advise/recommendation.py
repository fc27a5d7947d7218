"""Which configuration to choose for some tasks, how sure that is, and which others are as good."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.prediction import (
    Prediction,
    expected_parts,
    least_work_s,
    predict,
    predict_loop,
)
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import BATCH_SIZES, LOOP, BatchSize, backend_of

# A configuration that takes at most this much longer than the best is as good.
FLAT = 0.10

# The range of task times in which the break-even is searched, in seconds.
_SHORTEST_S, _LONGEST_S = 1e-7, 10.0

# The normal quantile of 95 %, one-sided; and the least uncertainty with which any model distinguishes configurations.
_QUANTILE, _LEAST_DOUBT = 1.645, 0.02

# Fewer workers are preferred if they take at most this much longer.
_THRIFT = 0.03

# A pool is preferred to the plain loop if it gains at least this much: no prediction is better than that.
_WORTH = 0.05

# Overhead that is at most this share of what sharing the work can save is certain to pay off, even if the constants
# are wrong by half.
_CERTAIN_SHARE = 0.5


@dataclass(frozen=True)
class Certainty:
    """What holds even if the probe or the measured tasks were disturbed.

    `loop_is_best` and `threads_can_pay` follow from the interpreter and the machine alone. `processes_pay_from_s` is
    the task time above which processes pay off by far, None if they do not up to 10 s per task.
    """

    loop_is_best: bool
    threads_can_pay: bool
    processes_pay_from_s: float | None


@dataclass(frozen=True)
class Recommendation:
    """The answer for a profile.

    `ranked` are all configurations in order of preference, which is by time except for the plain loop and for fewer
    workers, see `rank`. `warm` says that the pool is already open and has been called before; otherwise a call includes
    the pool's start and end. `break_even_s` is the break-even task time by backend, see `break_even`. If the probe or
    the measured tasks were disturbed, `disturbance` says so, and `certainty` is what holds nevertheless.
    """

    profile: TaskProfile
    warm: bool
    ranked: tuple[Prediction, ...]
    break_even_s: dict[str, float | None]
    memory_bytes: float | None
    disturbance: str | None
    certainty: Certainty | None

    @property
    def first(self) -> Prediction:
        """The configuration that the model prefers, whether or not it can be trusted."""
        return self.ranked[0]

    @property
    def best(self) -> Prediction | None:
        """The configuration to choose; None if the model can't be trusted and physics does not decide."""
        if self.certainty is None:
            return self.first
        return self.loop if self.certainty.loop_is_best else None

    @property
    def runner_up(self) -> Prediction | None:
        """The best configuration of another backend, None if there is none."""
        others = (other for other in self.ranked[1:] if other.case.backend != self.first.case.backend)
        return next(others, None)

    def told_apart(self, other: Prediction) -> bool:
        """Whether the model is certain enough to say that another configuration is slower than the first."""
        return apart(self.first, other)

    @property
    def flat(self) -> list[Prediction]:
        """The other configurations that are expected to take at most a tenth longer."""
        return [other for other in self.ranked[1:] if other.time_s <= self.first.time_s * (1 + FLAT)]

    @property
    def by_time(self) -> list[Prediction]:
        """All configurations, fastest first."""
        return sorted(self.ranked, key=lambda prediction: prediction.time_s)

    @property
    def loop(self) -> Prediction:
        """The plain loop."""
        return next(prediction for prediction in self.ranked if prediction.case.backend == LOOP)


def recommend(costs: Costs, profile: TaskProfile, warm: bool, disturbance: str | None = None) -> Recommendation:
    """Recommend one of the configurations that were probed, or the plain loop."""
    ranked = rank(costs, profile, warm)
    first = ranked[0].case
    pools = (pool for pool in costs.pools if (pool.backend, pool.n_jobs) == (first.backend, first.n_jobs))
    pool = next(pools, None)
    return Recommendation(
        profile,
        warm,
        tuple(ranked),
        break_even(costs, profile, warm),
        memory_bytes(pool, profile, first.batch_size) if pool else None,
        disturbance,
        certainty(costs, profile, warm) if disturbance else None,
    )


def rank(costs: Costs, profile: TaskProfile, warm: bool) -> list[Prediction]:
    """Return every configuration, fastest first.

    The plain loop precedes pools that are hardly faster, and the first place goes to fewer workers of the same backend
    if they take hardly longer: more workers need more memory.
    """
    predictions = [predict_loop(costs, profile)]
    for pool in costs.for_tasks(profile).pools:
        predictions += [predict(costs, pool, profile, size, warm) for size in sizes(profile, pool)]
    return _thriftiest_first(sorted(predictions, key=_cost))


def _thriftiest_first(ranked: list[Prediction]) -> list[Prediction]:
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


def sizes(profile: TaskProfile, pool: PoolCosts) -> Sequence[BatchSize]:
    """Return the grid's batch sizes that differ for so many tasks; larger ones than the tasks can fill are left out."""
    filled = [size for size in BATCH_SIZES if isinstance(size, int) and size * pool.n_jobs <= profile.tasks]
    return [*(filled or [1]), "auto"]


def break_even(costs: Costs, profile: TaskProfile, warm: bool) -> dict[str, float | None]:
    """Return by backend the task time above which its best configuration beats the plain loop, None if none does.

    Everything else is as in `profile`, except that the tasks are even.
    """
    even = replace(profile, uneven=1.0)

    def turn(own: Costs) -> float | None:
        return _shortest_task_s(even, lambda asked: fastest_s(own, asked, warm) < asked.work_s)

    return {backend: turn(costs.of([backend])) for backend in costs.for_tasks(profile).backends}


def _shortest_task_s(profile: TaskProfile, pays: Callable[[TaskProfile], bool]) -> float | None:
    """Return the task time above which `pays` holds, by bisection on a logarithmic scale; None if it never does."""
    low, high = _SHORTEST_S, _LONGEST_S
    if not pays(replace(profile, task_s=high)):
        return None
    for _ in range(30):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if pays(replace(profile, task_s=middle)) else (middle, high)
    return high


def fastest_s(costs: Costs, profile: TaskProfile, warm: bool) -> float:
    """Return the expected time of the best configuration of these pools, without batches of "auto".

    The steps of joblib's poll are replaced by their mean, half a poll, so that the result is a smooth function of the
    task time. A call takes at least one poll.
    """
    times = []
    for pool in costs.pools:
        for size in sizes(profile, pool):
            if size != "auto":
                parts = expected_parts(costs, pool, profile, size, warm)
                exact_s = parts.total - parts.poll - parts.start
                times.append(parts.start + max(costs.poll_s, exact_s + costs.poll_s / 2))
    return min(times)


def memory_bytes(pool: PoolCosts, profile: TaskProfile, size: BatchSize) -> float | None:
    """Return the memory that a pool adds to the plain loop's: its workers, and the payloads in progress."""
    if pool.memory_bytes is None or not backend_of(pool.backend).sends:
        return pool.memory_bytes
    largest = min(profile.tasks, size if isinstance(size, int) else max(1, profile.tasks // (10 * pool.n_jobs)))
    # joblib keeps two batches per worker in progress, each once pickled and once unpickled.
    in_progress = min(profile.tasks, 2 * pool.n_jobs * largest) * profile.payload_bytes * 2
    return pool.memory_bytes + in_progress


def certainty(costs: Costs, profile: TaskProfile, warm: bool) -> Certainty:
    """Return what holds for these tasks even if the constants are wrong by half."""
    own = costs.for_tasks(profile)
    even = replace(profile, uneven=1.0)
    threads = [pool for pool in own.pools if backend_of(pool.backend).workers == "threads"]
    processes = [pool for pool in own.pools if backend_of(pool.backend).workers == "processes"]
    work_s = profile.work_s
    return Certainty(
        all(max(costs.poll_s, least_work_s(costs, pool, profile)) >= work_s for pool in own.pools),
        any(least_work_s(costs, pool, profile) < work_s for pool in threads),
        _shortest_task_s(even, lambda asked: any(_pays_by_far(costs, pool, asked, warm) for pool in processes)),
    )


def _pays_by_far(costs: Costs, pool: PoolCosts, profile: TaskProfile, warm: bool) -> bool:
    """Whether a pool's overhead, by the upper bounds of its constants, is a small part of what sharing can save."""
    saving_s = profile.work_s - least_work_s(costs, pool, profile)
    bounds = {name: pool.interval(name)[1] for name in Constants.__dataclass_fields__}
    careful = replace(pool, middle=Constants(**bounds))
    every = [expected_parts(costs, careful, profile, size, warm) for size in sizes(profile, pool) if size != "auto"]
    return min(parts.total - parts.work for parts in every) < _CERTAIN_SHARE * saving_s
