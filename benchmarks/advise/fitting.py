"""Fit a cost model to the rounds of a probe.

Each constant is fitted to the part of the probe that it dominates, after the constants that are already known. The
rounds are resampled with replacement (Efron, Annals of Statistics 7, 1979), which gives each constant its interval.
"""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median, stdev
from typing import NamedTuple

from benchmarks.advise.cost_model import HeldOutCase
from benchmarks.advise.costs import Constants, Costs, PoolCosts, possible
from benchmarks.advise.prediction import predict
from benchmarks.advise.probe_cases import ProbeCase
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.grid import backend_of

DRAWS = 40

# joblib's poll is 10 ms; a release whose shortest call takes less than this does not poll.
_POLLS_FROM_S = 8e-3

# Times vary by at least this much, even if the rounds of a probe do not.
_LEAST_NOISE = 0.05

# Seconds per second of work are positive, even if overhead explains the whole time.
_LEAST_STRETCH = 1e-6

# The parts that every model needs, and those for tasks that release the GIL, take long or carry a payload.
NEEDED_PARTS = ("empty", "tasks", "batches", "held", "block")
MODEL_PARTS = (*NEEDED_PARTS, "released", "loaded", "payload")


class Reading(NamedTuple):
    """What is read from a case's rounds, in seconds: a call, the loop beside it, and how late the poll saw the end."""

    call_s: float
    loop_s: float
    late_s: float


# One pool's cases, by name.
CasesOfPool = Mapping[str, ProbeCase]

# Reads a case's rounds: the usual times, or those of one resampling.
Read = Callable[[ProbeCase], Reading]


def fit(
    cases: Sequence[ProbeCase],
    cores: int,
    cpu_quota: float | None = None,
    gil: bool = True,
    seed: int = 0,
    parts: Sequence[str] = MODEL_PARTS,
) -> tuple[Costs, list[HeldOutCase]]:
    """Return the machine's costs, and how well they predict the cases that they were not fitted to.

    Each pool must have all `parts`. With no more than `NEEDED_PARTS`, the costs hold for tasks that keep the GIL and
    carry no payload. Raises AdviceError if a part is missing.
    """
    pools: dict[tuple[str, int], dict[str, ProbeCase]] = {}
    for case in cases:
        pools.setdefault((case.backend, case.n_jobs), {})[case.name] = case
    for (backend, n_jobs), pool in pools.items():
        if missing := [name for name in parts if name not in pool]:
            raise AdviceError(f"the probe of {backend} with {n_jobs} workers lacks: {', '.join(missing)}")
    poll_s = _poll_s(pools.values())
    rng = random.Random(seed)

    def costs(fitted: Sequence[PoolCosts], noise: float) -> Costs:
        return Costs(tuple(fitted), poll_s, noise, cores, cpu_quota, gil)

    machine = costs((), 0.0)
    fitted = [_fit_pool(machine, key, pool, rng) for key, pool in pools.items()]
    rounds_noise = _rounds_noise(cases)
    held_out = _predict_held_out(costs(fitted, rounds_noise), pools)
    errors = [math.log(case.measured_s / case.predicted_s) for case in held_out]
    residual = math.sqrt(fmean([error * error for error in errors])) if errors else 0.0
    final = costs(fitted, max(_LEAST_NOISE, rounds_noise, residual))
    return final, _predict_held_out(final, pools)


def _poll_s(pools: Iterable[CasesOfPool]) -> float:
    """Return how long joblib sleeps between two looks at its results: the time of the shortest calls."""
    shortest = median(median(pool["empty"].rounds_s) for pool in pools)
    return shortest if shortest >= _POLLS_FROM_S else 0.0


def _rounds_noise(cases: Sequence[ProbeCase]) -> float:
    """Return the typical variation of a case's rounds (standard deviation of logarithms)."""
    return median(stdev(map(math.log, case.rounds_s)) for case in cases if len(case.rounds_s) > 1)


