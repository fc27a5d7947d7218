"""The index: what it says is what the files say, whatever became of it."""

import math
import os
import sqlite3
from contextlib import closing

import pytest

from benchmarks.history.index import Index
from tests.documents import document, entry, stored


def seen(store):
    """Everything that an index says, without its own ids."""
    with closing(Index(store)) as index:
        names = {entry.id: entry.file.reference for entry in index.entries}
        facts = {names[entry.id]: (entry.error, entry.facts, entry.bars) for entry in index.entries}
        points = {
            case.name: sorted((names[point.run_id], point.center_s, point.rounds) for point in index.points(case.id))
            for case in index.cases()
        }
        return facts, {name: track for name, track in points.items() if track}


def test_what_it_says(tmp_path):
    """Facts and centres."""
    store = stored(tmp_path, document(entry(rounds=(0.01, 0.04)), day=1), document(entry(tasks=7), day=2))
    facts, points = seen(store)
    assert [known["versions"]["joblib"] for _, known, _ in facts.values()] == ["1.6.0", "1.6.0"]
    with closing(Index(store)) as index:
        assert [entry.when.day for entry in index.entries] == [2, 3]
        assert len(index.cases()) == 2  # another number of tasks is another case
        (logs, _) = index.log_centers([entry.id for entry in index.entries])
    assert [math.exp(log) for log in logs.values()] == [pytest.approx(0.02)]
    assert points.keys() == {"test_summation[loky-n2-b10]"}


@pytest.mark.parametrize("damage", ["deleted", "garbage", "empty", "other layout", "other tables", "cut off"])
def test_a_spoilt_index_is_made_anew(tmp_path, damage):
    """Deleting it loses nothing."""
    store = stored(tmp_path, *(document(day=day) for day in range(5)))
    before = seen(store)
    path = store.own("index", "runs.sqlite")
    if damage == "deleted":
        path.unlink()
    elif damage == "cut off":
        os.truncate(path, path.stat().st_size // 2)
    elif damage in ("garbage", "empty"):
        path.write_bytes(b"garbage" * 1000 if damage == "garbage" else b"")
    else:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 99" if damage == "other layout" else "DROP TABLE samples")
    assert seen(store) == before
    assert seen(store) == before


def test_changed_and_removed_files(tmp_path):
    """The next who asks sees what is there now."""
    store = stored(tmp_path, document(day=1), document(day=2), document(day=3))
    seen(store)
    first, second, third = (file.path for file in store.files())
    first.unlink()
    second.write_text("{")
    third.rename(third.with_name("0009_other.json"))
    facts, points = seen(store)
    assert [file.rpartition("/")[2] for file in facts] == ["0002_run2.json", "0009_other.json"]
    assert [error is None for error, *_ in facts.values()] == [False, True]
    assert [len(track) for track in points.values()] == [1]


def test_a_store_that_cannot_be_written_is_read_all_the_same(tmp_path):
    """Slower, from the files."""
    store = stored(tmp_path, document())
    store.own("index").write_text("not a folder")
    assert len(seen(store)[0]) == 1


def test_a_link_among_the_runs_is_refused(tmp_path):
    """It is listed as broken, and not followed."""
    store = stored(tmp_path / "h", document())
    (tmp_path / "h/x").mkdir()
    (tmp_path / "h/x/0002_link.json").symlink_to(store.files()[0].path)
    (tmp_path / "h/link").symlink_to(store.files()[0].path.parent)
    facts, _ = seen(store)
    assert len(facts) == 2
    assert "a symbolic link" in facts["x/0002_link.json"][0]
