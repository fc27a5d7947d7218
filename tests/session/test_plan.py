"""The plan that a gate gives to a session."""

import gc
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.errors import BadOption
from benchmarks.session.plan import NO_PLAN, read_plan


def written(folder, **changes):
    """Write a plan of two cases, and return its path."""
    case = {"nodeid": "f.py::a", "scale": 2.0, "cpu": None, "keep": True, **changes}
    path = folder / "plan.json"
    path.write_text(json.dumps({"cases": [case, {**case, "nodeid": "f.py::b", "keep": False}]}))
    return str(path)


def test_a_plan_selects_cases_in_its_order(tmp_path):
    """Items that it does not name are left out."""
    items = [SimpleNamespace(nodeid=f"f.py::{name}") for name in "cba"]
    plan = read_plan(written(tmp_path), None)
    assert [item.nodeid for item in plan.select(items)] == ["f.py::a", "f.py::b"]
    assert plan.cases["f.py::a"].keep
    with pytest.raises(BadOption, match=r"f\.py::b is not a case of this session"):
        plan.select(items[2:])


def test_a_session_without_a_plan_runs_alone():
    """It does not wait for a turn."""
    plan = read_plan(None, None)
    assert plan is NO_PLAN
    plan.start("f.py::a")
    plan.end()


def test_the_harness_is_frozen_in_turns_only():
    """Otherwise every collection, joblib's own before it forks included, goes through the objects of pytest."""
    try:
        gc.unfreeze()
        NO_PLAN.freeze_harness()
        assert gc.get_freeze_count() == 0
        replace(NO_PLAN, turns=object()).freeze_harness()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def test_a_session_begins_without_drawing_or_numeric_libraries():
    """Each pair starts two of them: what draws tables is imported when something is drawn."""
    code = "import sys, conftest; sys.exit(' '.join({'rich', 'joblib', 'numpy'} & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_a_case_is_bound_to_its_core(tmp_path):
    """The process has its own cores again after the case."""
    before = os.sched_getaffinity(0)
    core = min(before)
    plan = read_plan(written(tmp_path, cpu=core), None)
    with plan.bound("f.py::a"):
        assert os.sched_getaffinity(0) == {core}
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("change", "descriptor", "expected"),
    [
        ({"scale": "big"}, None, "expected a file that the gate has written"),
        ({}, "many", "expected the number of an open socket"),
        (None, "3", "needs --plan"),
    ],
)
def test_a_damaged_plan_is_refused(tmp_path, change, descriptor, expected):
    """Only the gate writes plans, so the message says that."""
    path = None if change is None else written(tmp_path, **change)
    with pytest.raises(BadOption, match=expected):
        read_plan(path, descriptor)
