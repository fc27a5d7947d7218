"""Which configuration to choose for some tasks, how sure that is, and which others are as good."""

from dataclasses import dataclass

from benchmarks.advise.break_even import break_even
from benchmarks.advise.certainty import Certainty, certainty, rivals, unknown
from benchmarks.advise.costs import Costs
from benchmarks.advise.improvements import Improvements, improvements
from benchmarks.advise.memory import Memory, memory, most_workers
from benchmarks.advise.pool_sizes import considered
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.ranking import apart, rank, thriftiest_first
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.advise.tried import Tried
from benchmarks.grid import LOOP, Case

# A configuration that takes at most this much longer than the best is as good.
FLAT = 0.10


@dataclass(frozen=True)
class MemoryLimit:
    """What a limit on the memory changes.

    `without` is the configuration that would be preferred without the limit; `workers` is how many workers of its
    backend fit. `loop_fits` says whether the plain loop keeps within the limit.
    """

    limit_bytes: float
    without: Case
    workers: int
    loop_fits: bool


@dataclass(frozen=True)
class Recommendation:
    """The answer for a profile.

    `ranked` are all configurations that fit into memory, in order of preference, which is by time except for the plain
    loop and for fewer workers, see `rank`. `warm` says that the pool is already open and has been called before;
    otherwise a call includes the pool's start and end. `break_even_s` is the break-even task time by backend, see
    `break_even`. `memory` is what the first configuration needs. `probed` are the numbers of workers that were probed,
    by backend. If the probe or the measured tasks were disturbed, `disturbance` says so. `rivals` are the backends that
    were not probed and could be faster; of some, see `unknown`, nothing is known. If there is a disturbance or such a
    backend, `certainty` is what holds nevertheless. `tried` are the configurations that were tried, see `trying`.
    """

    profile: TaskProfile
    warm: bool
    ranked: tuple[Prediction, ...]
    break_even_s: dict[str, float | None]
    memory: Memory | None
    limit: MemoryLimit | None
    improvements: Improvements
    probed: dict[str, list[int]]
    disturbance: str | None
    rivals: tuple[str, ...]
    certainty: Certainty | None
    tried: tuple[Tried, ...] = ()

    @property
    def unknown(self) -> list[str]:
        """The rivals of which nothing is known."""
        return unknown(self.probed, self.rivals)

    @property
    def first(self) -> Prediction:
        """The configuration that the model prefers, whether or not it can be trusted."""
        return self.ranked[0]

    @property
    def best(self) -> Prediction | None:
        """The configuration to choose; None if the model can't be trusted and physics does not decide.

        What was tried decides: if nothing of it gained anything, the plain loop is best.
        """
        if self.certainty is None and self.tried and all(trial.is_steady for trial in self.tried):
            gaining = [trial.prediction for trial in self.tried if trial.gains]
            return gaining[-1] if gaining else self.loop
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


def recommend(
    costs: Costs,
    profile: TaskProfile,
    warm: bool,
    disturbance: str | None = None,
    limit_bytes: float | None = None,
) -> Recommendation:
    """Recommend one of the configurations that are considered for these tasks, or the plain loop.

    With `limit_bytes`, only those that need no more memory are left, and the plain loop.
    """
    every = rank(costs, profile, warm)
    ranked = every if limit_bytes is None else _fitting(costs, profile, every, limit_bytes)
    faster = rivals(costs, profile, ranked[0].time_s / (1 + FLAT))
    return Recommendation(
        profile,
        warm,
        tuple(ranked),
        break_even(considered(costs, profile), profile, warm),
        memory(costs, profile, ranked[0].case),
        None if limit_bytes is None else _limit(costs, profile, every[0].case, limit_bytes),
        improvements(costs, profile, warm, ranked),
        {backend: [pool.n_jobs for pool in costs.of([backend]).pools] for backend in costs.backends},
        disturbance,
        faster,
        certainty(costs, profile, warm) if disturbance or unknown(costs.backends, faster) else None,
    )


def _fitting(costs: Costs, profile: TaskProfile, ranked: list[Prediction], limit_bytes: float) -> list[Prediction]:
    """Return the configurations that need no more memory than the limit, and the plain loop, which needs least."""

    def fits(case: Case) -> bool:
        need = memory(costs, profile, case)
        return case.backend == LOOP or (need is not None and need.total <= limit_bytes)

    return thriftiest_first([prediction for prediction in ranked if fits(prediction.case)])


def _limit(costs: Costs, profile: TaskProfile, without: Case, limit_bytes: float) -> MemoryLimit:
    loop = memory(costs, profile, Case(LOOP, 1, None))
    workers = 1 if without.backend == LOOP else most_workers(costs, profile, without, limit_bytes)
    return MemoryLimit(limit_bytes, without, workers, loop is not None and loop.total <= limit_bytes)
