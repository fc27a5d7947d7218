"""Run files as the suite writes them, with the content that a test needs."""

import json
import math
import re
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.history.store import Store

ROUNDS = (0.010, 0.011, 0.012)
NAMES = ("loky-n2-b10", "loky-n2-b100", "threading-n2-b10")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def entry(name="loky-n2-b10", rounds=ROUNDS, **extra_info):
    """Return one entry of `benchmarks`; `rounds` are seconds."""
    rounds = list(rounds)
    backend, jobs, size = re.fullmatch(r"(.+)-(n-?\d+)-(b\w+)", name).groups()
    return {
        "group": "summation",
        "name": f"test_summation[{name}]",
        "fullname": f"benchmarks/suite/test_summation.py::test_summation[{name}]",
        "params": {"backend": backend, "n_jobs": int(jobs[1:]), "batch_size": size[1:]},
        "param": name,
        "extra_info": {"phase": "warm call", "tasks": 100, "longest": 100, **extra_info},
        "options": {"disable_gc": False, "timer": "perf_counter"},
        "stats": {
            "min": min(rounds),
            "max": max(rounds),
            "mean": statistics.fmean(rounds),
            "median": statistics.median(rounds),
            "stddev": statistics.stdev(rounds) if len(rounds) > 1 else 0,
            "iqr": 0.0,
            "q1": min(rounds),
            "q3": max(rounds),
            "ld15iqr": min(rounds),
            "hd15iqr": max(rounds),
            "iqr_outliers": 0,
            "stddev_outliers": 0,
            "outliers": "0;0",
            "total": sum(rounds),
            "ops": 1 / statistics.fmean(rounds),
            "rounds": len(rounds),
            "iterations": 1,
            "data": rounds,
        },
    }


def params_of(nodeid):
    """Return the parameters of a case of the grid, by its node id."""
    match = re.search(r"([^\[]+)-n(-?\d+)-b(\w+)\]$", nodeid)
    if match is None:
        return {}
    backend, jobs, size = match.groups()
    return {"backend": backend, "n_jobs": int(jobs), "batch_size": int(size) if size.isdigit() else size}


def document(*entries, day=0.0, versions=None, machine=None, commit="a" * 40, dirty=False, failed=None, **ours):
    """Return a whole run file, `day` days after a fixed one; `ours` changes the suite's own key."""
    entries = entries or (entry(),)
    return {
        "machine_info": {"node": "vm", "cpu": {"count": 2, "brand_raw": "EPYC", "hz_actual_friendly": f"{day} GHz"}},
        "commit_info": {"id": commit, "dirty": dirty},
        "benchmarks": list(entries),
        "datetime": (BEGIN + timedelta(days=day)).isoformat(),
        "version": "5.3.1",
        "joblib_suite": {
            "format": 1,
            "suite_version": 1,
            "state": "complete",
            "session": f"session-{day}",
            "profile": "quick",
            "selection": None,
            "cases": {
                "asked": len(entries) + len(failed or {}),
                "completed": len(entries),
                "failed": failed or {},
                "not_run": {},
                "params": {nodeid: params_of(nodeid) for nodeid in failed or {}},
            },
            "machine": {
                "cpu_model": "EPYC",
                "usable_cores": 2,
                "system": "Linux",
                "python_implementation": "CPython",
                "python": "3.11.7",
                "free_threading": False,
                **(machine or {}),
            },
            "versions": {"joblib": "1.6.0", "numpy": "2.4.6", **(versions or {})},
            **ours,
        },
    }


def noise(number, index):
    """Return a reproducible factor within some percent of 1, independent from run to run and case to case."""
    return math.exp(0.02 * math.sin(12.9898 * (number + 1) * (index + 3)))


def noisy_run(number, slow=None, names=NAMES, day=None, **ours):
    """Return a run of day `number` with a little noise; `slow` multiplies the times of cases."""
    entries = [
        entry(name, [0.010 * noise(number, index) * (slow or {}).get(name, 1.0) * step for step in (1.0, 1.01, 0.99)])
        for index, name in enumerate(names)
    ]
    return document(*entries, day=number if day is None else day, **ours)


def with_loops(run, loop_s, **extra_info):
    """Return the run with this plain loop beside each of its cases."""
    for one in run["benchmarks"]:
        one["extra_info"] |= {"loop_s": [loop_s, loop_s], **extra_info}
    return run


def stored(root: Path, *documents):
    """Return a store with these runs, which are called run1, run2 and so on."""
    store = Store(root)
    for number, one in enumerate(documents, 1):
        store.save(one, f"run{number}")
    return store


def write(path: Path, content) -> Path:
    """Write a file of `content`, which is a document, text or bytes, and return its path."""
    if isinstance(content, dict | list):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
