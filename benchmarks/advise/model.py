"""The cost model: what a call takes, part by part, from constants that were measured on this machine.

T = start + tasks * c_task + batches * c_batch + bytes * c_byte + work / n_eff + imbalance, up to joblib's next poll.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from statistics import stdev
from typing import Annotated

from msgspec import Meta

from benchmarks.advise.batches import batch_sizes, makespan_s
from benchmarks.advise.profile import TaskProfile, lengths_s
from benchmarks.grid import LOOP, BatchSize, Case, backend_of

# The normal quantile of 95 %: the interval of every prediction holds 90 %.
_HALF = 1.645

# From so much work on a batch costs what one costs in a loaded pool: as long as those of the probe take.
LOADED_S = 5e-4

# A poll does not come at the very moment: so much of a time no interval leaves out.
_JITTER = 0.03

# Tasks that wait for more than this share of their time count as waiting where one has to choose.
_MOSTLY = 0.5

# Of more tasks than that not every batch is gone through.
_MOST_TASKS = 50_000

# Uneven tasks come in an order that nobody knows: so many are tried.
_ORDERS = 3


# What a model from a file may say: no constant is longer than a day, and nobody probes more workers than that.
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Stretch = Annotated[float, Meta(ge=1e-6, le=86_400)]
Workers = Annotated[int, Meta(ge=1, le=4096)]


@dataclass(frozen=True)
class Constants:
    """What a pool costs, in seconds: to start and leave it, a call, a task, a batch, a byte sent.

    `batch` is that of a batch of tasks that do nothing, `loaded` that of a batch that takes half a millisecond or more.
    `held` and `released` are seconds that pass for a second of work that holds the GIL, or does not: 1 / n_eff.
    """

    start: Seconds
    call: Seconds
    task: Seconds
    batch: Seconds
    loaded: Seconds
    byte: Seconds
    held: Stretch
    released: Stretch


@dataclass(frozen=True)
class PoolCosts:
    """A pool's constants: the middle, and `draws` of what they might be as well (a bootstrap of the rounds).

    `memory_bytes` is what its worker processes hold (PSS), None where nobody can say.
    """

    backend: str
    n_jobs: Workers
    middle: Constants
    draws: Annotated[tuple[Constants, ...], Meta(min_length=1)]
    memory_bytes: Annotated[float, Meta(ge=0, le=1e18)] | None

    @property
    def name(self) -> str:
        """Such as `loky-n2`."""
        return f"{self.backend}-n{self.n_jobs}"

    def interval(self, constant: str) -> tuple[float, float]:
        """The 90 % bounds of a constant."""
        return quantiles([getattr(draw, constant) for draw in self.draws])


@dataclass(frozen=True)
class Costs:
    """Everything that was measured of a machine.

    `poll_s` is how long joblib sleeps between two looks at its results; `noise` how far times vary, as a standard
    deviation of logarithms, for reasons that no constant knows.
    """

    pools: Annotated[tuple[PoolCosts, ...], Meta(min_length=1)]
    poll_s: Annotated[float, Meta(ge=0, le=1)]
    noise: Annotated[float, Meta(ge=0, le=5)]
    cores: Workers

    @property
    def backends(self) -> list[str]:
        """Those that were probed, in their order."""
        return list(dict.fromkeys(pool.backend for pool in self.pools))

    def of(self, backends: Collection[str]) -> "Costs":
        """The same without the pools of other backends."""
        return replace(self, pools=tuple(pool for pool in self.pools if pool.backend in backends))

    def for_tasks(self, profile: TaskProfile) -> "Costs":
        """The same without the pools that can't be given such tasks."""
        return self.of([backend for backend in self.backends if backend not in profile.barred])


@dataclass(frozen=True)
class Parts:
    """The parts of a call's time, in seconds."""

    start: float
    call: float
    tasks: float
    batches: float
    payload: float
    work: float
    imbalance: float
    poll: float

    @property
    def overhead(self) -> float:
        """What joblib does for each call, task and batch."""
        return self.call + self.tasks + self.batches

    @property
    def total(self) -> float:
        """All of it."""
        return math.fsum(asdict(self).values())


@dataclass(frozen=True)
class Prediction:
    """A configuration's expected time and its 90 % interval, in seconds.

    `doubt` is what the constants leave open (a standard deviation of the time's logarithm): unlike the machine's noise,
    it is not shared with other configurations.
    """

    case: Case
    parts: Parts
    lo_s: float
    hi_s: float
    doubt: float

    @property
    def time_s(self) -> float:
        """The expected time."""
        return self.parts.total


@dataclass(frozen=True)
class Load:
    """A call as a pool will see it: how many batches, and how long the work takes if nothing else does, in seconds."""

    batches: int
    makespan_s: float

    def batches_s(self, constants: Constants, work_s: float) -> float:
        """What the batches cost: those that take long leave time to fall asleep, and wake up late."""
        share = min(1.0, work_s / self.batches / LOADED_S)
        return self.batches * ((1 - share) * constants.batch + share * constants.loaded)


