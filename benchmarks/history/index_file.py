"""The index's file: create it, open it, and rebuild it if it can't be used."""

import contextlib
import sqlite3
from pathlib import Path

from benchmarks.errors import SuiteError
from benchmarks.files.durable import make_folder, share
from benchmarks.history.store import OWN, Store
from benchmarks.text.printable import visible

# Raised whenever the tables below or their content change: an older index is discarded.
_LAYOUT = 8

_TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, file TEXT UNIQUE, size INTEGER, mtime_ns INTEGER, error TEXT,
    when_s REAL, bars TEXT, versions TEXT, facts TEXT
);
CREATE TABLE cases (
    id INTEGER PRIMARY KEY, key TEXT, work TEXT, name TEXT, param TEXT, fullname TEXT, UNIQUE (key, work)
);
CREATE TABLE samples (
    case_id INTEGER, run_id INTEGER, log_center REAL, low REAL, high REAL, rounds INTEGER,
    PRIMARY KEY (case_id, run_id)
) WITHOUT ROWID;
CREATE INDEX samples_of_run ON samples (run_id, case_id, log_center);
"""


def open_index(store: Store) -> sqlite3.Connection:
    """Open the index file, or rebuild it if it can't be used; in memory if nothing can be written."""
    if not store.root.is_dir():
        return empty_index(":memory:")
    try:
        path = make_folder(store.root, OWN, "index") / "runs.sqlite"
    except SuiteError:
        return empty_index(":memory:")
    for _ in range(2):
        try:
            database = sqlite3.connect(path, timeout=10)
            (layout,) = database.execute("PRAGMA user_version").fetchone()
            if layout == _LAYOUT and _has_tables(database):
                # Written from documents that were read, but by anybody who may write here.
                database.text_factory = lambda text: visible(text.decode(errors="replace"))
                return database
            database.close()
            if layout == 0 and path.stat().st_size == 0:
                return empty_index(path)
        except sqlite3.OperationalError:
            return empty_index(":memory:")  # locked, read-only or full: slower, and right
        except (sqlite3.DatabaseError, OSError):
            pass
        with contextlib.suppress(OSError):
            path.unlink()
    return empty_index(":memory:")


def empty_index(path: Path | str) -> sqlite3.Connection:
    """A new index; in memory where `path` can't be written."""
    try:
        database = sqlite3.connect(path, timeout=10)
        # A cache: if a power cut damages it, it is rebuilt.
        database.executescript(f"PRAGMA synchronous = OFF; BEGIN; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
        if isinstance(path, Path):
            share(path, path.parent)
    except sqlite3.Error:
        if path == ":memory:":
            raise
        return empty_index(":memory:")
    return database


def _has_tables(database: sqlite3.Connection) -> bool:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return tables >= {"runs", "cases", "samples"}
