"""`--profile-calls`: which functions take the time of a call, by the standard library's profiler and by samples.

cProfile sees every function call of its thread, sleeps and waits included, and says how often a function is called,
which a sampling profiler can't. It slows each of these calls down, so that its times are for comparing two sides only.
"""

import cProfile
import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import CodeType
from typing import Any

from benchmarks.measure.thread_samples import ThreadSampler

# Profiled calls of a case, and the functions of each that a run file keeps.
_CALLS, _MOST_FUNCTIONS, _MOST_CALLERS = 5, 120, 5

# What is written behind the name of a function that other threads than the calling one have run.
OTHER_THREADS = "(other threads)"

# A function as the profiler names it: file, line, name.
_Function = tuple[str, int, str]

_BUILT_IN = re.compile(r"<(?:built-in method |method )?(.*?)>?$")
_LIBRARY = re.compile(r"^.*/(?:site-packages|lib/python3\.\d+t?)/")


class CallProfiler:
    """Profiles calls: the thread that makes them by cProfile, the other threads of this process by samples."""

    def examine(
        self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]
    ) -> list[dict[str, Any]]:
        """Make calls under the profiler; return their functions, the costliest first, with numbers per call."""
        profiler, sampler = cProfile.Profile(), ThreadSampler()
        for _ in range(_CALLS):
            prepare()
            with sampler.working():
                profiler.enable()
                try:
                    call()
                finally:
                    profiler.disable()
            finish()
        profiler.create_stats()
        return functions(profiler.stats, sampler, _CALLS)


def functions(stats: Mapping[_Function, Any], sampler: ThreadSampler, calls: int) -> list[dict[str, Any]]:
    """Return the functions per call, costliest first: name, calls, own seconds, and callers by own seconds.

    Functions are named without their line, because lines differ between two versions. Those of other threads are
    entries of their own; how often they are called is not known, so that `calls` is 0.
    """
    table: dict[str, dict[str, Any]] = {}
    for function, (_, count, own_s, _, callers) in stats.items():
        entry = table.setdefault(name_of(function), {"calls": 0.0, "own_s": 0.0, "callers": {}})
        entry["calls"] += count / calls
        entry["own_s"] += own_s / calls
        for caller, (_, _, caused_s, _) in callers.items():
            caller_name = name_of(caller)
            entry["callers"][caller_name] = entry["callers"].get(caller_name, 0.0) + caused_s / calls
    for code, seconds in sampler.own_s.items():
        callers_s = {name_of(_function(caller)): caused_s for caller, caused_s in sampler.callers.get(code, {}).items()}
        entry = table.setdefault(
            f"{name_of(_function(code))} {OTHER_THREADS}", {"calls": 0.0, "own_s": 0.0, "callers": {}}
        )
        entry["own_s"] += seconds / calls
        entry["callers"] |= callers_s
    costliest = sorted(table.items(), key=lambda item: -item[1]["own_s"])[:_MOST_FUNCTIONS]
    return [{"name": name, **entry, "callers": _costliest(entry["callers"])} for name, entry in costliest]


def _function(code: CodeType) -> _Function:
    return code.co_filename, code.co_firstlineno, code.co_name


def _costliest(callers: Mapping[str, float]) -> list[str]:
    return sorted(callers, key=lambda name: -callers[name])[:_MOST_CALLERS]


def name_of(function: _Function) -> str:
    """Return a function's name with its module's path, such as `joblib/parallel.py:_retrieve` or `time.sleep`."""
    file, _, name = function
    if file == "~":
        match = _BUILT_IN.match(name)
        return match[1] if match else name
    path = _LIBRARY.sub("", file)
    return f"{path if path != file else '/'.join(PurePath(file).parts[-2:])}:{name}"
