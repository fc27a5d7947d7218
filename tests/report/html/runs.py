"""Synthetic run files of a grid: times follow from the case and a seed."""

import random

from tests.advise.test_session_costs import session
from tests.documents import document, entry

BACKENDS = ("sequential", "threading", "loky", "futures-processes")


def cell(backend="loky", jobs=2, size="100", rounds=(0.05, 0.051, 0.06), **facts):
    """Return a case of the grid as the suite writes it."""
    first = f"sequential-n1-b{size}"
    alias = first if f"{backend}-n{jobs}" != "sequential-n1" and (jobs == 1 or backend == "sequential") else None
    workers = 1 if alias or backend == "sequential" else jobs
    found = entry(f"{backend}-n{jobs}-b{size}", rounds)
    found["params"]["batch_size"] = int(size) if size.isdecimal() else size
    found["extra_info"] |= {
        "effective_backend": "SequentialBackend" if workers == 1 else "LokyBackend",
        "effective_n_jobs": workers,
        "worker_processes": workers if workers > 1 else 0,
        "worker_threads": workers,
        "alias_of": alias,
        "batches": [None if workers == 1 else {"100": 50}],
        "batch_size_occurred": None if size == "auto" else True,
        "loop_s": [0.04, 0.042],
        **facts,
    }
    return found


def with_resources(run):
    """Return the run as if measured with `--resources`."""
    for place, one in enumerate(run["benchmarks"]):
        one["extra_info"]["resources"] = {
            "memory": "pss",
            "peak_pss_bytes": 50_000_000 + 7_000_000 * place,
            "start_pss_bytes": 49_000_000,
            "children_pss_bytes": 7_000_000 * place,
            "cpu_s": 0.05 + 0.001 * place,
            "processes": 3,
            "threads": 5,
            "voluntary_switches": 120,
            "involuntary_switches": 7,
            "to_workers_bytes": 26_000,
            "from_workers_bytes": 19_000,
            "samples": 9,
        }
    return run


def startup(phase, pool, seconds):
    """Return a start-up case."""
    name = f"test_{phase.replace(' ', '_')}[{pool}]"
    found = entry("loky-n2-b10", (seconds, seconds * 1.1))
    found.update({"group": "startup", "name": name, "fullname": f"s.py::{name}", "param": pool, "params": {"p": pool}})
    found["extra_info"] = {"phase": phase, "tasks": 100}
    return found


FEW = {"backends": ("sequential", "threading", "loky"), "sizes": ("1", "100")}


def grid_run(day=0.0, factor=1.0, backends=BACKENDS, sizes=("1", "100", "auto"), missing=(), **more):
    """Return a run of the grid; `factor` multiplies the times of loky, `missing` names cases that failed."""
    rng, entries = random.Random(day), []
    for backend in backends:
        for jobs in (1, 2, 4):
            for size in sizes:
                base = 0.05 / jobs + (0.2 if size == "1" else 0.01)
                times = [base * (factor if backend == "loky" else 1) * rng.lognormvariate(0, 0.03) for _ in range(5)]
                if f"{backend}-n{jobs}-b{size}" not in missing:
                    entries.append(cell(backend, jobs, size, times))
    phases = {"cold start": 0.3, "warm call": 0.01, "whole block": 0.4}
    entries += [startup(phase, pool, s) for pool in ("loky-n2", "threading-n2") for phase, s in phases.items()]
    node = "benchmarks/suite/test_summation.py::test_summation"
    failed = {f"{node}[{name}]": "WrongResult: index 3 is 5" for name in missing}
    return document(*entries, day=day, failed=failed, **more)


def costed_run():
    """Return a run that has the cases from which the costs of two backends follow; threads hold the GIL."""
    entries = [_costed(known) for known in (*session("threading", held=1.0), *session("loky"))]
    facts = {"tasks": 5_000, "loop_s": [0.0299, 0.0301]}
    cells = [
        cell(backend, 4, size, (0.02 / jobs + 2.0 / int(size) + 0.02,) * 3, **facts)
        for backend, jobs in (("threading", 1), ("loky", 2))
        for size in ("10", "100", "1000")
    ]
    return document(*entries, *cells)


def _costed(known):
    """Return a case of a session's costs as the suite writes it."""
    name, rounds, facts = known["name"], known["stats"]["data"], known["extra_info"]
    test, _, param = name.partition("[")
    backend = param.removesuffix("]").partition("-")[0]
    if test == "test_summation":
        return cell(backend, 4, "1", rounds, **facts)
    found = entry("loky-n4-b20", rounds, **facts)
    found["params"]["backend"] = backend
    found.update({"name": name, "fullname": f"s.py::{name}", "param": param.removesuffix("]"), "group": known["group"]})
    return found
