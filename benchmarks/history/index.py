"""The index: a cache of what stands in the run files, so that years of history open at once.

Deleting it loses nothing. A file belongs to its entry as long as its size and time of change are the same; whoever asks
first after a change pays for reading what is new. A broken or foreign index file is made anew.
"""

import contextlib
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.history.comparability import bars
from benchmarks.history.durable import make_folder
from benchmarks.history.errors import HistoryError, Unreadable
from benchmarks.history.run import CaseTimes, Run, geometric_mean_s, read_run
from benchmarks.history.store import OWN, Store, StoredFile

# Raised whenever the tables below change: an older index is thrown away.
_LAYOUT = 1

_TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, file TEXT UNIQUE, size INTEGER, mtime_ns INTEGER, error TEXT, facts TEXT, bars TEXT
);
CREATE TABLE cases (id INTEGER PRIMARY KEY, key TEXT, work TEXT, name TEXT, param TEXT, UNIQUE (key, work));
CREATE TABLE samples (
    case_id INTEGER, run_id INTEGER, log_center REAL, low REAL, high REAL, rounds INTEGER,
    PRIMARY KEY (case_id, run_id)
) WITHOUT ROWID;
CREATE INDEX samples_of_run ON samples (run_id);
"""


@dataclass(frozen=True)
class Entry:
    """A stored run's facts. `error` says why the file can't be believed; the facts are then empty.

    `id` is the run's in this index only; `bars` is text that is equal in comparable runs.
    """

    id: int
    file: StoredFile
    error: str | None
    facts: dict[str, Any]
    bars: str | None

    @property
    def when(self) -> datetime | None:
        """When the run was saved, UTC."""
        seconds = self.facts.get("when")
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True)
class Point:
    """One case in one run: `center_s` is the geometric mean of its rounds; `low_s` and `high_s` are the extremes."""

    run_id: int
    center_s: float
    low_s: float
    high_s: float
    rounds: int


class Index:
    """The stored runs' facts and centres, as of its making."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = _open(store)
        try:
            self.entries = self._refresh()
        except sqlite3.DatabaseError:
            self._database.close()
            self._database = _empty(":memory:")
            self.entries = self._refresh()

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def cases(self) -> list[tuple[int, str, str | None]]:
        """Id, name and parameter id of every case in any run; one that changed its tasks counts as another."""
        return self._rows("SELECT id, name, param FROM cases ORDER BY id")

    def points(self, case_id: int) -> list[Point]:
        """A case in every run that has it."""
        rows = self._rows("SELECT run_id, log_center, low, high, rounds FROM samples WHERE case_id = ?", case_id)
        return [Point(run, math.exp(center), low, high, rounds) for run, center, low, high, rounds in rows]

    def log_centers(self, run_ids: Iterable[int]) -> Iterator[dict[tuple[str, str], float]]:
        """For each run, the logarithms of its cases' centres by (key, work)."""
        for run in run_ids:
            rows = self._rows(
                "SELECT key, work, log_center FROM samples JOIN cases ON cases.id = case_id WHERE run_id = ?", run
            )
            yield {(key, work): center for key, work, center in rows}

    def _rows(self, query: str, *values: Any) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise HistoryError(
                f"{self._store.own('index')}: the index is damaged ({error}); `check` makes it anew"
            ) from None

    def _refresh(self) -> list[Entry]:
        known = {file: row for file, *row in self._database.execute("SELECT file, id, size, mtime_ns FROM runs")}
        files = {file.reference: file for file in self._store.files()}
        gone = [row[0] for name, row in known.items() if name not in files or _changed(files[name], row)]
        if gone:
            self._database.executemany("DELETE FROM samples WHERE run_id = ?", ((run,) for run in gone))
            self._database.executemany("DELETE FROM runs WHERE id = ?", ((run,) for run in gone))
        new = [file for name, file in files.items() if name not in known or _changed(file, known[name])]
        for count, file in enumerate(new):
            self._add(file)
            if count % 200 == 199:  # so that a first indexing that is interrupted goes on where it was
                self._database.commit()
        self._database.commit()
        return self._entries(files)

    def _add(self, file: StoredFile) -> None:
        try:
            run, error = read_run(file.path), None
        except Unreadable as refusal:
            run, error = None, str(refusal)
        row = (file.reference, file.size, file.mtime_ns, error)
        known = (json.dumps(facts(run)), bars_key(bars(run))) if run else (None, None)
        cursor = self._database.execute(
            "INSERT INTO runs (file, size, mtime_ns, error, facts, bars) VALUES (?, ?, ?, ?, ?, ?)", (*row, *known)
        )
        if run:
            samples = [(self._case(case), cursor.lastrowid, *_point(case)) for case in run.cases.values()]
            self._database.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?)", samples)

    def _case(self, case: CaseTimes) -> int:
        identity = (case.key, work_key(case))
        for _ in range(2):
            for (found,) in self._database.execute("SELECT id FROM cases WHERE key = ? AND work = ?", identity):
                return int(found)
            self._database.execute(
                "INSERT INTO cases (key, work, name, param) VALUES (?, ?, ?, ?)", (*identity, case.name, case.param)
            )
        raise AssertionError(identity)

    def _entries(self, files: dict[str, StoredFile]) -> list[Entry]:
        rows = {row[1]: row for row in self._database.execute("SELECT id, file, error, facts, bars FROM runs")}
        return [
            Entry(row[0], file, row[2], json.loads(row[3]) if row[3] else {}, row[4])
            for name, file in files.items()
            if (row := rows.get(name))
        ]


