"""What a side's environment is made of."""

import sys

import pytest

from benchmarks.errors import GateError
from benchmarks.gate.builder import Builder
from benchmarks.gate.environments import Use, build
from benchmarks.gate.specs import parse_side
from benchmarks.gate.trees import compile_tree, dependency_group, with_workloads, workload_files

PYPROJECT = b"""
[dependency-groups]
measured = ["joblib==1.5.3"]
harness = ["pytest>=9", { include-group = "measured" }]
"""
OLD = b'[dependency-groups]\nmeasured = ["joblib==1.2.0"]\nharness = ["pytest<8"]\ndask = ["distributed==1"]\n'


def test_a_group_without_its_includes():
    """A group's own requirements are read; included groups and a missing optional group add none."""
    files = {"pyproject.toml": PYPROJECT}
    assert dependency_group(files, "harness") == ["pytest>=9"]
    assert dependency_group(files, "dask", optional=True) == []


@pytest.mark.parametrize("content", [b"", b"[", b"dependency-groups = 3", b"[dependency-groups]\nmeasured = []"])
def test_a_missing_group(content):
    """A pyproject.toml without the group is refused, and the message names the group."""
    with pytest.raises(GateError, match="expected a dependency group named harness"):
        dependency_group({"pyproject.toml": content}, "harness")


def test_workloads_are_a_sides_own():
    """Only the workloads come from the other tree."""
    suite = {"conftest.py": b"head", "benchmarks/workloads/a.py": b"head"}
    other = {"conftest.py": b"base", "benchmarks/workloads/b.py": b"base"}
    assert with_workloads(suite, other) == {"conftest.py": b"head", "benchmarks/workloads/b.py": b"base"}
    assert workload_files(suite) == {"benchmarks/workloads/a.py": b"head"}


def test_the_harness_is_heads(tmp_path, monkeypatch):
    """Head's suite measures both sides with head's harness; pins and a backend's packages are each side's own."""
    trees = {"old": {"pyproject.toml": OLD}, None: {"pyproject.toml": PYPROJECT}}
    locked = []
    monkeypatch.setattr("benchmarks.gate.environments.suite_files", lambda root, ref: trees[ref])
    monkeypatch.setattr(Builder, "lock", lambda self, wanted: locked.extend(wanted) or [tmp_path, tmp_path])
    monkeypatch.setattr(Builder, "environment", lambda self, lock, interpreter: tmp_path / "python")
    monkeypatch.setattr(Builder, "installed", lambda self, python: {})
    monkeypatch.setattr("benchmarks.gate.environments.commits_of", lambda side, root, cloned: ())
    monkeypatch.setattr("benchmarks.gate.environments.interpreter_name", lambda python: "CPython 3.13.0")
    build(parse_side("--base", ["git:old"]), parse_side("--head", []), tmp_path, tmp_path, None, Use(["dask"]))
    assert [side.lines for side in locked] == [
        ["joblib==1.2.0", "pytest>=9", "distributed==1"],
        ["joblib==1.5.3", "pytest>=9"],
    ]


def test_a_tree_is_compiled_once(tmp_path, monkeypatch):
    """Whatever the user's environment says of bytecode; a module that can't be compiled is left to its session."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    python = tmp_path / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "good.py").write_text("x = 1\n")
    (tree / "bad.py").write_text("x = \n")
    assert compile_tree(tree, python) == tree
    (compiled,) = tree.glob("__pycache__/good.*.pyc")
    compiled.unlink()
    compile_tree(tree, python)
    assert not compiled.exists()
