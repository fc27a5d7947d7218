"""From the rounds of a probe to constants: each from the part that is made of it, after those that are known already.

The rounds are drawn again and again with replacement (Efron, Annals of Statistics 7, 1979): constants that came of
them each time are what the constants might be.
"""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from benchmarks.advise.model import Constants, Costs, PoolCosts, Seconds, predict
from benchmarks.advise.profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.grid import BatchSize, backend_of

DRAWS = 40

# joblib's poll is 10 ms; where the shortest call takes less, this release of it does not poll.
_POLLS_FROM_S = 8e-3

# Times vary by that much even where the rounds of a probe do not.
_LEAST_NOISE = 0.05

MODEL_PARTS = ("empty", "tasks", "batches", "held", "released", "loaded", "payload")


@dataclass(frozen=True)
class Part:
    """A measured case of the probe. `work_s` are the plain loop's times beside it; `batches` are those that ran."""

    backend: str
    n_jobs: int
    name: str
    rounds_s: tuple[float, ...]
    work_s: tuple[float, ...]
    tasks: int
    batches: int
    payload_bytes: int
    batch_size: BatchSize
    releases_gil: bool
    memory_bytes: float | None


# The cases of one pool, by part.
Pool = Mapping[str, Part]

# What one look at a part's rounds says: seconds of a call, of the plain loop, and how late its end was noticed.
Look = Callable[[Part], tuple[float, float, float]]


@dataclass(frozen=True)
class Check:
    """A case that the model was not made of: what it took, and what the model says, in seconds."""

    name: str
    measured_s: Seconds
    predicted_s: Seconds
    lo_s: Seconds
    hi_s: Seconds

    @property
    def inside(self) -> bool:
        """Whether the model's interval holds it."""
        return self.lo_s <= self.measured_s <= self.hi_s


def fit(parts: Sequence[Part], cores: int, seed: int = 0) -> tuple[Costs, list[Check]]:
    """The machine's costs, and how well they tell what was not used. Raises AdviceError where a part is missing."""
    pools: dict[tuple[str, int], dict[str, Part]] = {}
    for part in parts:
        pools.setdefault((part.backend, part.n_jobs), {})[part.name] = part
    for (backend, n_jobs), pool in pools.items():
        if missing := [name for name in (*MODEL_PARTS, "block") if name not in pool]:
            raise AdviceError(f"the probe of {backend} with {n_jobs} workers lacks: {', '.join(missing)}")
    poll_s = _poll_s(pools.values())
    dice = random.Random(seed)
    fitted = tuple(_pool(key, pool, poll_s, cores, dice) for key, pool in pools.items())
    costs = Costs(fitted, poll_s, _rounds_noise(parts), cores)
    checks = _checks(costs, pools)
    off = [math.log(check.measured_s / check.predicted_s) for check in checks]
    residual = math.sqrt(fmean([value * value for value in off])) if off else 0.0
    costs = Costs(fitted, poll_s, max(_LEAST_NOISE, costs.noise, residual), cores)
    return costs, _checks(costs, pools)


def _poll_s(pools: Iterable[Pool]) -> float:
    """How long joblib sleeps between two looks at its results, by the shortest calls there are."""
    shortest = median(median(pool["empty"].rounds_s) for pool in pools)
    return shortest if shortest >= _POLLS_FROM_S else 0.0


def _rounds_noise(parts: Sequence[Part]) -> float:
    """How much the rounds of a case vary (log standard deviation), typically."""
    return median(stdev(map(math.log, part.rounds_s)) for part in parts if len(part.rounds_s) > 1)


def _pool(key: tuple[str, int], pool: Pool, poll_s: float, cores: int, dice: random.Random) -> PoolCosts:
    def usual(part: Part) -> tuple[float, float, float]:
        return median(part.rounds_s), fmean(part.work_s or (0.0,)), poll_s / 2

    def drawn(part: Part) -> tuple[float, float, float]:
        rounds = dice.choices(part.rounds_s, k=len(part.rounds_s))
        return median(rounds), dice.choice(part.work_s or (0.0,)), poll_s * dice.random()

    # However many workers: no more work is done at a time than there are cores.
    least = 1 / min(key[1], cores)
    draws = tuple(_constants(pool, poll_s, least, drawn) for _ in range(DRAWS))
    return PoolCosts(*key, _constants(pool, poll_s, least, usual), draws, _memory_bytes(pool))


def _memory_bytes(pool: Pool) -> float | None:
    """What the workers of a warm pool hold, which share pages with the session; threads hold nothing of their own."""
    return 0.0 if not backend_of(pool["held"].backend).sends else pool["held"].memory_bytes


def _constants(pool: Pool, poll_s: float, least: float, look: Look) -> Constants:
    """One part after the other; a call's end is seen up to a poll too late. `least` is 1 / n_eff at best."""

    def rest(name: str, *known: float) -> float:
        took, _, late = look(pool[name])
        return max(0.0, took - late - sum(known))

    def work(name: str) -> float:
        return max(1e-9, look(pool[name])[1])

    call = 0.0 if poll_s else rest("empty")
    task, batch = _two(
        (pool["tasks"], rest("tasks", call, work("tasks"))), (pool["batches"], rest("batches", call, work("batches")))
    )

    def spent(name: str) -> float:
        return call + pool[name].tasks * task + pool[name].batches * batch

    held = max(least, rest("held", spent("held")) / work("held"))
    loaded = pool["loaded"]
    between = rest("loaded", call, loaded.tasks * task, held * work("loaded")) / loaded.batches
    sent = pool["payload"].tasks * pool["payload"].payload_bytes
    block, empty = look(pool["block"])[0], look(pool["empty"])[0]
    return Constants(
        start=max(0.0, block - empty),
        call=call,
        task=task,
        batch=batch,
        loaded=between,
        # To threads nothing is sent.
        byte=0.0 if not backend_of(pool["payload"].backend).sends else rest("payload", spent("payload")) / sent,
        held=held,
        released=max(least, rest("released", spent("released")) / work("released")),
    )


def _two(one: tuple[Part, float], other: tuple[Part, float]) -> tuple[float, float]:
    """Seconds a task and a batch that explain two parts; neither is negative."""
    (first, a), (second, b) = one, other
    determinant = first.tasks * second.batches - second.tasks * first.batches
    task = (a * second.batches - b * first.batches) / determinant
    batch = (first.tasks * b - second.tasks * a) / determinant
    if task < 0:
        return 0.0, b / second.batches
    return (task, batch) if batch >= 0 else (a / first.tasks, 0.0)


def _checks(costs: Costs, pools: Mapping[tuple[str, int], Pool]) -> list[Check]:
    found = []
    by_key = {(pool.backend, pool.n_jobs): pool for pool in costs.pools}
    for key, parts in pools.items():
        for name, part in parts.items():
            if not name.startswith("check-"):
                continue
            work_s = fmean(part.work_s)
            profile = TaskProfile(
                work_s / part.tasks, part.tasks, 1.0, float(part.releases_gil), float(part.payload_bytes)
            )
            said = predict(costs, by_key[key], profile, part.batch_size, warm=True)
            label = f"{by_key[key].name} {name.removeprefix('check-')}"
            found.append(Check(label, median(part.rounds_s), said.time_s, said.lo_s, said.hi_s))
    return found
