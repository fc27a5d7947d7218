"""`--profile-calls`: which functions take the time of a call, by the standard library's profiler and by samples.

cProfile sees every function call of its thread, sleeps and waits included, and says how often a function is called,
which a sampling profiler can't. It slows each of these calls down, so that its times are for comparing two sides only.
"""

import cProfile
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from types import CodeType
from typing import Any

from benchmarks.measure.thread_samples import ThreadSampler

# Profiled calls of a case, and the functions of each that a run file keeps.
_CALLS, _MOST_FUNCTIONS, _MOST_CALLERS = 5, 120, 5

# What is written behind the name of a function that other threads than the calling one have run.
OTHER_THREADS = "(other threads)"

# A function as the profiler names it: file, line, name.
_Place = tuple[str, int, str]

_BUILT_IN = re.compile(r"<(?:built-in method |method )?(.*?)>?$")
_LIBRARY = re.compile(r"^.*/(?:site-packages|lib/python3\.\d+t?)/")


class CallProfiler:
    """Profiles calls: the thread that makes them by cProfile, the other threads of this process by samples."""

    def examine(
        self, prepare: Callable[[], None], call: Callable[[], object], finish: Callable[[], None]
    ) -> list[dict[str, Any]]:
        """Make calls under the profiler; return their functions, the costliest first.

        `calls` and `callers` are means over the calls, `own_s` are the seconds of each call.
        """
        tables = []
        for _ in range(_CALLS):
            profiler, sampler = cProfile.Profile(), ThreadSampler()
            prepare()
            with sampler.working():
                profiler.enable()
                try:
                    call()
                finally:
                    profiler.disable()
            finish()
            profiler.create_stats()
            tables.append(functions(profiler.stats, sampler))
        return _together(tables)


@dataclass
class _Function:
    """What a function cost one call: how often it was called, its own seconds, and these by caller."""

    calls: int = 0
    own_s: float = 0.0
    callers_s: dict[str, float] = field(default_factory=dict)


def functions(stats: Mapping[_Place, Any], sampler: ThreadSampler) -> dict[str, _Function]:
    """Return the functions of one call by name.

    Functions are named without their line, because lines differ between two versions. Those of other threads are
    entries of their own; how often they are called is not known, so that `calls` is 0.
    """
    table: dict[str, _Function] = defaultdict(_Function)
    for place, (_, count, own_s, _, callers) in stats.items():
        entry = table[name_of(place)]
        entry.calls += count
        entry.own_s += own_s
        for caller, (_, _, caused_s, _) in callers.items():
            entry.callers_s[name_of(caller)] = entry.callers_s.get(name_of(caller), 0.0) + caused_s
    for code, seconds in sampler.own_s.items():
        entry = table[f"{name_of(_place(code))} {OTHER_THREADS}"]
        entry.own_s += seconds
        entry.callers_s |= {name_of(_place(caller)): caused_s for caller, caused_s in sampler.callers[code].items()}
    return table


def _together(tables: Sequence[Mapping[str, _Function]]) -> list[dict[str, Any]]:
    """Return the costliest functions of several calls."""
    entries: list[dict[str, Any]] = []
    for name in dict.fromkeys(name for table in tables for name in table):
        found = [table.get(name, _Function()) for table in tables]
        callers_s: Counter[str] = Counter()
        for function in found:
            callers_s.update(function.callers_s)
        entries.append(
            {
                "name": name,
                "calls": sum(function.calls for function in found) / len(tables),
                "own_s": [function.own_s for function in found],
                "callers": [caller for caller, _ in callers_s.most_common(_MOST_CALLERS)],
            }
        )
    return sorted(entries, key=lambda entry: -sum(entry["own_s"]))[:_MOST_FUNCTIONS]


def _place(code: CodeType) -> _Place:
    return code.co_filename, code.co_firstlineno, code.co_name


def name_of(function: _Place) -> str:
    """Return a function's name with its module's path, such as `joblib/parallel.py:_retrieve` or `time.sleep`."""
    file, _, name = function
    if file == "~":
        match = _BUILT_IN.match(name)
        return match[1] if match else name
    path = _LIBRARY.sub("", file)
    return f"{path if path != file else '/'.join(PurePath(file).parts[-2:])}:{name}"
