"""Which cases a session runs, and in which order."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.grid import Case
from benchmarks.session import choosing
from benchmarks.session.choosing import in_profile, shuffled, sizing_order


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


def test_the_most_informative_cells_come_first(monkeypatch):
    """The function alone, each backend's default, other batch sizes, other numbers of workers; aliases come last."""
    monkeypatch.setattr(choosing, "usable_cores", lambda: 2)
    cells = [
        Case("sequential", 1, 1),
        Case("threading", 2, "auto"),
        Case("loky", 2, "auto"),
        Case("loky", 2, 1),
        Case("loky", 2, 1000),
        Case("loky", 2, 10),
        Case("loky", 4, "auto"),
        Case("threading", 4, 1000),
        Case("sequential", 2, 1),
        Case("loky", 1, "auto"),
    ]
    assert sorted(cells, key=lambda case: sizing_order(asdict(case))) == cells
