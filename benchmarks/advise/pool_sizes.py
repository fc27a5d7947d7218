"""Which numbers of workers are considered for some tasks, and what a pool costs with a number that was not probed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import BATCH_SIZES, BatchSize, backend_of

# Up to this many cores, every number of workers is considered; beyond it, numbers that differ by a third or a half.
_ALL_UP_TO = 8

# Tasks that wait need no core, but each process needs memory, and nobody starts more threads than this for a call.
_MOST_PROCESSES, _MOST_THREADS = 32, 1024

# So few calls of tasks in turn per worker that one worker more or fewer changes the time by a quarter or more.
_FEW_TURNS = 4

# Constants that grow with the number of workers; the others are those of the largest pool that was probed.
_GROWING = ("start",)


def considered(costs: Costs, profile: TaskProfile) -> Costs:
    """Return the costs with a pool for each backend and number of workers that is worth considering for these tasks.

    The pools that were probed are among them unless they have more workers than there are tasks.
    """
    own = costs.for_tasks(profile)
    pools = [
        pool_with(costs, backend, n_jobs)
        for backend in own.backends
        for n_jobs in worker_counts(costs, profile, backend)
    ]
    return replace(own, pools=tuple(pools))


def worker_counts(costs: Costs, profile: TaskProfile, backend: str) -> list[int]:
    """Return the numbers of workers to consider, in ascending order.

    Computing needs cores: 2, 3, ... up to all of them, the physical ones among them, and what was probed. Waiting
    needs none, so that up to a worker per task is considered. For few tasks, the numbers that share them out evenly
    are considered as well.
    """
    cores = max(1, int(costs.usable_cores))
    most = cores
    if profile.waits > 0:
        most = max(cores, _MOST_THREADS if backend_of(backend).workers == "threads" else _MOST_PROCESSES)
    counts = {count for count in _steps(cores) if count <= most} | {cores, costs.physical_cores or cores}
    counts |= {-(-profile.tasks // turns) for turns in range(1, _FEW_TURNS + 1)}
    counts = {count for count in counts if count <= most}
    counts |= {pool.n_jobs for pool in costs.pools if pool.backend == backend}
    fewest = min(pool.n_jobs for pool in costs.pools if pool.backend == backend)
    return sorted(count for count in counts if fewest <= count <= max(fewest, profile.tasks))


def _steps(cores: int) -> Iterator[int]:
    yield from range(2, min(cores, _ALL_UP_TO) + 1)
    power = 2
    while power <= _MOST_THREADS:
        yield from (power, power * 3 // 2)
        power *= 2


def pool_with(costs: Costs, backend: str, n_jobs: int) -> PoolCosts:
    """Return a backend's pool with so many workers: as probed, or estimated from the pools that were probed.

    Between two probed numbers, constants are interpolated linearly. Beyond the largest one, starting and memory grow
    as they did between the two largest, and a worker is as efficient as in the largest. Below the smallest one, and if
    only one was probed, starting and memory are in proportion to the workers.
    """
    probed = sorted((pool for pool in costs.pools if pool.backend == backend), key=lambda pool: pool.n_jobs)
    if exact := next((pool for pool in probed if pool.n_jobs == n_jobs), None):
        return exact
    above = next((index for index, pool in enumerate(probed) if pool.n_jobs > n_jobs), len(probed) - 1)
    if above == 0:
        return _in_proportion(costs, probed[0], n_jobs)
    low, high = probed[above - 1], probed[above]
    draws = tuple(
        _between(costs, (low, one), (high, other), n_jobs) for one, other in zip(low.draws, high.draws, strict=False)
    )
    memory_bytes = None
    if low.memory_bytes is not None and high.memory_bytes is not None:
        memory_bytes = _grown((low.n_jobs, low.memory_bytes), (high.n_jobs, high.memory_bytes), n_jobs)
    middle = _between(costs, (low, low.middle), (high, high.middle), n_jobs)
    return PoolCosts(backend, n_jobs, middle, draws, memory_bytes)


def _in_proportion(costs: Costs, pool: PoolCosts, n_jobs: int) -> PoolCosts:
    """Return the costs of a probed pool if it had `n_jobs` workers: starting and memory are in proportion to them."""
    scale = n_jobs / pool.n_jobs

    def scaled(constants: Constants) -> Constants:
        return _efficient(costs, pool, replace(constants, start=constants.start * scale), constants, n_jobs)

    memory_bytes = None if pool.memory_bytes is None else pool.memory_bytes * scale
    draws = tuple(scaled(draw) for draw in pool.draws)
    return PoolCosts(pool.backend, n_jobs, scaled(pool.middle), draws, memory_bytes)


def _between(
    costs: Costs, low: tuple[PoolCosts, Constants], high: tuple[PoolCosts, Constants], n_jobs: int
) -> Constants:
    """Return the constants for `n_jobs` workers from those of two pools."""
    (low_pool, one), (high_pool, other) = low, high
    share = min(1.0, (n_jobs - low_pool.n_jobs) / (high_pool.n_jobs - low_pool.n_jobs))
    values = {
        name: (1 - share) * getattr(one, name) + share * getattr(other, name) for name in Constants.__dataclass_fields__
    }
    for name in _GROWING:
        values[name] = _grown((low_pool.n_jobs, getattr(one, name)), (high_pool.n_jobs, getattr(other, name)), n_jobs)
    if share < 1:
        efficiencies = [_efficiencies(costs, pool, constants) for pool, constants in (low, high)]
        held, released = ((1 - share) * a + share * b for a, b in zip(*efficiencies, strict=True))
        least_held, least_released = costs.least_held(low_pool.backend, n_jobs), costs.least_released(n_jobs)
        return Constants(**values | {"held": least_held / held, "released": least_released / released})
    return _efficient(costs, high_pool, Constants(**values), other, n_jobs)


def _efficient(costs: Costs, pool: PoolCosts, constants: Constants, measured: Constants, n_jobs: int) -> Constants:
    """Return constants whose workers are as efficient as those that were measured in a pool."""
    held, released = _efficiencies(costs, pool, measured)
    least_held, least_released = costs.least_held(pool.backend, n_jobs), costs.least_released(n_jobs)
    return replace(constants, held=least_held / held, released=least_released / released)


def _efficiencies(costs: Costs, pool: PoolCosts, constants: Constants) -> tuple[float, float]:
    """Return the share of what is possible that a pool reached, with and without the GIL."""
    least_held, least_released = costs.least_held(pool.backend, pool.n_jobs), costs.least_released(pool.n_jobs)
    return least_held / constants.held, least_released / constants.released


def _grown(low: tuple[int, float], high: tuple[int, float], n_jobs: int) -> float:
    """Return what grows linearly with the workers, and never shrinks beyond the larger of two numbers."""
    per_worker = (high[1] - low[1]) / (high[0] - low[0])
    if n_jobs > high[0]:
        per_worker = max(0.0, per_worker)
    return max(0.0, high[1] + per_worker * (n_jobs - high[0]))


def sizes(profile: TaskProfile, pool: PoolCosts) -> Sequence[BatchSize]:
    """Return the grid's batch sizes that differ for so many tasks; larger ones than the tasks can fill are left out."""
    filled = [size for size in BATCH_SIZES if isinstance(size, int) and size * pool.n_jobs <= profile.tasks]
    return [*(filled or [1]), "auto"]
