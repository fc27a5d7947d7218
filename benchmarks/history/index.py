"""The index: a cache of the content of the run files, so that years of history open at once.

Deleting it loses nothing. A file belongs to its entry as long as its size and time of change are the same; whoever asks
first after a change pays for reading what is new. A broken or foreign index file is rebuilt.
"""

import json
import math
import sqlite3
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from benchmarks.errors import NoAccess, SuiteError, Unreadable
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.comparability import bars
from benchmarks.history.index_file import empty_index, open_index
from benchmarks.history.run import Run, read_run
from benchmarks.history.store import Store, StoredFile


class Entry(NamedTuple):
    """A stored run. `error` says why the file can't be believed; of such a run nothing else is known.

    `id` is the run's in this index only. `bars` and `versions` are JSON texts: equal bars make runs comparable. There
    are as many entries as runs, so that facts are parsed only where they are asked for.
    """

    id: int
    file: StoredFile
    error: str | None
    when_s: float | None
    bars: str | None
    versions: str | None
    facts_text: str | None

    @property
    def facts(self) -> dict[str, Any]:
        """What `facts` says of the run; empty for a broken file."""
        return _parsed(self.facts_text or "{}")

    @property
    def when(self) -> datetime | None:
        """When the run was saved, UTC."""
        return None if self.when_s is None else datetime.fromtimestamp(self.when_s, UTC)


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)
    return facts


class Point(NamedTuple):
    """One case in one run: `center_s` is the geometric mean of its rounds; `low_s` and `high_s` are the extremes."""

    run_id: int
    center_s: float
    low_s: float
    high_s: float
    rounds: int


class IndexedCase(NamedTuple):
    """A case as the index knows it. `key` identifies it; several have one key if the tasks of a case changed.

    `name` and `fullname` are those of the first run that was indexed.
    """

    id: int
    key: str
    name: str
    param: str | None
    fullname: str


class Index:
    """The stored runs and their cases' centres, as of its making."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = open_index(store)
        try:
            self.entries = self._refresh()
        except sqlite3.DatabaseError:
            self._database.close()
            self._database = empty_index(":memory:")
            self.entries = self._refresh()

    @property
    def on_disk(self) -> bool:
        """Whether the index is a file, and not in memory because no file can be written."""
        (_, _, file) = self._database.execute("PRAGMA database_list").fetchone()
        return bool(file)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def cases(self) -> list[IndexedCase]:
        """Every case in any run; one that changed its tasks counts as another."""
        rows = self._rows("SELECT id, key, name, param, fullname FROM cases ORDER BY id")
        return [IndexedCase(*row) for row in rows]

    def points(self, case_id: int) -> list[Point]:
        """A case in every run that has it."""
        rows = self._rows("SELECT run_id, log_center, low, high, rounds FROM samples WHERE case_id = ?", case_id)
        return [Point(run, math.exp(center), low, high, rounds) for run, center, low, high, rounds in rows]

    def centers(self, run_id: int) -> list[tuple[str, float, int]]:
        """The cases of a run: name, centre in seconds, number of rounds."""
        query = "SELECT name, log_center, rounds FROM samples JOIN cases ON case_id = cases.id WHERE run_id = ?"
        return [(name, math.exp(center), rounds) for name, center, rounds in self._rows(query, run_id)]

    def log_centers(self, run_ids: Collection[int]) -> list[dict[tuple[str, str], float]]:
        """For each run, the logarithms of its cases' centres by (key, work)."""
        cases = {case: (key, work) for case, key, work in self._rows("SELECT id, key, work FROM cases")}
        marks = ", ".join("?" * len(run_ids))
        query = f"SELECT run_id, case_id, log_center FROM samples WHERE run_id IN ({marks})"  # noqa: S608 - marks only
        centers: dict[int, dict[tuple[str, str], float]] = {run: {} for run in run_ids}
        for run, case, center in self._rows(query, *run_ids):
            centers[run][cases[case]] = center
        return list(centers.values())

    def _rows(self, query: str, *values: Any) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            where = self._store.own("index")
            raise SuiteError(f"{where}: the index is damaged ({error}); `check` rebuilds it") from None

    def _refresh(self) -> list[Entry]:
        files = {file.reference: file for file in self._store.files()}
        known = self._known()
        gone = [(row[0],) for name, row in known.items() if name not in files or _changed(files[name], row)]
        new = [file for name, file in files.items() if name not in known or _changed(file, known[name])]
        self._database.executemany("DELETE FROM samples WHERE run_id = ?", gone)
        self._database.executemany("DELETE FROM runs WHERE id = ?", gone)
        for count, file in enumerate(new):
            self._add(file)
            if count % 200 == 199:  # so that an interrupted first indexing continues where it stopped
                self._database.commit()
        self._database.commit()
        if gone or new:
            known = self._known()
        return [Entry(row[0], file, *row[3:]) for name, file in files.items() if (row := known.get(name))]

    def _known(self) -> dict[str, tuple[Any, ...]]:
        query = "SELECT file, id, size, mtime_ns, error, when_s, bars, versions, facts FROM runs"
        return {row[0]: row[1:] for row in self._database.execute(query)}

    def _add(self, file: StoredFile) -> None:
        file_state = (file.reference, file.size, file.mtime_ns)
        columns = "file, size, mtime_ns, error, when_s, bars, versions, facts"
        insert = f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - these columns
        try:
            run = read_run(file.path)
        except Unreadable as refusal:
            # A file that could not be read may be readable the next time, although it has not changed.
            file_state = (file.reference, -1, -1) if isinstance(refusal, NoAccess) else file_state
            self._database.execute(insert, (*file_state, str(refusal), None, None, None, None))
            return
        known = (bars_key(bars(run)), json.dumps(dict(run.versions), sort_keys=True), json.dumps(facts(run)))
        cursor = self._database.execute(insert, (*file_state, None, run.when and run.when.timestamp(), *known))
        samples = [(self._case(case), cursor.lastrowid, *_point(case)) for case in run.cases.values()]
        self._database.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?)", samples)

    def _case(self, case: CaseTimes) -> int:
        identity = (case.key, work_key(case))
        find = "SELECT id FROM cases WHERE key = ? AND work = ?"
        if (row := self._database.execute(find, identity).fetchone()) is None:
            add = "INSERT INTO cases (key, work, name, param, fullname) VALUES (?, ?, ?, ?, ?)"
            row = (*identity, case.name, case.param, case.fullname)
            return int(self._database.execute(add, row).lastrowid or 0)
        return int(row[0])


def bars_key(values: Mapping[str, Any]) -> str:
    """The fields that must be equal in compared runs, as text."""
    return json.dumps(values, sort_keys=True)


def work_key(case: CaseTimes) -> str:
    """A case's work and timing as text, equal where as much is done in a call and timed alike."""
    return json.dumps([*case.work, case.timing], default=str)  # as text, what no session writes


def facts(run: Run) -> dict[str, Any]:
    """What is known of a run besides its times, as plain JSON values."""
    return {
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
        "unusable": len(run.unusable),
        "failed": len(run.failed),
        "other_sessions": len(run.other_sessions),
        "loop_s": None if run.loop_log is None else math.exp(run.loop_log),
        "versions": dict(run.versions),
    }


def _point(case: CaseTimes) -> tuple[float, float, float, int]:
    return math.log(case.center_s), case.fastest_s, case.slowest_s, case.rounds


def _changed(file: StoredFile, row: tuple[Any, ...]) -> bool:
    return (file.size, file.mtime_ns) != row[1:3]
