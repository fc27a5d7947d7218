"""Predict what a call takes, from a machine's costs.

T = start + tasks * c_task + batches * c_batch + bytes * c_byte + work / n_eff + imbalance, up to joblib's next poll.
The bytes are those of arguments and results; the start includes the import of the task's module in the workers.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import stdev

from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.joblib_batches import batch_sizes, makespan_s
from benchmarks.advise.task_profile import TaskProfile, lengths_s
from benchmarks.grid import LOOP, BatchSize, Case, backend_of

# The normal quantile of 95 %: the interval of every prediction contains 90 %.
_HALF_WIDTH = 1.645

# A batch with at least this much work costs what one costs in a loaded pool, like the batches of the probe.
LOADED_S = 5e-4

# The poll does not come exactly on time: every interval is at least this share of the time wide on each side.
_JITTER = 0.03

# Tasks that wait for more than this share of their time are scheduled as if they needed no core.
_MOSTLY = 0.5

# Calls of more tasks than this are extrapolated.
_MOST_TASKS = 50_000

# A shorter poll can't be told from none; a file may hold one that is so short that the number of polls overflows.
_SHORTEST_POLL_S = 1e-6

# The order of uneven tasks is not known: the mean over this many random orders is used.
_ORDERS = 3


@dataclass(frozen=True)
class TimeParts:
    """The components of a call's time, in seconds; `payload` is sending arguments, `results` getting results back."""

    start: float
    call: float
    tasks: float
    batches: float
    payload: float
    results: float
    work: float
    imbalance: float
    poll: float

    @property
    def overhead(self) -> float:
        """What joblib takes for the call, its tasks and its batches."""
        return self.call + self.tasks + self.batches

    @property
    def total(self) -> float:
        """The time of the call."""
        return math.fsum(vars(self).values())


@dataclass(frozen=True)
class Prediction:
    """A configuration's expected time and its 90 % interval, in seconds.

    `doubt` is the uncertainty of the constants (standard deviation of the time's logarithm). Unlike the machine's
    noise, it is not shared with other configurations.
    """

    case: Case
    parts: TimeParts
    lo_s: float
    hi_s: float
    doubt: float

    @property
    def time_s(self) -> float:
        """The expected time."""
        return self.parts.total


@dataclass(frozen=True)
class BatchedWork:
    """A call as a pool processes it: the number of batches, and the time of the work alone in seconds."""

    batches: int
    makespan_s: float

    def batches_s(self, constants: Constants, work_s: float) -> float:
        """Return what the batches cost; while a long batch runs, workers fall asleep, and they wake up late."""
        share = min(1.0, work_s / self.batches / LOADED_S)
        return self.batches * ((1 - share) * constants.batch + share * constants.loaded)


def batched_work(profile: TaskProfile, pool: PoolCosts, cores: float, batch_size: BatchSize, warm: bool) -> BatchedWork:
    """Return the batches that joblib forms of a call; those of "auto" depend on the task time and on `warm`."""
    if profile.tasks > _MOST_TASKS:
        sample = batched_work(replace(profile, tasks=_MOST_TASKS, lengths=()), pool, cores, batch_size, warm)
        scale = profile.tasks / _MOST_TASKS
        return BatchedWork(round(sample.batches * scale), sample.makespan_s * scale)
    n_jobs = pool.n_jobs
    # A task that waits needs no core.
    cores = n_jobs if profile.waits > _MOSTLY else min(cores, n_jobs)
    if batch_size == "auto" and backend_of(pool.backend).workers != "threads":
        sizes = _sizes(profile.tasks, n_jobs, "auto", profile.task_s, 1 if warm else 0, profile.lengths_s)
    else:
        sizes = _sizes(profile.tasks, n_jobs, 1 if batch_size == "auto" else batch_size, 0.0, 0, ())
    if profile.lengths_s:
        relative = _makespan_of(profile.lengths, sizes, n_jobs, cores) / sum(profile.lengths)
        return BatchedWork(len(sizes), relative * profile.work_s)
    return BatchedWork(len(sizes), profile.task_s * _makespan_in_means(sizes, n_jobs, cores, profile.uneven))


@lru_cache(maxsize=1024)
def _sizes(
    tasks: int,
    n_jobs: int,
    batch_size: BatchSize,
    task_s: float,
    calls_before: int,
    lengths_s: tuple[float, ...],
) -> tuple[int, ...]:
    """Return the batch sizes, which are the same for all backends with processes."""
    return tuple(batch_sizes(tasks, n_jobs, batch_size, task_s, calls_before, lengths_s))


_makespan_of = lru_cache(maxsize=1024)(makespan_s)


@lru_cache(maxsize=4096)
def _makespan_in_means(sizes: tuple[int, ...], n_jobs: int, cores: float, uneven: float) -> float:
    """Return the makespan in mean task times, averaged over several orders if the tasks are uneven."""
    orders = range(1, _ORDERS + 1 if uneven > 1 else 2)
    return math.fsum(
        makespan_s(lengths_s(1.0, sum(sizes), uneven, seed), sizes, n_jobs, cores) for seed in orders
    ) / len(orders)


