"""Random task profiles, each run in the whole grid: the truth that advice is held against.

python -m evidence.held_out FILE PROFILES SEED [WORK_S]     adds what FILE (JSON lines) lacks; some 20 s a profile

WORK_S is the least that the plain loop takes for a profile's tasks: without it many of them are too small for any pool.

Configurations take turns, pass by pass, in random order; what takes more than `_HOPELESS` times as long as the best of
all is left out of later ones. Each time is of one call: `cold_s` from opening the pool to leaving it, with nothing
running before; `warm_s` of the next call in the same pool.
"""

import json
import math
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.advise.task_profile import lengths_s
from benchmarks.backends.opening import open_pool
from benchmarks.grid import BATCH_SIZES, LOOP, Case, grid
from benchmarks.machine import pin_thread_pools, usable_cores
from benchmarks.workloads.profiled import hold, orders, release

_HOPELESS = 1.4
_PASSES = 5

# A profile's passes end when they have taken so long, and its calls are kept below so much.
_PASSES_S, _WORK_S, _SENT_BYTES = 35.0, 1.5, 400e6

BACKENDS = ("threading", "loky", "multiprocessing")


@dataclass(frozen=True)
class Profile:
    """What is asked about: seconds a task, tasks a call, longest over shortest, bytes sent with each task."""

    task_s: float
    tasks: int
    uneven: float
    releases_gil: bool
    payload_bytes: int


def drawn(dice: random.Random, least_s: float) -> Profile:
    """A profile within what a call may cost, of at least so much work."""
    while True:
        found = Profile(
            task_s=_log_uniform(dice, 1e-6, 0.1),
            tasks=round(_log_uniform(dice, 10, 20_000)),
            uneven=dice.choice((1.0, dice.choice((3.0, 10.0, 30.0)))),
            releases_gil=dice.random() < 0.5,
            payload_bytes=dice.choice((0, round(_log_uniform(dice, 1e3, 1e7)))),
        )
        if least_s <= found.task_s * found.tasks <= _WORK_S and found.payload_bytes * found.tasks <= _SENT_BYTES:
            return found


def _log_uniform(dice: random.Random, least: float, most: float) -> float:
    return math.exp(dice.uniform(math.log(least), math.log(most)))


def rates(seconds: float = 0.2) -> dict[bool, float]:
    """Seconds of one addition (False) and of one round of PBKDF2 (True), now."""
    found = {}
    for releases, task, amount in ((False, hold, 10_000), (True, release, 400)):
        times = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            task((amount, b""))
            times.append(time.perf_counter() - began)
        found[releases] = sorted(times)[len(times) // 2] / amount
    return found


def record(profile: Profile, dice: random.Random) -> dict[str, Any]:
    """The profile in every configuration, by turns."""
    rate = rates()[profile.releases_gil]
    seconds = lengths_s(profile.task_s, profile.tasks, profile.uneven, seed=0)
    arguments = orders([max(1, round(one / rate)) for one in seconds], profile.payload_bytes)
    task = release if profile.releases_gil else hold
    expected = [task(one) for one in arguments]
    cores = usable_cores()
    cases = [Case(LOOP, 1, None), *grid(BACKENDS, sorted({2, cores, 2 * cores}), BATCH_SIZES)]
    times: dict[str, dict[str, list[float]]] = {case.id: {"cold_s": [], "warm_s": []} for case in cases}
    began, left = time.perf_counter(), list(cases)
    for number in range(_PASSES):
        if number > 1 and time.perf_counter() - began > _PASSES_S:
            break
        dice.shuffle(left)
        for case in left:
            cold, warm = once(case, task, arguments, expected)
            times[case.id]["cold_s"].append(round(cold, 6))
            times[case.id]["warm_s"].append(round(warm, 6))
        least = {case.id: {what: min(found) for what, found in times[case.id].items()} for case in left}
        best = {what: min(one[what] for one in least.values()) for what in ("cold_s", "warm_s")}
        left = [case for case in left if any(least[case.id][what] < _HOPELESS * best[what] for what in best)]
        if LOOP not in [case.id for case in left]:
            left.append(cases[0])
    return {"profile": asdict(profile), "cores": cores, "times": times}


def once(case: Case, task: Any, arguments: list[Any], expected: list[Any]) -> tuple[float, float]:
    """Seconds of a whole block's first call, opening and leaving included, and of the second call alone."""
    pool = open_pool(case, {})
    pool.discard()
    began = time.perf_counter()
    pool.open()
    results = pool.call(task, arguments)
    called = time.perf_counter()
    again = pool.call(task, arguments)
    ended = time.perf_counter()
    pool.close()
    closed = time.perf_counter()
    pool.discard()
    assert results == expected == again
    return called - began + closed - ended, ended - called


def main() -> None:
    """Record what the file lacks."""
    path, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    least_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    done = len(path.read_text().splitlines()) if path.exists() else 0
    dice = random.Random(seed)
    for number, profile in enumerate([drawn(dice, least_s) for _ in range(count)]):
        if number < done:
            continue
        began = time.perf_counter()
        found = record(profile, random.Random(f"{seed} {number}"))
        with path.open("a") as file:
            file.write(json.dumps(found) + "\n")
        sys.stderr.write(f"{number + 1} of {count}: {time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    import os

    pin_thread_pools(os.environ)
    main()
