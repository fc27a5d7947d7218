"""Judging saved runs on systems without POSIX, simulated in a process of its own."""

import json
import subprocess
import sys
from contextlib import closing

import pytest

from benchmarks.history.index import Index
from benchmarks.history.store import Store
from tests.documents import document, entry, noisy_run, stored, write
from tests.run_session import ROOT, environment

CASE = "loky-n2-b10"


def call(history, *args):
    """Call a verb without POSIX; return (exit code, stdout, stderr)."""
    verb, *rest = args
    command = [sys.executable, ROOT / "tests/without_posix.py", verb, "--history", history, *rest]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def history(tmp_path):
    """A history of three runs."""
    return stored(tmp_path / "h", *(noisy_run(number) for number in range(3))).root


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("runs",), 0, "run3"),
        (("compare", "1", "3"), 3, "run1"),
        (("trend", CASE), 0, CASE),
        (("check",), 0, "3 whole runs"),
        (("baseline", "set", "1"), 0, "baseline main is 0001 run1"),
        (("prune", "--keep", "1", "--delete"), 0, "0001_run1"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_the_verbs_on_stored_runs(history, args, code, said):
    """They read, compare, pin, verify and delete as on Linux."""
    answer = call(history, *args)
    assert answer[0] == code, answer
    assert said in answer[1] + answer[2]


def test_the_report(history, tmp_path):
    """A page of the latest run is drawn, in this process or in spawned ones."""
    pytest.importorskip("vl_convert", reason="the dependency group report is not installed")
    code, _, err = call(history, "report", "latest", "-o", str(tmp_path / "page.html"))
    assert code == 0, err
    assert "<svg" in (tmp_path / "page.html").read_text()


def test_a_run_is_saved_and_its_store_locked(tmp_path):
    """Merging two shards writes a run under the lock, by a temporary file that replaces its target."""
    split = {"of": 2, "split": "x"}
    parts = [
        document(entry(name), day=number, shard={"number": number, **split}, selection={"--shard": f"{number}/2"})
        for number, name in ((1, CASE), (2, "loky-n2-b100"))
    ]
    store = stored(tmp_path / "h", *parts)
    code, _, err = call(store.root, "merge", "1", "2", "--name", "whole")
    assert code == 0, err
    with closing(Index(Store(store.root))) as index:
        assert [entry.file.name for entry in index.entries] == ["run1", "run2", "whole"]


def test_names_of_windows(tmp_path):
    """Full names with backslashes are cases like any other."""
    names = ["tests\\bench.py::test_a[1]", "tests\\bench.py::test_b"]
    cases = [{**entry(), "fullname": name, "name": name.partition("::")[2]} for name in names]
    files = []
    for number in (1, 2):
        foreign = document(*cases, day=number)
        del foreign["joblib_suite"]
        files.append(str(write(tmp_path / f"{number}.json", foreign)))
    (tmp_path / "h").mkdir()
    code, out, err = call(tmp_path / "h", "compare", *files, "--json", "-")
    assert code in (0, 3), err
    assert [case["fullname"] for case in json.loads(out)["cases"]] == names


def test_a_link_is_refused(tmp_path):
    """It is looked for where no flag refuses to follow it."""
    (tmp_path / "h").mkdir()
    (tmp_path / "link.json").symlink_to(write(tmp_path / "run.json", document()))
    code, _, err = call(tmp_path / "h", "compare", str(tmp_path / "link.json"), str(tmp_path / "run.json"))
    assert code == 2
    assert "a symbolic link" in err