def _fit_pool(machine: Costs, key: tuple[str, int], cases: CasesOfPool, rng: random.Random) -> PoolCosts:
    poll_s = machine.poll_s

    def usual(case: ProbeCase) -> Reading:
        return Reading(median(case.rounds_s), fmean(case.work_s or (0.0,)), poll_s / 2)

    def resampled(case: ProbeCase) -> Reading:
        rounds = rng.choices(case.rounds_s, k=len(case.rounds_s))
        return Reading(median(rounds), rng.choice(case.work_s or (0.0,)), poll_s * rng.random())

    draws = tuple(_constants(machine, cases, resampled) for _ in range(DRAWS))
    return PoolCosts(*key, _constants(machine, cases, usual), draws, _memory_bytes(cases))


def _memory_bytes(cases: CasesOfPool) -> float | None:
    """Return what the workers of a warm pool hold (PSS); threads hold nothing of their own."""
    return cases["held"].memory_bytes if backend_of(cases["held"].backend).sends else 0.0


def _constants(machine: Costs, cases: CasesOfPool, read: Read) -> Constants:
    """Fit one constant after the other."""

    def remaining(name: str, *explained_s: float) -> float:
        times = read(cases[name])
        return max(0.0, times.call_s - times.late_s - sum(explained_s))

    def work(name: str) -> float:
        return max(1e-9, read(cases[name]).loop_s)

    call = 0.0 if machine.poll_s else remaining("empty")
    task, batch = _task_and_batch(
        (cases["tasks"], remaining("tasks", call, work("tasks"))),
        (cases["batches"], remaining("batches", call, work("batches"))),
    )

    def stretch(name: str, least: float) -> float:
        overhead = call + cases[name].tasks * task + cases[name].batches * batch
        return max(_LEAST_STRETCH, possible(remaining(name, overhead) / work(name), least))

    backend, n_jobs = cases["held"].backend, cases["held"].n_jobs
    held = stretch("held", machine.least_held(backend, n_jobs))

    def loaded_batch() -> float:
        loaded = cases["loaded"]
        return remaining("loaded", call, loaded.tasks * task, held * work("loaded")) / loaded.batches

    def sent_byte() -> float:
        payload = cases["payload"]
        overhead = call + payload.tasks * task + payload.batches * batch
        return remaining("payload", overhead) / (payload.tasks * payload.payload_bytes)

    return Constants(
        start=max(0.0, read(cases["block"]).call_s - read(cases["empty"]).call_s),
        call=call,
        task=task,
        batch=batch,
        loaded=loaded_batch() if "loaded" in cases else batch,
        # Nothing is sent to threads.
        byte=sent_byte() if "payload" in cases and backend_of(backend).sends else 0.0,
        held=held,
        released=stretch("released", machine.least_released(n_jobs)) if "released" in cases else held,
    )


def _task_and_batch(first: tuple[ProbeCase, float], second: tuple[ProbeCase, float]) -> tuple[float, float]:
    """Return the seconds per task and per batch that explain the overhead of two cases; neither is negative."""
    (one, one_s), (other, other_s) = first, second
    determinant = one.tasks * other.batches - other.tasks * one.batches
    task = (one_s * other.batches - other_s * one.batches) / determinant
    batch = (one.tasks * other_s - other.tasks * one_s) / determinant
    if task < 0:
        return 0.0, other_s / other.batches
    return (task, batch) if batch >= 0 else (one_s / one.tasks, 0.0)


def _predict_held_out(costs: Costs, pools: Mapping[tuple[str, int], CasesOfPool]) -> list[HeldOutCase]:
    """Predict the cases that no constant was fitted to."""
    held_out = []
    by_key = {(pool.backend, pool.n_jobs): pool for pool in costs.pools}
    for key, cases in pools.items():
        for name, case in cases.items():
            if not name.startswith("check-"):
                continue
            task_s = fmean(case.work_s) / case.tasks
            profile = TaskProfile(task_s, case.tasks, 1.0, float(case.releases_gil), float(case.payload_bytes))
            prediction = predict(costs, by_key[key], profile, case.batch_size, warm=True)
            label = f"{by_key[key].name} {name.removeprefix('check-')}"
            measured_s = median(case.rounds_s)
            held_out.append(HeldOutCase(label, measured_s, prediction.time_s, prediction.lo_s, prediction.hi_s))
    return held_out
