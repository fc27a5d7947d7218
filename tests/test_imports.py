"""The rooms of the house: an import goes down a floor, never up, never in a circle."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run_session import ROOT, environment

FLOORS = {
    "benchmarks.__main__": 4,
    "conftest": 3,
    "benchmarks.showing": 3,
    "benchmarks.verbs": 3,
    "benchmarks.gate": 3,
    "benchmarks.replay": 3,
    "benchmarks.suite": 3,
    "benchmarks.page": 2,
    "benchmarks.report": 2,
    "benchmarks.measure": 2,
    "benchmarks.advise": 2,
    "benchmarks.analysis": 1,
    "benchmarks.history": 1,
    "benchmarks.backends": 1,
    "benchmarks.workloads": 1,
    "benchmarks.grid": 1,
    "benchmarks.machine": 1,
    "benchmarks.spreading": 1,
}
# Measuring never knows of judging; what judges numbers knows of nothing else.
FORBIDDEN = {
    "benchmarks.suite": {"benchmarks.analysis", "benchmarks.report", "benchmarks.page", "benchmarks.history"},
    "benchmarks.verbs": {"benchmarks.measure", "benchmarks.suite", "benchmarks.backends", "benchmarks.workloads"},
    "benchmarks.gate": {
        "benchmarks.page",
        "benchmarks.measure",
        "benchmarks.suite",
        "benchmarks.backends",
        "benchmarks.workloads",
    },
    "benchmarks.measure": {"benchmarks.analysis", "benchmarks.report", "benchmarks.page"},
    "benchmarks.advise": {"benchmarks.measure", "benchmarks.suite", "benchmarks.workloads", "benchmarks.report"},
    "benchmarks.page": {"benchmarks.measure", "benchmarks.suite", "benchmarks.backends", "benchmarks.workloads"},
    "benchmarks.history": set(FLOORS) - {"benchmarks.history"},
    "benchmarks.backends": {"benchmarks.history", "benchmarks.analysis", "benchmarks.report", "benchmarks.measure"},
    "benchmarks.analysis": set(FLOORS) - {"benchmarks.analysis"},
    "benchmarks.workloads": set(FLOORS) - {"benchmarks.workloads"},
}
MODULES = sorted(path for path in (ROOT / "benchmarks").rglob("*.py") if path != ROOT / "benchmarks" / "__init__.py")


def room(name):
    """The room that a dotted module name lies in, None outside of the house."""
    return next((room for room in FLOORS if name == room or name.startswith(f"{room}.")), None)


def imported(path):
    """The dotted names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", [*MODULES, ROOT / "conftest.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path):
    """Every import inside the house obeys the floors and the forbidden pairs."""
    own = room(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    assert own is not None, f"{path} lies in no room: give it a floor here"
    rooms = {room(name) for name in imported(path)} - {None, own}
    assert not rooms & FORBIDDEN.get(own, set())
    assert all(FLOORS[other] <= FLOORS[own] for other in rooms)


def test_rooms_are_not_in_a_circle():
    """Rooms of the same floor may use each other in one direction only."""
    arrows = {
        (
            room(f"benchmarks.{path.relative_to(ROOT / 'benchmarks').with_suffix('').as_posix().replace('/', '.')}"),
            room(name),
        )
        for path in MODULES
        for name in imported(path)
    }
    assert not [
        (one, other) for one, other in arrows if one != other and None not in (one, other) and (other, one) in arrows
    ]


def test_the_rules_see_every_module():
    """A rule over no files would always hold."""
    assert {room(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in MODULES} == set(FLOORS) - {
        "conftest"
    }


def test_collecting_pays_for_neither_joblib_nor_numpy_nor_rich():
    """They are imported when a case runs, or when there is something to draw."""
    code = (
        "import pytest, sys; pytest.main(['--collect-only', '-q', 'benchmarks/suite']);"
        "sys.exit(str({'joblib', 'numpy', 'rich', 'psutil', 'scipy'} & set(sys.modules) or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stderr == "\n"
    assert "test_summation[loky-n4-b1000]" in done.stdout


@pytest.mark.parametrize("verb", ["compare", "gate", "report", "recommend"])
def test_charts_are_loaded_for_a_page_only(verb):
    """Neither a comparison nor a gate pays for them, nor needs them; nor does a report on the terminal."""
    code = (
        f"import sys, benchmarks.verbs.{verb};"
        "sys.exit(str({'vl_convert', 'jinja2', 'numpy', 'scipy', 'joblib'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == "\n"


def test_no_room_without_a_name():
    """A file of odds and ends has not found its idea yet."""
    assert not [path for path in MODULES if Path(path).stem in {"utils", "util", "common", "helpers", "misc"}]
