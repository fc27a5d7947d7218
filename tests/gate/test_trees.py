"""What a side's environment is made of."""

import os
import sys
from zipfile import ZipFile

import pytest

from benchmarks.errors import GateError
from benchmarks.gate.builder import Builder
from benchmarks.gate.commits import clone
from benchmarks.gate.environments import Use, build
from benchmarks.gate.specs import parse_side
from benchmarks.gate.trees import (
    compile_tree,
    copy_project,
    dependency_group,
    digest_of,
    with_workloads,
    workload_files,
)
from tests.gate.test_commits import git

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


@pytest.fixture
def project(tmp_path):
    """A repository of two commits, whose first one is tagged."""
    folder = tmp_path / "a project"
    folder.mkdir()
    git(folder, "init", "--quiet")
    for number in "12":
        (folder / "setup.py").write_text(number)
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", number)
    git(folder, "tag", "first", "HEAD~1")
    return folder


def test_a_copy_has_all_sources_of_a_project(project):
    """A package may be called build; only the folder that setuptools writes is left out, as are pipes."""
    before = digest_of(project)
    for folder in ("build/lib", "__pycache__"):
        (project / folder).mkdir(parents=True)
        (project / folder / "made.py").write_text("")
    os.mkfifo(project / "pipe")
    assert digest_of(project) == before
    (project / "package" / "build").mkdir(parents=True)
    (project / "package" / "build" / "__init__.py").write_text("")
    assert digest_of(project) != before
    copy_project(project, copy := project.parent / "copy")
    assert (copy / "package" / "build" / "__init__.py").exists()
    assert sorted(path.name for path in copy.iterdir()) == [".git", "package", "setup.py"]


def test_a_package_called_build_is_copied(project):
    """It is a package, and not what setuptools has built."""
    (project / "build").mkdir()
    (project / "build" / "__init__.py").write_text("")
    copy_project(project, copy := project.parent / "copy")
    assert (copy / "build" / "__init__.py").exists()


def test_a_commit_of_another_repository(project):
    """A tag is a commit; one that a shallow clone lacks is refused, and the message says how to get it."""
    clone(f"file://{project}", "first", checkout := project.parent / "checkout")
    assert (checkout / "setup.py").read_text() == "1"
    shallow = project.parent / "shallow"
    git(project, "clone", "--quiet", "--depth=1", f"file://{project}", str(shallow))
    with pytest.raises(GateError, match="no such commit, branch or tag in this shallow clone; get all commits with"):
        clone(f"file://{shallow}", "HEAD~1", project.parent / "other")
    with pytest.raises(GateError, match=r"no such commit, branch or tag$"):
        clone(f"file://{project}", "HEAD~2", project.parent / "another")


def test_a_commit_comes_with_its_submodules(project, tmp_path, monkeypatch):
    """A checkout of the same commit has them, and a build may need them."""
    for name, value in (("COUNT", "1"), ("KEY_0", "protocol.file.allow"), ("VALUE_0", "always")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "submodule", "--quiet", "add", f"file://{project}", "inner")
    git(outer, "commit", "--quiet", "-m", "outer")
    clone(f"file://{outer}", "HEAD", checkout := tmp_path / "checkout")
    assert (checkout / "inner" / "setup.py").exists()


@pytest.mark.parametrize("spec", ["{0}", "git+file://{0}@HEAD"])
def test_a_folder_that_is_no_python_project(project, tmp_path, spec):
    """The message names what the user gave, and not a temporary copy."""
    git(project, "rm", "--quiet", "setup.py")
    git(project, "commit", "--quiet", "-m", "nothing is left")
    side = parse_side("--base", [spec.format(project)])
    with pytest.raises(GateError) as refused:
        Builder(tmp_path / "cache").wheels(side, sys.executable)
    assert str(refused.value).startswith(f"{spec.format(project)}: no pyproject.toml, setup.py or Python module in")


def test_a_folder_of_modules_is_built_as_a_project(tmp_path):
    """Scripts need no pyproject.toml to be gated; data inside a package belong to it."""
    for name in ("pricing.py", "shop/__init__.py", "shop/orders/__init__.py", "shop/orders/prices.csv"):
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_text("")
    (wheel,) = Builder(tmp_path / "cache").wheels(parse_side("--base", [str(tmp_path / "folder")]), sys.executable)
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info" not in name}
    assert names == {"pricing.py", "shop/__init__.py", "shop/orders/__init__.py", "shop/orders/prices.csv"}
    assert not (tmp_path / "folder" / "pyproject.toml").exists()


BACKEND = """
def build_wheel(*args, **options):
    print("e.c:2:15: error: expected expression")
    raise SystemExit(1)
"""


def test_a_builders_own_words_are_shown(project, tmp_path):
    """What a compiler says is the reason; that the build failed is not."""
    table = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (project / "pyproject.toml").write_text(table)
    (project / "backend.py").write_text(BACKEND)
    with pytest.raises(GateError, match=r"e\.c:2:15: error: expected expression"):
        Builder(tmp_path / "cache").wheels(parse_side("--base", [str(project)]), sys.executable)
