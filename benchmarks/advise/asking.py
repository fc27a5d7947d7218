"""Tasks that are measured instead of described: a session runs them in a plain loop, and in two threads."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.advise.model import Costs, PoolCosts
from benchmarks.advise.probing import measured
from benchmarks.advise.profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.grid import backend_of

# Threads do no better and no worse than this share of a second more: shares of the GIL are told no finer.
_FINEST = 0.05

# How much better two threads have to do without the GIL in the probe, for tasks to be told apart by it.
_TELLING = 0.2

# Tasks that wait give their core away at least now and then.
_FEWEST_WAITS = 0.1

# The user's own tasks may take long.
_ROUNDS = 3


def profile_of(options: Sequence[str], costs: Costs, tell: Callable[[str], None]) -> TaskProfile:
    """The profile of the tasks that a session's `options` name, measured now. Raises SuiteError."""
    with tempfile.TemporaryDirectory() as folder:
        document = measured(["--profile=probe", f"--rounds={_ROUNDS}", *options], Path(folder), tell)
    cases = {entry["name"].partition("[")[0]: entry for entry in document["benchmarks"]}
    loop, threads = cases["test_loop"], cases["test_threads"]
    facts = loop["extra_info"]
    profile = TaskProfile(
        task_s=float(median(loop["stats"]["data"])) / facts["tasks"],
        tasks=int(facts["tasks"]),
        lengths=tuple(map(float, facts["lengths_s"])),
        payload_bytes=float(facts["payload_bytes"]),
        barred=tuple(map(str, facts["barred"])),
    )
    waits = _waits(facts)
    return replace(profile, waits=waits, releases_gil=_released(threads, costs, waits))


def _waits(facts: dict[str, Any]) -> float:
    """The share of the time in which the tasks used no core of their own will: others may have had it."""
    if facts["voluntary_switches"] < _FEWEST_WAITS * facts["tasks"]:
        return 0.0
    return _share(1.0 - float(facts["cpu_s"]) / float(facts["passed_s"]))


def _share(value: float) -> float:
    """Within 0 and 1, no finer than can be told."""
    return round(min(1.0, max(0.0, value)) / _FINEST) * _FINEST


def _released(threads: dict[str, Any], costs: Costs, waits: float) -> float:
    """The share of the computing in which the tasks do not hold the GIL: how far two threads come from one to two."""
    pool = next(
        (pool for pool in costs.pools if backend_of(pool.backend).workers == "threads" and pool.n_jobs == 2), None
    )
    if pool is None:
        raise AdviceError("the probe knows nothing of two threads: measure it again with `probe`")
    facts, work_s = threads["extra_info"], fmean(threads["extra_info"]["loop_s"])
    took_s = float(median(threads["stats"]["data"])) - costs.poll_s / 2
    stretch = max(0.0, took_s - _overhead_s(pool, facts)) / work_s
    if waits >= 1.0:
        return 0.0
    computing = (stretch - waits / pool.n_jobs) / (1 - waits)
    held, released = pool.middle.held, pool.middle.released
    if held - released < _TELLING * held:
        return 0.0  # this probe can't tell the two apart
    return _share((held - computing) / (held - released))


def _overhead_s(pool: PoolCosts, facts: dict[str, Any]) -> float:
    batches = int(sum((facts["batches"][-1] or {}).values()))
    tasks = int(facts["tasks"])
    return pool.middle.call + tasks * pool.middle.task + batches * pool.middle.batch
