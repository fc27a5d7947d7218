"""The journal of a session: each finished case is on disk before the next begins.

One file per session, one JSON object per line. The first line is the run file as it would be saved with no case
finished; each other line is one entry of its `benchmarks`, or `{"failed": {node id: reason}}`, or `{"saving": FILE}`
just before the run is saved, `{"other_session": ID}`, or `{"measured": true}`. The session holds a lock on the file: a
journal that nobody holds is what a dead session left.

Two sessions that measure into a store at the same time disturb each other, and both runs say so: the later one finds
the journal that the earlier one holds, and notes itself in it, unless the earlier one has noted that it has measured.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.errors import NoAccess, SuiteError, Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.durable import make_folder, share, trouble, write_all
from benchmarks.files.reading import MOST_BYTES, parse_document, read_document, read_open
from benchmarks.files.system import APPEND, NEW, READ_WRITE, sync_folder, try_lock
from benchmarks.history.run import Run, parse_run
from benchmarks.history.store import OWN, Store, encode
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

# The journal of a session that is still going on; what a dead one left is read as any file of that size.
_MOST_BYTES = 10 * MOST_BYTES

# Only short notes follow the last case.
_LAST_BYTES = 4096

_OTHER_SESSION = b'{"other_session":'


class _Note(msgspec.Struct):
    """A line that is no entry.

    It has cases that failed, by reason, the file that the run is about to be saved as, the id of a session that
    measured at the same time, or the note that all cases were measured.
    """

    failed: dict[str, str] = {}
    saving: str | None = None
    other_session: str | None = None
    measured: bool = False


class Journal:
    """The journal of the session that runs now. `session` is its id, which its run file carries as well.

    `alone` is False for a session that takes turns with another one: they do not disturb each other, and do not wait
    for the disk, because an unfinished pair is measured again.
    """

    def __init__(self, store: Store, header: Mapping[str, Any], session: str, alone: bool = True) -> None:
        folder = make_folder(store.root, OWN, "journal")
        self._store = store
        self._durable = alone
        self._others: list[str] | None = None
        self.path = folder / f"{session}.jsonl"
        try:
            # Under the store's lock, so that no one takes a journal that is not locked yet for a dead session's.
            with store.writing():
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | NEW, 0o666)
                share(self._descriptor, folder)
                try_lock(self._descriptor)
                self.append(header)
                for other in _note_in_others(self.path) if alone else ():
                    self.append({"other_session": other})
            sync_folder(folder)
        except OSError as error:
            raise trouble(self.path, error) from None

    def append(self, line: Mapping[str, Any]) -> None:
        """Append a line, and sync it to disk if the journal does. Raises StoreTrouble; earlier lines stay readable."""
        try:
            # A line that a full disk cut off is ended by the next one's newline, and skipped by the reader.
            write_all(self._descriptor, b"\n" + encode(line, indent=None) + b"\n")
            if self._durable:
                os.fsync(self._descriptor)
        except OSError as error:
            raise trouble(self.path, error) from None

    def other_sessions(self) -> list[str]:
        """Return the ids of the sessions that have measured into the store while this one did."""
        if self._others is not None:
            return self._others
        # Through this descriptor: closing another one of the file would give up its lock.
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        content = read_open(self._descriptor, visible(self.path), _MOST_BYTES)
        lines = [line for line in content.splitlines() if line.startswith(_OTHER_SESSION)]
        notes = [convert(parse_document(line, visible(self.path)), _Note, visible(self.path)) for line in lines]
        return sorted({note.other_session for note in notes if note.other_session})

    def end_measuring(self) -> None:
        """Note that all cases were measured: a session that begins from now on disturbs none. Raises StoreTrouble."""
        with self._store.writing():
            self._others = self.other_sessions()
            self.append({"measured": True})

    def close(self, keep: bool) -> None:
        """Close the journal; `keep` it if its run was not saved."""
        with contextlib.suppress(OSError):
            if not keep:
                self.path.unlink()
            os.close(self._descriptor)


def _note_in_others(own: Path) -> list[str]:
    """Note a session in the journals of all sessions that are alive, and return their ids."""
    others = []
    for path in sorted(own.parent.glob("*.jsonl")):
        if path == own:
            continue
        with contextlib.suppress(OSError):  # a colleague's that may not be written: at least this run will say so
            if _is_measuring(path):
                others.append(path.stem)
                _append_note(path, own.stem)
    return others


def _is_measuring(path: Path) -> bool:
    """Return whether a session holds a journal and has not noted that it has measured. Raises OSError."""
    descriptor = os.open(path, READ_WRITE)
    try:
        if try_lock(descriptor):
            return False
        os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - _LAST_BYTES), os.SEEK_SET)
        return encode({"measured": True}, indent=None) not in os.read(descriptor, _LAST_BYTES)
    finally:
        os.close(descriptor)


def _append_note(path: Path, session: str) -> None:
    descriptor = os.open(path, APPEND)
    try:
        write_all(descriptor, b"\n" + encode({"other_session": session}, indent=None) + b"\n")
    finally:
        os.close(descriptor)


def dead_sessions(store: Store) -> int:
    """Return how many sessions died without their cases being recovered; those that can't be read don't count."""
    found = 0
    for path in store.own("journal").glob("*.jsonl"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, READ_WRITE)
            try:
                found += try_lock(descriptor)
            finally:
                os.close(descriptor)
    return found


def recover(store: Store) -> list[str]:
    """Save what dead sessions had measured as runs marked partial; one line for the user about each.

    Raises StoreTrouble where the store can't be written; journals are then left as they are.
    """
    if not any(store.own("journal").glob("*.jsonl")):
        return []
    with store.writing():
        orphans = [orphan for path in sorted(store.own("journal").glob("*.jsonl")) if (orphan := _orphan(path))]
    try:
        return [_save(store, path, descriptor) for path, descriptor in orphans]
    finally:
        for _, descriptor in orphans:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _orphan(path: Path) -> tuple[Path, int] | None:
    """A journal that nobody holds, locked from now on; None where its session lives, or where it can't be opened."""
    try:
        descriptor = os.open(path, READ_WRITE)
    except OSError:
        return None
    # Without a link it was recovered by someone else between the two lines.
    if try_lock(descriptor) and os.fstat(descriptor).st_nlink:
        return path, descriptor
    os.close(descriptor)
    return None


