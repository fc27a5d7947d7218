"""Histories of any length, made to measure: runs as this suite saves them, one a day."""

import json
import random
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import fsum, sqrt
from pathlib import Path
from typing import Any

from benchmarks.history.identity import identity

SEED = 20_240_229
TEMPLATE = Path(__file__).parent / "data" / "recordings" / "0001_aa.json"
NEWEST = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
BACKENDS = ("threading", "loky", "multiprocessing", "futures-threads", "futures-processes")
CASES = [(backend, jobs, size) for backend in BACKENDS for jobs in (2, 4) for size in range(1, 11)]
ROUNDS = 5
STATISTICS = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "ld15iqr", "hd15iqr", "ops", "total", "data")


def built(root: Path, runs: int, moving: int = 0) -> Path:
    """Return a history of so many runs, one per day; build it unless it exists.

    `moving` cases become slower by a fifth after a third of the runs, and faster by a tenth after two thirds.
    """
    # Not by way of Store: this process would grow larger than some that it measures.
    if sum(1 for _ in root.glob("*/*_nightly.json")) != runs:
        shutil.rmtree(root, ignore_errors=True)
        rng = random.Random(SEED)
        template = json.loads(TEMPLATE.read_bytes())
        entries, usual = case_texts(template["benchmarks"][0]), [rng.lognormvariate(-3, 0.8) for _ in CASES]
        for run in range(1, runs + 1):
            document = without_cases(template, run, NEWEST - timedelta(days=runs - run), rng)
            level = (1.0, 1.2, 1.08)[3 * (run - 1) // runs]
            now = [seconds * level for seconds in usual[:moving]] + usual[moving:]
            folder = root / identity(document).folder
            folder.mkdir(parents=True, exist_ok=True)
            cases = ",\n".join(text % stats for text, stats in zip(entries, times(now, rng), strict=True))
            # Straight into its place: a store's own saving waits for the disk each time.
            content = json.dumps(document, indent=1).replace('"CASES"', f"[\n{cases}\n ]")
            (folder / f"{run:04}_nightly.json").write_text(content)
    return root


def part(whole: Path, root: Path, runs: int) -> Path:
    """Return a history that links the first `runs` files of another one."""
    shutil.rmtree(root, ignore_errors=True)
    names = [f"{run:04}_nightly.json" for run in range(1, runs + 1)]
    (folder,) = (path.parent for path in whole.glob(f"*/{names[0]}"))
    (root / folder.name).mkdir(parents=True)
    for name in names:
        (root / folder.name / name).hardlink_to(folder / name)
    return root


def without_cases(template: Mapping[str, Any], run: int, when: datetime, rng: random.Random) -> dict[str, Any]:
    """Return a run as this suite saves it, except for its cases."""
    commit = {"id": f"{rng.getrandbits(160):040x}", "time": when.isoformat(), "author_time": when.isoformat()}
    return {
        "machine_info": template["machine_info"],
        "commit_info": {**commit, "dirty": False, "project": "joblib", "branch": "main"},
        "benchmarks": "CASES",
        "datetime": when.isoformat(),
        "version": template["version"],
        "joblib_suite": session(template["machine_info"], run, when, rng),
    }


def session(machine: Mapping[str, Any], run: int, when: datetime, rng: random.Random) -> dict[str, Any]:
    """Return the key of this suite in a run file; joblib is released twice a year, numpy more often."""
    sizes = {"tasks": 5_000, "longest": 500, "rounds": ROUNDS, "warmups": 0}
    return {
        "format": 1,
        "suite_version": 1,
        "state": "complete",
        "session": f"{rng.getrandbits(128):032x}",
        "began": (when - timedelta(seconds=90)).isoformat(),
        "profile": "quick",
        "selection": None,
        "grid": {"backends": BACKENDS, "n_jobs": (2, 4), "batch_sizes": tuple(range(1, 11)), **sizes},
        "cases": {"asked": len(CASES), "completed": len(CASES), "failed": {}, "not_run": {}},
        "case_timeout_s": 120.0,
        "time_s": {"session": 90 + rng.random(), "rounds": 60 + rng.random(), "untimed_calls": 15 + rng.random()},
        "seeds": {"shuffle": None},
        "machine": {
            "cpu_model": machine["cpu"]["brand_raw"],
            "usable_cores": machine["cpu"]["count"],
            "cgroup_cpus": None,
            "governor": None,
            "system": machine["system"],
            "architecture": machine["machine"],
            "python": machine["python_version"],
            "python_implementation": machine["python_implementation"],
            "python_build": " ".join(machine["python_build"]),
            "free_threading": False,
            "gil_enabled": True,
            "start_method": "fork",
            "environment": {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA")},
        },
        "versions": {
            "joblib": f"1.{run // 180}.0",
            "loky": f"3.{run // 400}.0",
            "cloudpickle": "3.1.2",
            "numpy": f"2.{run // 130}.{run // 43 % 3}",
            "psutil": "7.2.2",
            "pytest": "9.2.0",
            "pytest-benchmark": "5.3.1",
        },
    }


def case_texts(entry: Mapping[str, Any]) -> list[str]:
    """Return each case as a file has it, with `%` for its times: json would take too long a million times."""
    texts = []
    for backend, jobs, size in CASES:
        param = f"{backend}-n{jobs}-b{size}"
        case = {
            **entry,
            "group": "summation",
            "name": f"test_summation[{param}]",
            "fullname": f"benchmarks/suite/test_summation.py::test_summation[{param}]",
            "params": {"backend": backend, "n_jobs": jobs, "batch_size": size},
            "param": param,
            "extra_info": really_ran(backend, jobs, size),
            "stats": {**entry["stats"], "outliers": "1;0", **{name: f"%({name})s" for name in STATISTICS}},
        }
        text = json.dumps(case, indent=1)
        for name in STATISTICS:
            text = text.replace(f'"%({name})s"', f"%({name})s")
        texts.append(textwrap.indent(text, "  "))
    return texts


def really_ran(backend: str, jobs: int, size: int) -> dict[str, Any]:
    """Return the facts that a case of the grid carries."""
    return {
        "phase": "warm call",
        "tasks": 5_000,
        "longest": 500,
        "effective_backend": backend,
        "effective_n_jobs": jobs,
        "worker_processes": jobs,
        "worker_threads": jobs,
        "alias_of": None,
        "batches": [{"1": 16, "2": 2, str(size): 4_980 // size}] * ROUNDS,
        "batch_size_occurred": True,
        "executor": "reused",
        "loop_s": [0.0431, 0.0299],
    }


def times(usual_s: Sequence[float], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Return the statistics of each case in one run: the machine has a speed, each case and each round has noise."""
    mood = rng.lognormvariate(0, 0.08)
    for seconds in usual_s:
        center = seconds * mood * rng.lognormvariate(0, 0.05)
        yield statistics([center * rng.lognormvariate(0, 0.03) for _ in range(ROUNDS)])


def statistics(data: list[float]) -> dict[str, Any]:
    """Return pytest-benchmark's statistics of five rounds; its own quartiles lie a little further out."""
    low, lower, middle, upper, high = sorted(data)
    total = fsum(data)
    mean = total / ROUNDS
    values = (low, high, mean, sqrt(fsum((value - mean) ** 2 for value in data) / (ROUNDS - 1)), middle, upper - lower)
    return dict(zip(STATISTICS, (*values, lower, upper, low, high, 1 / mean, total, data), strict=True))
