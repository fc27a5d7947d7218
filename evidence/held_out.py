"""Measure random task profiles in the whole grid, to validate recommendations (see `advice_table`).

python -m evidence.held_out FILE PROFILES SEED [WORK_S]     adds missing profiles to FILE (JSON lines), some 20 s each

WORK_S is the least time that the plain loop takes for a profile's tasks. Without it, many profiles are too small for
any pool.

The configurations take turns, pass by pass, in random order. A configuration that takes more than `_HOPELESS` times as
long as the best is left out of later passes. Each time is that of one call: `cold_s` from opening the pool to leaving
it, with nothing running before; `warm_s` of the next call in the same pool.
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
from benchmarks.cores import usable_cores
from benchmarks.grid import BATCH_SIZES, LOOP, Case, grid
from benchmarks.machine import pin_thread_pools
from benchmarks.workloads.profiled import hold, orders, release

_HOPELESS = 1.4
_PASSES = 5

# Limits in seconds and bytes: all passes of a profile, the work of a call, and the payloads of a call.
_PASSES_S, _WORK_S, _SENT_BYTES = 35.0, 1.5, 400e6

BACKENDS = ("threading", "loky", "multiprocessing")


@dataclass(frozen=True)
class Profile:
    """Tasks to measure: seconds per task, tasks per call, longest over shortest task, bytes sent with each task."""

    task_s: float
    tasks: int
    uneven: float
    releases_gil: bool
    payload_bytes: int


def drawn(dice: random.Random, least_s: float) -> Profile:
    """Draw a profile with at least `least_s` seconds of work, within the limits of a call."""
    while True:
        profile = Profile(
            task_s=_log_uniform(dice, 1e-6, 0.1),
            tasks=round(_log_uniform(dice, 10, 20_000)),
            uneven=dice.choice((1.0, dice.choice((3.0, 10.0, 30.0)))),
            releases_gil=dice.random() < 0.5,
            payload_bytes=dice.choice((0, round(_log_uniform(dice, 1e3, 1e7)))),
        )
        work_s, sent_bytes = profile.task_s * profile.tasks, profile.payload_bytes * profile.tasks
        if least_s <= work_s <= _WORK_S and sent_bytes <= _SENT_BYTES:
            return profile


def _log_uniform(dice: random.Random, least: float, most: float) -> float:
    return math.exp(dice.uniform(math.log(least), math.log(most)))


def rates(seconds: float = 0.2) -> dict[bool, float]:
    """Measure the current seconds per addition (key False) and per round of PBKDF2 (key True)."""
    seconds_per_step = {}
    for releases, task, amount in ((False, hold, 10_000), (True, release, 400)):
        times = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            task((amount, b""))
            times.append(time.perf_counter() - began)
        seconds_per_step[releases] = sorted(times)[len(times) // 2] / amount
    return seconds_per_step


def record(profile: Profile, dice: random.Random) -> dict[str, Any]:
    """Measure the profile in every configuration, in turns."""
    rate = rates()[profile.releases_gil]
    seconds = lengths_s(profile.task_s, profile.tasks, profile.uneven, seed=0)
    arguments = orders([max(1, round(length_s / rate)) for length_s in seconds], profile.payload_bytes)
    task = release if profile.releases_gil else hold
    expected = [task(argument) for argument in arguments]
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
        least = {case.id: {key: min(rounds) for key, rounds in times[case.id].items()} for case in left}
        best = {key: min(of_case[key] for of_case in least.values()) for key in ("cold_s", "warm_s")}
        left = [case for case in left if any(least[case.id][key] < _HOPELESS * best[key] for key in best)]
        if LOOP not in [case.id for case in left]:
            left.append(cases[0])
    return {"profile": asdict(profile), "cores": cores, "times": times}


def once(case: Case, task: Any, arguments: list[Any], expected: list[Any]) -> tuple[float, float]:
    """Return the seconds of a block with one call, opening and leaving included, and of a second call alone."""
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
    """Measure the profiles that the file lacks."""
    path, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    least_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    done = len(path.read_text().splitlines()) if path.exists() else 0
    dice = random.Random(seed)
    for number, profile in enumerate([drawn(dice, least_s) for _ in range(count)]):
        if number < done:
            continue
        began = time.perf_counter()
        measured = record(profile, random.Random(f"{seed} {number}"))
        with path.open("a") as file:
            file.write(json.dumps(measured) + "\n")
        sys.stderr.write(f"{number + 1} of {count}: {time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    import os

    pin_thread_pools(os.environ)
    main()