def _save(store: Store, path: Path, descriptor: int) -> str:
    try:
        header, lines, damaged = _read(read_open(descriptor, visible(path)), visible(path))
    except NoAccess as error:
        return f"{error}; the journal stays where it is, and the next session tries again"
    except Unreadable as error:
        # Not even a first line: no case had finished, or the file is not ours.
        return f"{error}; put aside as {visible(put_aside(store, path))}"
    entries = [line for line in lines if "fullname" in line]
    notes = [convert(line, _Note, visible(path)) for line in lines if "fullname" not in line]
    failed = {name: why for note in notes for name, why in note.failed.items()}
    if any(_saved(store, note.saving, header) for note in notes if note.saving):
        said = f"session {path.stem} ended just after its run was saved; nothing to recover"
    elif not entries and not failed:
        said = f"session {path.stem} ended before its first case had finished; nothing to recover"
    else:
        others = sorted({note.other_session for note in notes if note.other_session})
        run = store.save(_partial(header, entries, failed, others), "recovered")
        said = f"recovered {counted(len(entries), 'finished case')} of a session that died; saved as {run} (partial)"
    if damaged:
        kept = visible(put_aside(store, path))
        return f"{said}; {counted(damaged, 'damaged line')} left out; the journal is kept as {kept}"
    path.unlink()
    return said


def _read(content: bytes, origin: str) -> tuple[dict[str, Any], list[dict[str, Any]], int]:
    """The header, the other lines that can be believed, and how many can't."""
    header: dict[str, Any] | None = None
    good, damaged = [], 0
    for number, text in enumerate(filter(None, content.split(b"\n")), 1):
        try:
            line = parse_document(text, f"{origin} line {number}")
            # One reader serves both: a header is a run of no case, an entry is a case of that run.
            if header is None:
                if parse_run(line, origin).session is None:
                    raise Unreadable(f"{origin}: the first line has no joblib_suite.session; was it damaged?")
                header = line
                continue
            if "fullname" in line:
                _refuse_unusable(parse_run({**header, "benchmarks": [line]}, origin))
            else:
                convert(line, _Note, origin)
            good.append(line)
        except Unreadable:
            if header is None:
                raise
            damaged += 1
    if header is None:
        raise Unreadable(f"{origin}: empty")
    return header, _last_of_each(good), damaged


def _refuse_unusable(run: Run) -> None:
    """Raise Unreadable for a case whose numbers can't be used: the suite writes no such line."""
    for case in run.unusable.values():
        raise Unreadable(f"{run.origin}: {case.fullname}: {case.reason}")


def _last_of_each(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line that was written again, after a write that was cut off, counts once."""
    return list({json.dumps(line.get("fullname") or line): line for line in lines}.values())


def _partial(
    header: dict[str, Any], entries: list[dict[str, Any]], failed: dict[str, str], others: list[str]
) -> dict[str, Any]:
    ours = dict(header.get("joblib_suite") or {})
    cases = dict(ours.get("cases") or {})
    done = {entry["fullname"] for entry in entries} | set(failed)
    not_run = {name: why for name, why in (cases.get("not_run") or {}).items() if name not in done}
    cases |= {"completed": len(entries), "failed": failed, "not_run": not_run}
    # The header has the parameters of every case that was asked for; a run file, of those without a time.
    params = cases.get("params") or {}
    cases["params"] = {name: params[name] for name in params if name in failed or name in not_run}
    ours |= {"state": "partial", "recovered": True, "other_sessions": others, "cases": cases}
    return {**header, "benchmarks": entries, "joblib_suite": ours}


def _saved(store: Store, file: str, header: dict[str, Any]) -> bool:
    """Whether the run that a session was about to save is there."""
    try:
        # The name is looked up among the store's own files, never opened as a path.
        path = next(stored.path for stored in store.files() if stored.path.name == file)
        ours = read_document(path).get("joblib_suite")
    except (StopIteration, SuiteError):
        return False
    mine = header.get("joblib_suite")
    return isinstance(ours, dict) and isinstance(mine, dict) and ours.get("session") == mine.get("session") is not None


def put_aside(store: Store, path: Path, *parts: str) -> Path:
    """Move a broken file into quarantine under a name of its own; nothing is ever deleted. Raises StoreTrouble."""
    folder = make_folder(store.root, OWN, "quarantine", *parts)
    target, copies = folder / path.name, 0
    while target.exists() or target.is_symlink():
        copies += 1
        target = folder / f"{path.name}.{copies}"
    try:
        path.rename(target)
        sync_folder(folder)
    except OSError as error:
        raise trouble(path, error) from None
    return target
