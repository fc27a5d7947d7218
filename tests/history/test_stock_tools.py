"""The store under pytest-benchmark's own command, and our files under other readers' field lists."""

import subprocess
import sys

import pytest

from benchmarks.history.index import Index
from benchmarks.history.marks import pin
from tests.documents import document, entry, stored
from tests.run_session import environment


@pytest.fixture
def store(tmp_path):
    """Three runs numbered 1, 9999 and 10000, on two machines, with index and marks."""
    store = stored(tmp_path / "h", document(day=1))
    first = store.files()[0].path
    store.save(document(day=2), "old").rename(first.with_name("9999_old.json"))
    store.save(document(entry(rounds=(0.5, 0.6)), day=3, machine={"python": "3.12.1"}), "new")
    Index(store).close()
    pin(store, "main", store.files()[0])
    return store


def stock(store, *args):
    """pytest-benchmark's own command, from an empty folder."""
    command = [sys.executable, "-m", "pytest_benchmark", f"--storage={store.root}", *args]
    (store.root.parent / "empty").mkdir(exist_ok=True)
    done = subprocess.run(
        command, cwd=store.root.parent / "empty", env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Failed to load" not in done.stdout + done.stderr
    return done.stdout


def test_list_shows_the_runs_and_nothing_else(store):
    """Neither journal nor index nor marks."""
    listed = [line for line in stock(store, "list").splitlines() if line]
    assert sorted(line.rpartition("/")[2] for line in listed) == ["0001_run1.json", "10000_new.json", "9999_old.json"]


@pytest.mark.parametrize("reference", ["0001", "9999", "10000"])
def test_compare_by_number(store, reference):
    """One run each."""
    out = stock(store, "compare", reference)
    assert out.count("test_summation[loky-n2-b10]") == 1


def test_compare_by_file(store):
    """Beyond what bare numbers reach."""
    out = stock(store, "compare", *(str(file.path) for file in store.files()))
    assert out.count("test_summation[loky-n2-b10]") == 3
    assert stock(store, "compare").count("test_summation[loky-n2-b10]") == 2  # four digits only