def predict(costs: Costs, pool: PoolCosts, profile: TaskProfile, size: BatchSize, warm: bool) -> Prediction:
    """Predict a call in a pool, including the pool's start and end unless it is `warm`."""
    batched = batched_work(profile, pool, costs.usable_cores, size, warm)
    parts = _parts(pool, pool.middle, profile, batched, costs, warm)
    totals = [math.log(_parts(pool, draw, profile, batched, costs, warm).total - parts.poll / 2) for draw in pool.draws]
    doubt = stdev(totals) if len(totals) > 1 else 0.0
    spread = math.hypot(costs.noise, doubt)
    exact_s = parts.total - parts.poll
    lo, hi = exact_s * math.exp(-_HALF_WIDTH * spread), exact_s * math.exp(_HALF_WIDTH * spread)
    start = 0.0 if warm else parts.start
    # The machine may be faster than in the probe, as it may be for the plain loop; physics leaves nothing else open.
    least_s = least_work_s(costs, pool.backend, pool.n_jobs, profile) * math.exp(-_HALF_WIDTH * costs.noise)
    lo_s = max(least_s, _until_poll(lo, start, costs.poll_s) * (1 - _JITTER))
    hi_s = _until_poll(hi, start, costs.poll_s) * (1 + _JITTER)
    return Prediction(Case(pool.backend, pool.n_jobs, size), parts, lo_s, hi_s, doubt)


def predict_loop(costs: Costs, profile: TaskProfile) -> Prediction:
    """Predict the plain loop."""
    work, half_width = profile.work_s, _HALF_WIDTH * costs.noise
    parts = TimeParts(0, 0, 0, 0, 0, 0, work, 0, 0)
    return Prediction(Case(LOOP, 1, None), parts, work * math.exp(-half_width), work * math.exp(half_width), 0.0)


def expected_parts(costs: Costs, pool: PoolCosts, profile: TaskProfile, size: BatchSize, warm: bool) -> TimeParts:
    """Return the components of a call's expected time, as in `predict`."""
    batched = batched_work(profile, pool, costs.usable_cores, size, warm)
    return _parts(pool, pool.middle, profile, batched, costs, warm)


def least_work_s(costs: Costs, backend: str, n_jobs: int, profile: TaskProfile) -> float:
    """Return the time that the work takes at least, by what the interpreter and the machine allow."""
    held, released = costs.least_held(backend, n_jobs), costs.least_released(n_jobs)
    return profile.work_s * _stretch(held, released, profile, backend, n_jobs)


def _stretch(held: float, released: float, profile: TaskProfile, backend: str, n_jobs: int) -> float:
    """Return seconds per second of work. Tasks that wait need no core: as many wait at once as there are workers.

    In threads, those that wait for each other take as long as in a loop.
    """
    if profile.in_turns and backend_of(backend).workers == "threads":
        return 1.0
    computing = (1 - profile.releases_gil) * held + profile.releases_gil * released
    return profile.waits / n_jobs + (1 - profile.waits) * computing


def _parts(
    pool: PoolCosts, constants: Constants, profile: TaskProfile, batched: BatchedWork, costs: Costs, warm: bool
) -> TimeParts:
    """Return the components by one set of a pool's constants, none of which beats physics."""
    held = max(constants.held, costs.least_held(pool.backend, pool.n_jobs))
    released = max(constants.released, costs.least_released(pool.n_jobs))
    # Threads take turns while they hold the GIL or a lock, so none waits for a busier one.
    parallel, threads = 1.0, backend_of(pool.backend).workers == "threads"
    if threads and profile.in_turns:
        parallel = 0.0
    elif threads and costs.gil:
        parallel = profile.waits + (1 - profile.waits) * profile.releases_gil
    shared = pool.n_jobs if profile.waits > _MOSTLY else min(pool.n_jobs, costs.usable_cores)
    start = 0.0 if warm else constants.start + _importing_s(pool, profile, costs)
    payload, results = _sending_s(pool, constants, profile, batched)
    parts = TimeParts(
        start=start,
        call=constants.call,
        tasks=profile.tasks * constants.task,
        batches=batched.batches_s(constants, profile.work_s),
        payload=payload,
        results=results,
        work=profile.work_s * _stretch(held, released, profile, pool.backend, pool.n_jobs),
        imbalance=parallel * max(0.0, batched.makespan_s - profile.work_s / shared),
        poll=0.0,
    )
    return replace(parts, poll=_until_poll(parts.total, start, costs.poll_s) - parts.total)


def _importing_s(pool: PoolCosts, profile: TaskProfile, costs: Costs) -> float:
    """Return how long the workers import the task's module: each does so once, and they share the cores."""
    if pool.backend not in profile.importing:
        return 0.0
    return profile.import_s * max(1.0, pool.n_jobs / costs.usable_cores)


def _sending_s(
    pool: PoolCosts, constants: Constants, profile: TaskProfile, batched: BatchedWork
) -> tuple[float, float]:
    """Return the seconds for sending the arguments and for getting the results back; nothing is sent to threads.

    A byte costs the same in both directions. What pickling costs beyond copying is a part of the arguments' time.
    """
    if not backend_of(pool.backend).sends:
        return 0.0, 0.0
    copies = 1 if profile.mapped else batched.batches
    arguments = profile.tasks * profile.payload_bytes + copies * profile.shared_bytes
    pickling = profile.tasks * profile.pickling_s + copies * profile.shared_pickling_s
    return arguments * constants.byte + pickling, profile.tasks * profile.result_bytes * constants.byte


def _until_poll(total_s: float, start_s: float, poll_s: float) -> float:
    """Return when the caller notices the end: joblib polls every `poll_s` seconds after the start."""
    if poll_s < _SHORTEST_POLL_S:
        return total_s
    return start_s + poll_s * max(1, math.ceil((total_s - start_s) / poll_s))
