"""The constants of a machine's cost model as a probe measured them, and what is physically possible.

No prediction is faster than the interpreter and the machine allow, and no constant of an undisturbed probe is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import backend_of

# A constant of an undisturbed probe is at most this much better than possible: in recorded probes of quiet machines,
# two threads took 0.97 to 1.3 s per second of work that holds the GIL, where 1 s is possible.
_TOLERANCE = 0.15

# Bounds of what a stored model may hold: no constant is longer than a day, and nobody probes more workers than that.
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Stretch = Annotated[float, Meta(ge=1e-6, le=86_400)]
Workers = Annotated[int, Meta(ge=1, le=4096)]


@dataclass(frozen=True)
class Constants:
    """What a pool costs, in seconds: to start and leave it, per call, per task, per batch, per byte sent.

    `batch` is the cost of a batch of tasks that do nothing, `loaded` that of a batch that takes 0.5 ms or more. `held`
    and `released` are the seconds that pass per second of work that holds the GIL, or releases it: 1 / n_eff.
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
    """The constants of one pool: the estimate `middle`, and `draws`, the same from a bootstrap of the probe's rounds.

    `memory_bytes` is what the worker processes hold (PSS), None if it could not be measured.
    """

    backend: str
    n_jobs: Workers
    middle: Constants
    draws: Annotated[tuple[Constants, ...], Meta(min_length=1)]
    memory_bytes: Annotated[float, Meta(ge=0, le=1e18)] | None

    @property
    def name(self) -> str:
        """Backend and n_jobs, such as `loky-n2`."""
        return f"{self.backend}-n{self.n_jobs}"

    def interval(self, constant: str) -> tuple[float, float]:
        """Return the bounds of a constant's 90 % interval."""
        return quantiles([getattr(draw, constant) for draw in self.draws])


@dataclass(frozen=True)
class Costs:
    """All constants of a machine.

    `poll_s` is how long joblib sleeps between two looks at its results. `noise` is the variation of times that no
    constant explains, as a standard deviation of their logarithms. `cpu_quota` is the container's limit in cores, None
    if there is none. `gil` says that the interpreter has a GIL and uses it. `physical_cores` is the number of usable
    cores without their hyper-threads, None if it is not known.
    """

    pools: Annotated[tuple[PoolCosts, ...], Meta(min_length=1)]
    poll_s: Annotated[float, Meta(ge=0, le=1)]
    noise: Annotated[float, Meta(ge=0, le=5)]
    cores: Workers
    cpu_quota: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    gil: bool = True
    physical_cores: Workers | None = None

    @property
    def usable_cores(self) -> float:
        """How many cores can compute at once: at most the container's quota, at least one.

        A quota below one core slows down the plain loop as well.
        """
        return float(self.cores) if self.cpu_quota is None else max(1.0, min(self.cores, self.cpu_quota))

    def least_held(self, backend: str, n_jobs: int) -> float:
        """Return the least seconds that can pass in a pool per second of work that holds the GIL."""
        takes_turns = self.gil and backend_of(backend).workers == "threads"
        return 1.0 if takes_turns else self.least_released(n_jobs)

    def least_released(self, n_jobs: int) -> float:
        """Return the least seconds that can pass in a pool per second of work that releases the GIL."""
        return 1 / min(n_jobs, self.usable_cores)

    @property
    def backends(self) -> list[str]:
        """The backends that were probed, in the order of the probe."""
        return list(dict.fromkeys(pool.backend for pool in self.pools))

    def of(self, backends: Collection[str]) -> "Costs":
        """Return the costs with only the pools of these backends."""
        return replace(self, pools=tuple(pool for pool in self.pools if pool.backend in backends))

    def for_tasks(self, profile: TaskProfile) -> "Costs":
        """Return the costs without the pools that can't run such tasks."""
        return self.of([backend for backend in self.backends if backend not in profile.barred])


def contradicts(stretch: float, least: float) -> bool:
    """Whether a measured stretch is better than the least possible one by more than noise explains."""
    return stretch < least * (1 - _TOLERANCE)


def possible(stretch: float, least: float) -> float:
    """Return a measured stretch, raised to the least possible one if noise explains the difference.

    A stretch that contradicts physics stays as it is, so that the probe can be recognized as disturbed.
    """
    return stretch if contradicts(stretch, least) else max(stretch, least)


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the bounds between which 90 % of the values lie."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.05 * last)], ordered[round(0.95 * last)]
