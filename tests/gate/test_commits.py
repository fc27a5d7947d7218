"""The commits and versions that a side is named with."""

import subprocess

from msgspec.structs import replace

from benchmarks.gate.commits import checked_out, short
from benchmarks.gate.differences import side_label
from benchmarks.gate.record import RecordedSide
from tests.gate.records import record

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder, *args):
    """Run git as somebody."""
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_checkout_is_named_by_its_commit_and_its_changes(tmp_path):
    """A clean checkout is its commit; a changed file is said, a cache is not; a folder without git has no commit."""
    (tmp_path / "file.py").write_text("1")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert checked_out(tmp_path) == commit[:10] == short(commit)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "file.pyc").write_text("")
    assert checked_out(tmp_path) == commit[:10]
    (tmp_path / "file.py").write_text("2")
    assert checked_out(tmp_path) == f"{commit[:10]} with uncommitted changes"


def test_a_folder_without_git_has_no_commit(tmp_path):
    """A project that is no checkout is named by its path alone."""
    assert checked_out(tmp_path) is None


def label(side):
    """The label of head."""
    gate = record()
    return side_label(replace(gate, sides=replace(gate.sides, head=side)), "head")


def test_a_side_is_named_by_commit_and_version():
    """A branch is told by the commit that it was, and a project that was built here by its wheel's version."""
    wheel = "file:///cache/wheels/0123456789abcdef/joblib-1.6.dev0-py3-none-any.whl"
    built = RecordedSide(["git+https://host/joblib@main"], packages={"joblib": wheel}, commits=[short(COMMIT)])
    assert label(built) == "git+https://host/joblib@main at 0123456789 (joblib 1.6.dev0)"
    shop = {"shop": "file:///cache/wheels/x/shop-2.1-py3-none-any.whl", "joblib": "1.5.3", "numpy": "2.3.5"}
    assert label(RecordedSide(["./shop"], packages=shop)) == "./shop (joblib 1.5.3, shop 2.1)"
    assert label(RecordedSide(["joblib==1.5.3"], packages={"joblib": "1.5.3"})) == "joblib==1.5.3"
    here = RecordedSide([], packages={"joblib": "1.6.0"}, commits=["0123456789 with uncommitted changes"])
    assert label(here) == "this checkout at 0123456789 with uncommitted changes (joblib 1.6.0)"
