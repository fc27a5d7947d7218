"""Whether other programs ran while a machine was probed, and which cases of the probe they disturbed."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.costs import PoolCosts, contradicts
from benchmarks.grid import backend_of

# A probe beyond these contradicts itself. On quiet machines two workers took 0.5 to 0.7 s per second of work that they
# can share, the noise was 0.05 to 0.15, and a tenth of the held-out cases were outside their intervals.
_MOST_SHARED, _MOST_NOISE, _MOST_OUTSIDE = 0.8, 0.3, 0.25

# A plain loop that has no core for more than this share of its time says that the machine is busy.
MOST_WITHOUT_CORE = 0.2


@dataclass(frozen=True)
class Contradiction:
    """What can't be true of an undisturbed probe, and the cases to measure again: `loky-n2-held` and the like."""

    reason: str
    cases: tuple[str, ...]


def contradictions(model: CostModel) -> list[Contradiction]:
    """Return what contradicts the interpreter, the machine or the probe itself; nothing if the model can be trusted.

    Something else ran during the probe if the plain loop had no core for a part of its time, if the constants beat the
    interpreter or the machine, if several workers gained almost nothing on several cores, or if the model fails on the
    cases that it was not fitted to.
    """
    return [*_busy(model), *_impossible(model), *_far_off(model)]


def disturbance(model: CostModel) -> str | None:
    """Return why a probe can't be trusted, None if it can."""
    reasons = contradictions(model)
    if not reasons:
        return None
    return f"The machine was busy while it was probed ({reasons[0].reason}): `--probe` measures it again."


def _busy(model: CostModel) -> Iterator[Contradiction]:
    """Yield that the plain loops had to wait for a core, which no repetition of a few cases would change."""
    if model.without_core is not None and model.without_core > MOST_WITHOUT_CORE:
        yield Contradiction(f"the plain loop had no core for {model.without_core:.0%} of its time", ())


def _impossible(model: CostModel) -> Iterator[Contradiction]:
    costs = model.costs
    for pool in costs.pools:
        held, released = pool.middle.held, pool.middle.released
        threads = backend_of(pool.backend).workers == "threads"
        if contradicts(held, costs.least_held(pool.backend, pool.n_jobs)):
            limit = "the GIL" if threads and costs.gil else "its cores"
            yield _fault(pool, f"{pool.name} computed faster than {limit} can", "held")
        if contradicts(released, costs.least_released(pool.n_jobs)):
            yield _fault(pool, f"{pool.name} computed faster than its cores can", "released")
        # Something that keeps one of two cores busy leaves the plain loop alone.
        if costs.usable_cores >= 2 and released > _MOST_SHARED:
            yield _fault(pool, f"{pool.name} was hardly faster than one worker, without the GIL", "released")
        if costs.usable_cores >= 2 and costs.least_held(pool.backend, pool.n_jobs) < 1 and held > _MOST_SHARED:
            yield _fault(pool, f"{pool.name} was hardly faster than one worker", "held")


def _far_off(model: CostModel) -> Iterator[Contradiction]:
    outside = [case for case in model.checks if not case.inside]
    if len(outside) > _MOST_OUTSIDE * len(model.checks) or model.costs.noise > _MOST_NOISE:
        # The check itself was disturbed, or what it depends on.
        pools = {case.name.partition(" ")[0] for case in outside or model.checks}
        parts = ("held", "released", "check-held", "check-released")
        names = tuple(f"{pool}-{part}" for pool in sorted(pools) for part in parts)
        yield Contradiction("its own checks are far off", names)


def _fault(pool: PoolCosts, reason: str, *parts: str) -> Contradiction:
    return Contradiction(reason, tuple(f"{pool.name}-{part}" for part in parts))