def bars_key(values: Mapping[str, Any]) -> str:
    """The fields that must be equal in compared runs, as text."""
    return json.dumps(values, sort_keys=True)


def work_key(case: CaseTimes) -> str:
    """A case's work as text, equal where as much is done in a call."""
    return json.dumps(case.work)


def _point(case: CaseTimes) -> tuple[float, float, float, int]:
    if not case.rounds_s:
        return math.log(case.mean_s), case.mean_s, case.mean_s, case.rounds
    return math.log(geometric_mean_s(case.rounds_s)), min(case.rounds_s), max(case.rounds_s), case.rounds


def facts(run: Run) -> dict[str, Any]:
    """What is known of a run besides its times, as plain JSON values."""
    return {
        "when": run.when and run.when.timestamp(),
        "commit": run.commit,
        "dirty": run.dirty,
        "profile": run.profile,
        "machine": run.identity.folder,
        "cpu_model": run.identity.cpu_model,
        "usable_cores": run.identity.usable_cores,
        "python": run.identity.python,
        "state": run.state,
        "selection": run.selection,
        "asked": run.asked,
        "completed": len(run.cases),
        "failed": len(run.failed),
        "versions": dict(run.versions),
    }


def _changed(file: StoredFile, row: list[int]) -> bool:
    return (file.size, file.mtime_ns) != (row[1], row[2])


def _open(store: Store) -> sqlite3.Connection:
    """The index file, made anew where there is none that can be used; in memory where nothing can be written."""
    if not store.root.is_dir():
        return _empty(":memory:")
    try:
        path = make_folder(store.root, OWN, "index") / "runs.sqlite"
    except HistoryError:
        return _empty(":memory:")
    for _ in range(2):
        try:
            database = sqlite3.connect(path, timeout=10)
            (layout,) = database.execute("PRAGMA user_version").fetchone()
            if layout == _LAYOUT and _has_tables(database):
                return database
            database.close()
            if layout == 0 and path.stat().st_size == 0:
                return _empty(path)
        except sqlite3.OperationalError:
            return _empty(":memory:")  # locked, read-only or full: slower, and right
        except (sqlite3.DatabaseError, OSError):
            pass
        with contextlib.suppress(OSError):
            path.unlink()
    return _empty(":memory:")


def _has_tables(database: sqlite3.Connection) -> bool:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return tables >= {"runs", "cases", "samples"}


def _empty(path: Path | str) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(path, timeout=10)
        # A cache: a power cut may spoil it, and it is made anew.
        database.executescript(f"PRAGMA synchronous = OFF; BEGIN; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
    except sqlite3.Error:
        return _empty(":memory:") if path != ":memory:" else database
    return database
