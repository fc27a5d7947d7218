"""`--profile-calls`: which functions take the time of a call, by counting this thread's and sampling the others'.

Profiling slows every function call down, so that its times are for comparing two sides only.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from types import CodeType
from typing import Any

from benchmarks.measure.thread_profile import Cost, Function, ThreadProfile
from benchmarks.measure.thread_samples import ThreadSampler

# Profiled calls of a case, and the functions of each that a run file keeps.
_CALLS, _MOST_FUNCTIONS, _MOST_CALLERS = 5, 120, 5

# What is written behind the name of a function that other threads than the calling one have run.
OTHER_THREADS = "(other threads)"

_LIBRARY = re.compile(r"^.*/(?:site-packages|lib/python3\.\d+t?)/")


class CallProfiler:
    """Profiles calls: of the thread that makes them every function call, of this process's other threads samples."""

    def examine(
        self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]
    ) -> list[dict[str, Any]]:
        """Make calls under the profiler; return their functions, the costliest first.

        `calls` and `callers` are means over the calls, `own_s` are the seconds of each call.
        """
        tables = []
        for _ in range(_CALLS):
            profile, sampler = ThreadProfile(), ThreadSampler()
            prepare()
            with sampler.working():
                profile.profile(call)
            finish()
            tables.append(costs_by_name(profile, sampler))
        return _together(tables)


def costs_by_name(profile: ThreadProfile, sampler: ThreadSampler) -> dict[str, Cost]:
    """Return what the functions of one call cost.

    Functions are named without their line, because lines differ between two versions. Those of other threads are
    entries of their own; how often they are called is not known, so that `calls` is 0.
    """
    table: dict[str, Cost] = defaultdict(Cost)
    for function, cost in profile.costs.items():
        _add(table[name_of(function)], cost.calls, cost.own_s, cost.callers_s)
    for code, own_s in sampler.own_s.items():
        _add(table[f"{name_of(code)} {OTHER_THREADS}"], 0, own_s, sampler.callers[code])
    return table


def _add(cost: Cost, calls: int, own_s: float, callers_s: Mapping[Function, float] | Mapping[CodeType, float]) -> None:
    cost.calls += calls
    cost.own_s += own_s
    for caller, caused_s in callers_s.items():
        cost.callers_s[name_of(caller)] += caused_s


def _together(tables: Sequence[Mapping[str, Cost]]) -> list[dict[str, Any]]:
    """Return the costliest functions of several calls."""
    entries: list[dict[str, Any]] = []
    for name in dict.fromkeys(name for table in tables for name in table):
        costs = [table.get(name, Cost()) for table in tables]
        callers_s: Counter[Function] = Counter()
        for cost in costs:
            callers_s.update(cost.callers_s)
        entries.append(
            {
                "name": name,
                "calls": sum(cost.calls for cost in costs) / len(tables),
                "own_s": [cost.own_s for cost in costs],
                "callers": [caller for caller, _ in callers_s.most_common(_MOST_CALLERS)],
            }
        )
    return sorted(entries, key=lambda entry: -sum(entry["own_s"]))[:_MOST_FUNCTIONS]


def name_of(function: Function) -> str:
    """Return a function's name with its module's path, such as `joblib/parallel.py:_retrieve` or `time.sleep`."""
    if isinstance(function, str):
        return function
    file = function.co_filename
    path = _LIBRARY.sub("", file)
    return f"{path if path != file else '/'.join(PurePath(file).parts[-2:])}:{function.co_name}"
