"""Which of the collected cases a session runs, and in which order: by profile, workload, plan, shard and seed."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cores import usable_cores
from benchmarks.errors import BadOption
from benchmarks.grid import SEQUENTIAL, informative_rank
from benchmarks.session.costs import expected_costs
from benchmarks.session.options import Shard
from benchmarks.session.shards import shard_info, split
from benchmarks.session.state import SuiteSession, suite_session

# Profiles whose cases are a file of their own, which no other profile has.
_OWN_FILES = {"notebook": "test_notebook.py", "probe": "test_probe.py", "probe of a workload": "test_tasks.py"}

# Cases of the summation alone: a gate has no time for them, and other workloads have no notebook.
_SAMPLE = "test_notebook_sample.py"

# The grid of the summation, and of another workload.
_GRIDS = ("test_summation.py", "test_workload.py")


def is_case(item: Any) -> bool:
    """Whether a collected item is a case of the suite and not a unit test."""
    return "measure" in getattr(item, "fixturenames", ())


def params_of(case: Any) -> dict[str, Any]:
    """Return the parameters of a case; empty if it has none."""
    return dict(case.callspec.params) if hasattr(case, "callspec") else {}


def is_ignored(config: Any, path: Path) -> bool:
    """Whether a file is not even collected: a unit test if only cases are wanted, cases of another profile."""
    if config.option.benchmark_only and config.rootpath / "tests" in path.parents:
        return True
    is_suite = path.parent.name == "suite" and path.name.startswith("test_")
    return is_suite and not in_profile(suite_session(config), path)


def in_profile(session: SuiteSession, path: Path) -> bool:
    """Whether the cases of a file belong to the session's profile and workload."""
    profile = session.settings.profile
    if profile == "probe" and session.workload:
        profile = "probe of a workload"
    if profile in _OWN_FILES or path.name in _OWN_FILES.values():
        return path.name == _OWN_FILES.get(profile)
    if path.name == _SAMPLE:
        return profile != "gate" and session.workload is None
    if session.own_grid is not None:
        return path.name == "test_workload.py"
    return path.name != ("test_summation.py" if session.workload else "test_workload.py")


def choose_cases(config: Any, items: list[Any]) -> None:
    """Reduce the collected items to the session's cases, in the order in which they run; unit tests stay.

    Raises pytest.UsageError if a case of the plan is missing.
    """
    session = suite_session(config)
    # A path on the command line is collected whatever the profile is.
    others = [item for item in items if is_case(item) and not in_profile(session, item.path)]
    _deselect(config, items, others)
    if session.plan.cases:
        try:
            planned = session.plan.select(items)
        except BadOption as error:
            raise pytest.UsageError(str(error)) from None
        _deselect(config, items, [item for item in items if item not in planned])
        items[:] = planned
        return
    if session.settings.shard is not None:
        _keep_shard(config, items, session.settings.shard)
    # The grid comes first, because most people wait for it.
    items.sort(key=lambda item: item.path.name not in _GRIDS)
    if session.settings.profile == "gate":
        # Sizes are chosen in this order, as far as there is time.
        items.sort(key=lambda item: sizing_order(params_of(item)))
    if session.settings.shuffle is not None:
        items[:] = shuffled(items, session.settings.shuffle)


def sizing_order(params: Mapping[str, Any]) -> tuple[bool, tuple[int, int]]:
    """Return the place of a case by its parameters; what is nearly always another name of sequential comes last."""
    if "batch_size" not in params:
        return False, informative_rank(0, None, usable_cores())
    backend, n_jobs, batch_size = params["backend"], params["n_jobs"], params["batch_size"]
    if (n_jobs == 1 or backend == SEQUENTIAL) and (backend, n_jobs, batch_size) != (SEQUENTIAL, 1, 1):
        return True, (0, 0)
    return False, informative_rank(n_jobs, batch_size, usable_cores())


def note_order(config: Any, chosen: list[Any], items: list[Any]) -> None:
    """Enter in the ledger that another plugin has changed the order of the chosen cases, as pytest-randomly does."""
    left = set(items)
    if [item for item in items if is_case(item)] != [item for item in chosen if item in left and is_case(item)]:
        seed = getattr(config.option, "randomly_seed", None)
        suite_session(config).ledger.plugin_order = {} if seed is None else {"randomly": seed}


def _keep_shard(config: Any, items: list[Any], shard: Shard) -> None:
    """Deselect the cases of the other shards, and enter in the ledger which shard this is."""
    cases = [item for item in items if is_case(item)]
    lists = split(expected_costs(config, cases), shard.of)
    suite_session(config).ledger.shard = shard_info(shard, lists)
    others = set().union(*lists) - set(lists[shard.number - 1])
    _deselect(config, items, [item for item in cases if item.nodeid in others])


def _deselect(config: Any, items: list[Any], deselected: list[Any]) -> None:
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]


def shuffled(items: list[Any], seed: int) -> list[Any]:
    """Return the items with the cases among them in random order; everything else keeps its position."""
    cases = [item for item in items if is_case(item)]
    random.Random(seed).shuffle(cases)
    in_new_order = iter(cases)
    return [next(in_new_order) if is_case(item) else item for item in items]
