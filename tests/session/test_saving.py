"""The storage that replaces pytest-benchmark's, also when something can't be written."""

import json

import pytest

from benchmarks.errors import StoreTrouble
from benchmarks.history.journal import Journal
from benchmarks.history.store import Store
from benchmarks.session.saving import HistoryStorage, plain, save_json
from tests.documents import document, entry


@pytest.fixture
def storage(tmp_path):
    """Provide a storage whose journal is open."""
    storage = HistoryStorage(Store(tmp_path / "history"))
    header = {**document(), "benchmarks": []}
    storage.journal = Journal(storage.store, header, "session-1")
    return storage


def lines(path):
    """Return the JSON lines of a journal after its header."""
    return [json.loads(line) for line in path.read_text().splitlines() if line][1:]


def test_a_finished_session_leaves_its_run_and_no_journal(storage):
    """Each case is in the journal until the run is saved."""
    path = storage.journal.path
    assert storage.finished(entry())
    assert storage.failed("f.py::a", "WrongResult")
    assert [line.get("fullname") or line for line in lines(path)] == [
        entry()["fullname"],
        {"failed": {"f.py::a": "WrongResult"}},
    ]
    storage.save(document(), "mine")
    storage.close()
    assert storage.saved.exists()
    assert not path.exists()
    assert storage.troubles == []


def test_a_run_that_cannot_be_saved_stays_in_the_journal(storage, monkeypatch):
    """The message says where the cases are, and how to save them."""
    path = storage.journal.path

    def refuse(*args):
        raise StoreTrouble("no room")

    monkeypatch.setattr(storage.store, "save", refuse, raising=False)
    storage.save(document(), "mine")
    storage.close()
    assert path.exists()
    (trouble,) = storage.troubles
    assert "no room" in trouble
    assert "save them with `runs --recover`" in trouble


def test_what_json_cannot_hold_becomes_text():
    """Timers and parameters may be any objects."""
    assert plain({"n": 1, "timer": print}) == {"n": 1, "timer": f"UNSERIALIZABLE[{print!r}]"}


def test_benchmark_json_is_written_at_once(tmp_path):
    """An existing file is replaced; a missing folder is an error."""
    path = tmp_path / "run.json"
    path.write_text("old")
    save_json(str(path), {"a": 1})
    assert json.loads(path.read_text()) == {"a": 1}
    with pytest.raises(StoreTrouble, match="missing"):
        save_json(str(tmp_path / "missing" / "run.json"), {})
