"""What an ordinary session's own costs say of other calls: of the notebook, and of longer and shorter tasks.

Some cases of such a session stand for the parts of a probe: they are the same kinds of calls in other sizes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import fmean, stdev
from typing import Any

from benchmarks.advise.break_even import break_even
from benchmarks.advise.costs import Costs
from benchmarks.advise.fitting import NEEDED_PARTS, fit
from benchmarks.advise.prediction import Prediction, predict
from benchmarks.advise.probe_cases import ProbeCase
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.grid import JOBLIB_BACKENDS
from benchmarks.profiles import NOTEBOOK_BATCH_SIZE, NOTEBOOK_N_JOBS, NOTEBOOK_SAMPLE_EVERY, PROFILES

_NOTEBOOK = PROFILES["notebook"]

# The case that stands for each part, in the form of its name; `block` and `empty` make the same call of few tasks.
_PARTS = {
    "empty": "test_warm_call[{backend}-n4]",
    "block": "test_whole_block[{backend}-n4]",
    "tasks": "test_no_op[{backend}]",
    "batches": "test_summation[{backend}-n4-b1]",
    "held": f"test_notebook_sample[{{backend}}-n4-b{NOTEBOOK_BATCH_SIZE // NOTEBOOK_SAMPLE_EVERY}]",
}


@dataclass(frozen=True)
class Outlook:
    """What to expect of other calls with the notebook's four jobs.

    `costs` are those of the session's pools, `grid` are the tasks of its grid. `notebook` are predictions of the
    notebook's whole block, fastest first, `loop_s` is one of its plain loop. `break_even_s` is by backend the task time
    above which a call of as many tasks as the grid's, with the pool's start and end, beats the plain loop; None if it
    never does.
    """

    costs: Costs
    grid: TaskProfile
    notebook: Sequence[Prediction]
    loop_s: float
    break_even_s: Mapping[str, float | None]

    @property
    def noise(self) -> float:
        """The standard deviation of a time's logarithm in the session."""
        return self.costs.noise


def outlook(benchmarks: Sequence[Mapping[str, Any]], cores: int, cpu_quota: float | None, gil: bool) -> Outlook | None:
    """Return what the `benchmarks` of a run file say of other calls; None if no backend has all the cases it takes."""
    by_name = {entry["name"]: entry for entry in benchmarks if isinstance(entry.get("name"), str)}
    cases: list[ProbeCase] = []
    try:
        for backend in JOBLIB_BACKENDS:
            names = {part: name.format(backend=backend) for part, name in _PARTS.items()}
            if all(name in by_name for name in names.values()):
                cases += [_case(backend, part, by_name[name]) for part, name in names.items()]
        costs, _ = fit(cases, cores, cpu_quota, gil, parts=NEEDED_PARTS) if cases else (None, None)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, AdviceError):
        # An untrusted file, which only looks like a session's.
        return None
    if costs is None:
        return None
    # The machine's speed will be another one when the notebook runs, as it was between this session's loops.
    costs = replace(costs, noise=math.hypot(costs.noise, _loops_noise(benchmarks)))
    notebook = TaskProfile(_loop_of("held", cases).task_s, _NOTEBOOK.tasks)
    grid = _loop_of("batches", cases)
    predictions = [predict(costs, pool, notebook, NOTEBOOK_BATCH_SIZE, warm=False) for pool in costs.pools]
    return Outlook(
        costs,
        grid,
        sorted(predictions, key=lambda prediction: prediction.time_s),
        notebook.work_s,
        break_even(costs, grid, warm=False),
    )


def _case(backend: str, part: str, entry: Mapping[str, Any]) -> ProbeCase:
    """Return a session's case as the part of a probe that it stands for."""
    extra_info = entry["extra_info"]
    return ProbeCase(
        backend=backend,
        # Those with two jobs cost as much per task and batch.
        n_jobs=NOTEBOOK_N_JOBS,
        name=part,
        rounds_s=tuple(map(float, entry["stats"]["data"])),
        work_s=tuple(map(float, extra_info.get("loop_s", ()))),
        tasks=int(extra_info["tasks"]),
        batches=sum(extra_info["batches"][-1].values()),
        payload_bytes=0,
        batch_size=1,
        releases_gil=False,
        memory_bytes=None,
    )


def _loop_of(part: str, cases: Sequence[ProbeCase]) -> TaskProfile:
    """Return the tasks of a part's cases, by the plain loops that were timed beside them."""
    own = [case for case in cases if case.name == part]
    return TaskProfile(fmean(chain.from_iterable(case.work_s for case in own)) / own[0].tasks, own[0].tasks)


def _loops_noise(benchmarks: Sequence[Mapping[str, Any]]) -> float:
    """Return the standard deviation of the logarithm of the grid's plain loops."""
    loops_s = [
        math.log(loop_s)
        for entry in benchmarks
        if entry.get("group") == "summation"
        for loop_s in entry["extra_info"].get("loop_s", ())
    ]
    return stdev(loops_s) if len(loops_s) > 1 else 0.0
