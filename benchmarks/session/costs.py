"""What each case of a session should cost: for the progress, for shards of about the same cost, and to end in time."""

import math
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

from benchmarks.errors import SuiteError
from benchmarks.grid import rough_weight
from benchmarks.history.comparability import bars
from benchmarks.history.costs import costs, weighed
from benchmarks.history.index import Index, bars_key
from benchmarks.profiles import PROFILES
from benchmarks.session.own_grid import BUDGET_S
from benchmarks.session.recording import run_so_far
from benchmarks.session.state import SuiteSession, suite_session
from benchmarks.text.node_ids import parse_node_id

# A phase of a pool's life and a call of the notebook's tasks take so many times as long as the weight of their
# parameters says.
_LONG_FILES = {"test_startup.py": 3.0, "test_notebook_sample.py": 3.0}

# What remains of two minutes after the imports for the cases of the profile `quick`, whose weights add up to 314; more
# cases have more time.
_QUICK_S, _QUICK_WEIGHT = 110.0, 314.0


def time_budget(session: SuiteSession, cases: list[Any], tasks_asked: bool) -> tuple[float, dict[str, float]]:
    """Return in how many seconds the cases should be measured, and their weights in it by node id.

    The seconds are infinite for sizes that the user has chosen (`tasks_asked` says so of a function of the user's), and
    for built-in workloads.
    """
    if session.own_grid is not None:
        return math.inf if tasks_asked else BUDGET_S, {item.nodeid: 1.0 for item in cases}
    settings, sizes = session.settings, PROFILES[session.settings.profile]
    weights = _rough_weights(cases, sizes.tasks)
    as_profile = session.workload is None and (settings.tasks, settings.longest) == (sizes.tasks, sizes.longest)
    return _QUICK_S * max(1.0, sum(weights.values()) / _QUICK_WEIGHT) if as_profile else math.inf, weights


def expected_costs(config: Any, cases: list[Any], rough: bool = False) -> dict[str, float]:
    """Return by node id what each case should cost: by the history unless `rough`, by its size if it has no past.

    In seconds if the history has any of the cases, otherwise in a unit of its own.
    """
    settings = suite_session(config).settings
    earlier = _earlier_costs(config) if settings.measuring and not rough else {}
    weights = _rough_weights(cases, settings.tasks)
    return weighed(weights, {item.nodeid: earlier[item.name] for item in cases if item.name in earlier})


def _rough_weights(cases: list[Any], tasks: int) -> dict[str, float]:
    return {item.nodeid: _rough_weight(item, tasks) for item in cases}


def _rough_weight(item: Any, tasks: int) -> float:
    weight = rough_weight(getattr(item, "callspec", None) and item.callspec.params, tasks)
    return weight * _LONG_FILES.get(parse_node_id(item.nodeid).file.rpartition("/")[2], 1.0)


def _earlier_costs(config: Any) -> Mapping[str, float]:
    """Return by case name the costs in the newest runs like this one; none if the history can't be read."""
    session = suite_session(config)
    if session.earlier_costs is None:
        session.earlier_costs = {}
        with suppress(SuiteError), closing(Index(session.storage.store)) as index:
            session.earlier_costs = costs(index, bars_key(bars(run_so_far(config))))
    return session.earlier_costs
