"""`runs`: the list of the stored runs."""

import json
import os

import pytest

from benchmarks.history.journal import Journal
from benchmarks.history.store import Store
from tests.documents import document, entry, noisy_run, stored


def test_runs(tmp_path, call):
    """`runs` lists the stored runs, newest last."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2, state="partial"), noisy_run(3, dirty=True))
    assert call("baseline", "set", "1")[1] == "baseline main is 0001 run1\n"
    code, out, _ = call("runs")
    assert code == 0
    titles, first = (" ".join(line.split()) for line in out.splitlines()[:2])
    assert titles == "no. name when (UTC) commit machine joblib Python profile cases state"
    assert first == "0001 run1 2026-01-02 00:00 aaaaaaaa 2 x EPYC 1.6.0 3.11.7 quick 3/3 baseline:main"
    assert [line.split()[-1] for line in out.splitlines()[2:]] == ["partial", "dirty"]
    listed = json.loads(call("runs", "--json", "-")[1])
    assert [one["state"] for one in listed["runs"]] == ["complete", "partial", "complete"]
    assert call("runs", "--last", "1")[1].endswith("2 older runs not shown: --last 3\n")


def test_an_empty_history(tmp_path, call):
    """An empty history is not an error for `runs`, and has nothing to compare."""
    assert call("runs")[0] == 2
    (tmp_path / "h").mkdir()
    code, out, _ = call("runs")
    assert code == 0
    assert "no runs in" in out
    assert "the history is empty" in call("compare", "latest")[2]


def test_the_state_of_a_run_can_be_read_whatever_it_is_called(tmp_path, call):
    """A long name is shortened rather than the state of the run."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    first = store.files()[0].path
    first.rename(first.with_name(f"0001_{'long' * 20}.json"))
    call("baseline", "set", "1")
    _, out, _ = call("runs")
    assert "baseline:main" in out
    assert "complete" in out
    assert max(map(len, out.splitlines())) <= 100


def test_an_unwritable_history_can_be_read(tmp_path, call):
    """A read-only history can be read; a verb that has to write exits with 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "h").chmod(0o500)
    assert call("runs")[0] == 0
    assert call("baseline", "set", "1")[0] == 2


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["runs", "--last", "many"], "invalid int value"),
        (["runs", "--last", "0"], "--last 0: expected at least 1"),
    ],
)
def test_usage(tmp_path, call, args, expected):
    """An invalid command is refused with one clear line and exit code 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""


def test_what_a_dead_session_has_measured_is_offered(tmp_path, call):
    """Its cases are in no run yet, and a history that has nothing else is not called empty alone."""
    store = Store(tmp_path / "h")
    journal = Journal(store, document(session="one", state="partial"), "one")
    journal.append(entry())
    journal.close(keep=True)
    assert "1 session died: `runs --recover` saves what was measured" in call("runs")[1]
    code, out, _ = call("runs", "--recover")
    assert code == 0
    assert "recovered" in out
    assert "died: " not in out
