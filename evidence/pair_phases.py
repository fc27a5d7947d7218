"""A pytest plugin that says where a session of a pair spends its time; see `pair_cost --phases`.

Each phase has its own time, without that of the phases inside it: seconds of wall time and calls, as one line of JSON.
"""

import functools
import json
import os
import time
from collections import defaultdict
from pathlib import Path

import pytest

_SPENT = defaultdict(float)
_CALLS = defaultdict(int)
_OPEN = []  # of each phase that is open: its name, when it began, and the seconds of the phases inside it


def _begin(name):
    _OPEN.append([name, time.monotonic(), 0.0])


def _end():
    name, began, inside_s = _OPEN.pop()
    seconds = time.monotonic() - began
    _SPENT[name] += seconds - inside_s
    _CALLS[name] += 1
    if _OPEN:
        _OPEN[-1][2] += seconds


def _watch(owner, attribute, name_of):
    """Count what a function takes as a phase; `name_of` makes its name of the first argument."""
    function = getattr(owner, attribute)

    @functools.wraps(function)
    def watched(*arguments, **options):
        _begin(name_of(arguments[0] if arguments else None))
        try:
            return function(*arguments, **options)
        finally:
            _end()

    setattr(owner, attribute, watched)


def _process_s():
    """Return how long this process has been running, in seconds."""
    ticks = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")


class _Collections:
    """The module `gc` as joblib sees it."""

    def __getattr__(self, name):
        import gc

        return getattr(gc, name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    """Watch the phases of the cases; what precedes them is the start of the process."""
    import joblib._parallel_backends

    from benchmarks.backends.joblib_pool import JoblibPool
    from benchmarks.history.journal import Journal
    from benchmarks.measure import rounds
    from benchmarks.measure.turns import Turns

    _SPENT["start: interpreter, imports, collection"] = _process_s()
    joblib._parallel_backends.gc = _Collections()
    _watch(joblib._parallel_backends.gc, "collect", lambda _: "collection of joblib before it forks")
    _watch(Turns, "wait", lambda _: "waiting for the turn")
    _watch(rounds, "wake", lambda pool: f"waking {pool.effective().backend}")
    _watch(rounds, "observe", lambda _: "untimed call")
    _watch(rounds.Measure, "_time", lambda _: "rounds")
    _watch(Journal, "append", lambda _: "journal")
    for step in ("open", "close", "release"):
        _watch(JoblibPool, step, lambda pool, step=step: f"{step} {pool._options.get('backend')}")
    _begin("pytest, fixtures, checks")
    result = yield
    _end()
    _begin("end: saving")
    return result


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    """Print the phases."""
    if _OPEN:
        _end()
        print(json.dumps({"phases": {name: [round(spent, 3), _CALLS[name]] for name, spent in _SPENT.items()}}))
