"""What holds for some tasks even if the probe was disturbed or had no time for all backends."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from benchmarks.advise.break_even import shortest_task_s
from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.pool_sizes import considered, sizes
from benchmarks.advise.prediction import expected_parts, least_work_s
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import JOBLIB_BACKENDS, backend_of

# Overhead that is at most this share of what sharing the work can save is certain to pay off, even if the constants
# are wrong by half; and overhead whose half is more than that saving is certain not to.
_CERTAIN_SHARE = 0.5


@dataclass(frozen=True)
class Certainty:
    """What holds even if the probe or the measured tasks were disturbed, or if processes were not probed.

    `loop_is_best` says that no pool can be faster than the plain loop: by what the interpreter and the machine allow,
    or because half of any pool's overhead is more than it can save. `threads_can_pay` follows from the interpreter and
    the machine alone. `processes_pay_from_s` is the task time above which processes pay off by far, None if they do
    not up to 10 s per task.
    """

    loop_is_best: bool
    threads_can_pay: bool
    processes_pay_from_s: float | None


def certainty(costs: Costs, profile: TaskProfile, warm: bool) -> Certainty:
    """Return what holds for these tasks even if the constants are wrong by half."""
    if not profile.gil_known:
        # Nothing may be said that depends on it: the best case is that threads share all the work.
        profile = replace(profile, releases_gil=1.0)
    own = considered(costs, profile)
    even = replace(profile, uneven=1.0, lengths=())
    threads = [pool for pool in own.pools if backend_of(pool.backend).workers == "threads"]
    processes = [pool for pool in own.pools if backend_of(pool.backend).workers == "processes"]
    work_s = profile.work_s
    return Certainty(
        all(
            max(costs.poll_s, _least_s(costs, pool, profile)) >= work_s or _is_hopeless(costs, pool, even, warm)
            for pool in own.pools
        )
        and not unknown(costs.backends, rivals(costs, profile, work_s)),
        any(_least_s(costs, pool, profile) < work_s for pool in threads),
        shortest_task_s(even, lambda asked: any(_pays_by_far(costs, pool, asked, warm) for pool in processes)),
    )


def rivals(costs: Costs, profile: TaskProfile, than_s: float) -> tuple[str, ...]:
    """Return the backends that were not probed and that could run these tasks in less than `than_s` seconds.

    No call is shorter than joblib's poll.
    """
    able = [name for name in unprobed(costs.backends) if name not in profile.barred]
    return tuple(name for name in able if max(costs.poll_s, least_work_s(costs, name, profile.tasks, profile)) < than_s)


def unprobed(probed: Collection[str]) -> list[str]:
    """Return joblib's backends with workers that are not among the probed ones."""
    return [name for name in JOBLIB_BACKENDS if backend_of(name).workers and name not in probed]


def unknown(probed: Collection[str], names: Collection[str]) -> list[str]:
    """Return those of these backends of which nothing is known: none with workers of their kind was probed."""
    kinds = {backend_of(name).workers for name in probed}
    return [name for name in names if backend_of(name).workers not in kinds]


def _least_s(costs: Costs, pool: PoolCosts, profile: TaskProfile) -> float:
    return least_work_s(costs, pool.backend, pool.n_jobs, profile)


def _pays_by_far(costs: Costs, pool: PoolCosts, profile: TaskProfile, warm: bool) -> bool:
    """Whether a pool's overhead, by the upper bounds of its constants, is a small part of what sharing can save."""
    return _overhead_s(costs, pool, profile, warm, 1) < _CERTAIN_SHARE * _saving_s(costs, pool, profile)


def _is_hopeless(costs: Costs, pool: PoolCosts, profile: TaskProfile, warm: bool) -> bool:
    """Whether a pool's overhead, by the lower bounds of its constants, is far more than sharing can save."""
    return _overhead_s(costs, pool, profile, warm, 0) * _CERTAIN_SHARE > _saving_s(costs, pool, profile)


def _saving_s(costs: Costs, pool: PoolCosts, profile: TaskProfile) -> float:
    return profile.work_s - _least_s(costs, pool, profile)


def _overhead_s(costs: Costs, pool: PoolCosts, profile: TaskProfile, warm: bool, bound: int) -> float:
    """Return a pool's least overhead over all batch sizes, by the lower (0) or upper (1) bounds of its constants."""
    bounds = {name: pool.interval(name)[bound] for name in Constants.__dataclass_fields__}
    shifted = replace(pool, middle=Constants(**bounds))
    every = [expected_parts(costs, shifted, profile, size, warm) for size in sizes(profile, pool) if size != "auto"]
    return min(parts.total - parts.work for parts in every)
