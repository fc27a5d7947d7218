"""Which cases a session runs, and in which order."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.session.choosing import in_profile, shuffled


def item(name, case=True):
    """Return a collected item; a case has the fixture `measure`."""
    return SimpleNamespace(nodeid=name, fixturenames=["measure"] if case else [])


def session(profile, workload=None):
    """Return a session with this profile."""
    return SimpleNamespace(settings=SimpleNamespace(profile=profile), workload=workload, own_grid=None)


@pytest.mark.parametrize(
    ("profile", "workload", "files"),
    [
        ("quick", None, {"test_summation.py", "test_overhead.py", "test_notebook_sample.py"}),
        ("quick", "own", {"test_workload.py", "test_overhead.py"}),
        ("gate", None, {"test_summation.py", "test_overhead.py"}),
        ("notebook", None, {"test_notebook.py"}),
        ("probe", None, {"test_probe.py"}),
        ("probe", "own", {"test_tasks.py"}),
    ],
)
def test_the_files_of_a_profile(profile, workload, files):
    """The notebook and the probe have files of their own; a workload replaces the summation."""
    names = ["summation", "workload", "overhead", "notebook", "notebook_sample", "probe", "tasks"]
    paths = [Path(f"benchmarks/suite/test_{name}.py") for name in names]
    assert {path.name for path in paths if in_profile(session(profile, workload), path)} == files


def test_only_cases_are_shuffled():
    """Unit tests keep their positions, and the same seed gives the same order."""
    items = [item("unit", case=False), *(item(f"case-{number}") for number in range(20)), item("last", case=False)]
    order = [shuffled_item.nodeid for shuffled_item in shuffled(items, 7)]
    assert order == [shuffled_item.nodeid for shuffled_item in shuffled(items, 7)]
    assert (order[0], order[-1]) == ("unit", "last")
    assert order != [it.nodeid for it in items]
    assert sorted(order) == sorted(it.nodeid for it in items)
