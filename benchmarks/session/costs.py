"""What each case of a session should cost: for the progress, and for shards of about the same cost."""

from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

from benchmarks.errors import SuiteError
from benchmarks.grid import rough_weight
from benchmarks.history.comparability import bars
from benchmarks.history.costs import costs, weighed
from benchmarks.history.index import Index, bars_key
from benchmarks.session.recording import run_so_far
from benchmarks.session.state import suite_session


def expected_costs(config: Any, cases: list[Any], rough: bool = False) -> dict[str, float]:
    """Return by node id what each case should cost: by the history unless `rough`, by its size if it has no past."""
    settings = suite_session(config).settings
    earlier = _earlier_costs(config) if settings.measuring and not rough else {}
    weights = {
        item.nodeid: rough_weight(getattr(item, "callspec", None) and item.callspec.params, settings.tasks)
        for item in cases
    }
    return weighed(weights, {item.nodeid: earlier[item.name] for item in cases if item.name in earlier})


def _earlier_costs(config: Any) -> Mapping[str, float]:
    """Return by case name the costs in the newest runs like this one; none if the history can't be read."""
    session = suite_session(config)
    if session.earlier_costs is None:
        session.earlier_costs = {}
        with suppress(SuiteError), closing(Index(session.storage.store)) as index:
            session.earlier_costs = costs(index, bars_key(bars(run_so_far(config))))
    return session.earlier_costs