def load(profile: TaskProfile, pool: PoolCosts, cores: int, batch_size: BatchSize, warm: bool) -> Load:
    """What joblib makes of a call; batches of "auto" depend on how long a task takes, and on the call before."""
    if profile.tasks > _MOST_TASKS:
        # More of the same takes in proportion.
        part = load(replace(profile, tasks=_MOST_TASKS, lengths=()), pool, cores, batch_size, warm)
        times = profile.tasks / _MOST_TASKS
        return Load(round(part.batches * times), part.makespan_s * times)
    backend, n_jobs = pool.backend, pool.n_jobs
    # Who waits needs no core.
    cores = n_jobs if profile.waits > _MOSTLY else min(cores, n_jobs)
    if batch_size == "auto" and backend_of(backend).workers != "threads":
        sizes = _sizes(profile.tasks, n_jobs, "auto", profile.task_s, 1 if warm else 0)
    else:
        sizes = _sizes(profile.tasks, n_jobs, 1 if batch_size == "auto" else batch_size, 0.0, 0)
    if len(profile.lengths) == profile.tasks:
        return Load(
            len(sizes), _makespan_of(profile.lengths, sizes, n_jobs, cores) * profile.work_s / sum(profile.lengths)
        )
    return Load(len(sizes), profile.task_s * _makespan(sizes, n_jobs, cores, profile.uneven))


@lru_cache(maxsize=256)
def _sizes(tasks: int, n_jobs: int, batch_size: BatchSize, task_s: float, calls_before: int) -> tuple[int, ...]:
    """What joblib forms is the same for all backends but threads."""
    return tuple(batch_sizes(tasks, n_jobs, batch_size, task_s, calls_before))


_makespan_of = lru_cache(maxsize=256)(makespan_s)


@lru_cache(maxsize=4096)
def _makespan(sizes: tuple[int, ...], n_jobs: int, cores: int, uneven: float) -> float:
    """In means of a task; uneven tasks come in orders that nobody knows."""
    orders = range(1, _ORDERS + 1 if uneven > 1 else 2)
    return math.fsum(
        makespan_s(lengths_s(1.0, sum(sizes), uneven, seed), sizes, n_jobs, cores) for seed in orders
    ) / len(orders)


def predict(costs: Costs, pool: PoolCosts, profile: TaskProfile, size: BatchSize, warm: bool) -> Prediction:
    """What a call will take in a pool, with its start and its end where it is not `warm`."""
    seen = load(profile, pool, costs.cores, size, warm)
    parts = _parts(pool, pool.middle, profile, seen, costs, warm)
    totals = [math.log(_parts(pool, draw, profile, seen, costs, warm).total - parts.poll / 2) for draw in pool.draws]
    doubt = stdev(totals) if len(totals) > 1 else 0.0
    spread = math.hypot(costs.noise, doubt)
    raw = parts.total - parts.poll
    lo, hi = raw * math.exp(-_HALF * spread), raw * math.exp(_HALF * spread)
    start = 0.0 if warm else parts.start
    lo_s = _polled(lo, start, costs.poll_s) * (1 - _JITTER)
    hi_s = _polled(hi, start, costs.poll_s) * (1 + _JITTER)
    return Prediction(Case(pool.backend, pool.n_jobs, size), parts, lo_s, hi_s, doubt)


def predict_loop(costs: Costs, profile: TaskProfile) -> Prediction:
    """The plain loop."""
    work, half = profile.work_s, _HALF * costs.noise
    parts = Parts(0, 0, 0, 0, 0, work, 0, 0)
    return Prediction(Case(LOOP, 1, None), parts, work * math.exp(-half), work * math.exp(half), 0.0)


def expected(costs: Costs, pool: PoolCosts, profile: TaskProfile, size: BatchSize, warm: bool) -> Parts:
    """The parts of a call's time, as `predict` has them."""
    return _parts(pool, pool.middle, profile, load(profile, pool, costs.cores, size, warm), costs, warm)


def _parts(pool: PoolCosts, constants: Constants, profile: TaskProfile, seen: Load, costs: Costs, warm: bool) -> Parts:
    """By one set of a pool's constants."""
    share, waits = profile.releases_gil, profile.waits
    computing = (1 - share) * constants.held + share * constants.released
    # Who waits needs no core: as many wait at a time as there are workers.
    stretch = waits / pool.n_jobs + (1 - waits) * computing
    # Threads take turns with what holds the GIL: nobody waits for a busier one then.
    parallel = waits + (1 - waits) * share if backend_of(pool.backend).workers == "threads" else 1.0
    shared = pool.n_jobs if waits > _MOSTLY else min(pool.n_jobs, costs.cores)
    imbalance = parallel * max(0.0, seen.makespan_s - profile.work_s / shared)
    start = 0.0 if warm else constants.start
    found = Parts(
        start=start,
        call=constants.call,
        tasks=profile.tasks * constants.task,
        batches=seen.batches_s(constants, profile.work_s),
        payload=profile.tasks * profile.payload_bytes * constants.byte,
        work=profile.work_s * stretch,
        imbalance=imbalance,
        poll=0.0,
    )
    return Parts(**{**asdict(found), "poll": _polled(found.total, start, costs.poll_s) - found.total})


def _polled(total_s: float, start_s: float, poll_s: float) -> float:
    """When the caller notices: joblib looks again and again, `poll_s` after the last time."""
    if poll_s <= 0:
        return total_s
    return start_s + poll_s * max(1, math.ceil((total_s - start_s) / poll_s))


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """The bounds between which 90 % of values lie."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.05 * last)], ordered[round(0.95 * last)]
