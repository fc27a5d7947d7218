"""Which configuration to choose for some tasks, how sure that is, and what else would do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.advise.model import Costs, PoolCosts, Prediction, expected, predict, predict_loop
from benchmarks.advise.profile import TaskProfile
from benchmarks.grid import BATCH_SIZES, LOOP, BatchSize, backend_of

# What costs so little more than the best counts as good.
FLAT = 0.10

# Break-even is looked for between these task times, in seconds.
_SHORTEST_S, _LONGEST_S = 1e-7, 10.0

# The normal quantile of 95 %, one-sided; and no model tells configurations apart better than that.
_SURE, _LEAST_DOUBT = 1.645, 0.02

# So much longer may take what needs fewer workers.
_THRIFT = 0.03

# Below so much of a gain no pool is worth its trouble: no prediction is better than that.
_WORTH = 0.05


@dataclass(frozen=True)
class Advice:
    """The answer for a profile. `ranked` are all configurations, fastest first, one a pool and batch size.

    `warm` says that the pool is open already and has made a call like this; else a call pays for its start and end.
    """

    profile: TaskProfile
    warm: bool
    ranked: tuple[Prediction, ...]
    break_even_s: dict[str, float | None]
    memory_bytes: float | None

    @property
    def best(self) -> Prediction:
        """What to choose."""
        return self.ranked[0]

    @property
    def runner_up(self) -> Prediction | None:
        """The best of another backend, None where there is none."""
        return next((one for one in self.ranked[1:] if one.case.backend != self.best.case.backend), None)

    def told_apart(self, other: Prediction) -> bool:
        """Whether what is known is enough to say that another configuration is slower than the best."""
        return apart(self.best, other)

    @property
    def flat(self) -> list[Prediction]:
        """What is expected to take at most a tenth longer."""
        return [one for one in self.ranked[1:] if one.time_s <= self.best.time_s * (1 + FLAT)]

    @property
    def loop(self) -> Prediction:
        """The plain loop."""
        return next(one for one in self.ranked if one.case.backend == LOOP)


def advise(costs: Costs, profile: TaskProfile, warm: bool) -> Advice:
    """The best configuration among those that were probed, and the plain loop."""
    ranked = rank(costs, profile, warm)
    best = ranked[0].case
    pool = next((one for one in costs.pools if (one.backend, one.n_jobs) == (best.backend, best.n_jobs)), None)
    memory = memory_bytes(pool, profile, best.batch_size) if pool else None
    return Advice(profile, warm, tuple(ranked), break_even(costs, profile, warm), memory)


def rank(costs: Costs, profile: TaskProfile, warm: bool) -> list[Prediction]:
    """Every configuration, fastest first; the plain loop before any pool that is hardly faster."""
    found = [predict_loop(costs, profile)]
    for pool in costs.for_tasks(profile).pools:
        found += [predict(costs, pool, profile, size, warm) for size in sizes(profile, pool)]
    return _thriftiest_first(sorted(found, key=_cost))


def _thriftiest_first(ranked: list[Prediction]) -> list[Prediction]:
    """The best one's place goes to one of the same backend with fewer workers, if that takes hardly longer.

    More workers need more memory.
    """
    best = ranked[0]
    rivals = [
        one
        for one in ranked
        if one.case.backend == best.case.backend
        and one.case.n_jobs < best.case.n_jobs
        and one.time_s <= best.time_s * (1 + _THRIFT)
    ]
    if not rivals:
        return ranked
    first = min(rivals, key=lambda one: (one.case.n_jobs, one.time_s))
    return [first, *(one for one in ranked if one is not first)]


def apart(best: Prediction, other: Prediction) -> bool:
    """Whether what is known is enough to say that one configuration is slower than another."""
    doubt = max(_LEAST_DOUBT, math.hypot(best.doubt, other.doubt))
    return math.log(other.time_s / best.time_s) > _SURE * doubt


def _cost(one: Prediction) -> tuple[float, int]:
    time_s = one.time_s * (1 - _WORTH) if one.case.backend == LOOP else one.time_s
    return time_s, one.case.n_jobs


def sizes(profile: TaskProfile, pool: PoolCosts) -> Sequence[BatchSize]:
    """The batch sizes of the grid that differ for so many tasks: of those that no batch can reach, the smallest."""
    reached = [size for size in BATCH_SIZES if isinstance(size, int) and size * pool.n_jobs <= profile.tasks]
    return [*(reached or [1]), "auto"]


def break_even(costs: Costs, profile: TaskProfile, warm: bool) -> dict[str, float | None]:
    """By backend, the task time from which its best configuration beats the plain loop; None where none does.

    Everything else is as in `profile`.
    """
    even = replace(profile, uneven=1.0)
    backends = costs.for_tasks(profile).backends
    return {backend: _break_even(costs.of([backend]), even, warm) for backend in backends}


def _break_even(costs: Costs, profile: TaskProfile, warm: bool) -> float | None:
    def beats(task_s: float) -> bool:
        asked = replace(profile, task_s=task_s)
        return fastest_s(costs, asked, warm) < asked.work_s

    low, high = _SHORTEST_S, _LONGEST_S
    if not beats(high):
        return None
    for _ in range(30):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if beats(middle) else (middle, high)
    return high


def fastest_s(costs: Costs, profile: TaskProfile, warm: bool) -> float:
    """The expected time of the best configuration of these pools, batches of "auto" aside.

    Without joblib's steps of 10 ms: half of one is waited for on average, and a whole one at least.
    """
    times = []
    for pool in costs.pools:
        for size in sizes(profile, pool):
            if size != "auto":
                parts = expected(costs, pool, profile, size, warm)
                rest = parts.total - parts.poll - parts.start
                times.append(parts.start + max(costs.poll_s, rest + costs.poll_s / 2))
    return min(times)


def memory_bytes(pool: PoolCosts, profile: TaskProfile, size: BatchSize) -> float | None:
    """What a pool adds to what the plain loop needs: its workers, and payloads on their way to them."""
    if pool.memory_bytes is None or not backend_of(pool.backend).sends:
        return pool.memory_bytes
    largest = min(profile.tasks, size if isinstance(size, int) else max(1, profile.tasks // (10 * pool.n_jobs)))
    # joblib has two batches a worker under way, each once in the parent and once where it is unpacked.
    on_the_way = min(profile.tasks, 2 * pool.n_jobs * largest) * profile.payload_bytes * 2
    return pool.memory_bytes + on_the_way
