"""The journal of a session: each finished case is on disk before the next begins.

One file per session, one JSON object per line. The first line is the run file as it would be saved with no case
finished; each other line is one entry of its `benchmarks`, or `{"failed": {node id: reason}}`, or `{"saving": FILE}`
just before the run is saved, `{"other_session": ID}`, or `{"measured": true}`. The session holds a lock on the file: a
journal that nobody holds is what a dead session left; `recovery` reads it.

Two sessions that measure into a store at the same time disturb each other, and both runs say so: the later one finds
the journal that the earlier one holds, and notes itself in it, unless the earlier one has noted that it has measured.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.files.decoding import convert
from benchmarks.files.durable import make_folder, share, trouble, write_all
from benchmarks.files.reading import MOST_BYTES, parse_document, read_open
from benchmarks.files.system import APPEND, NEW, READ_WRITE, sync_folder, try_lock
from benchmarks.history.store import OWN, Store, encode
from benchmarks.text.printable import visible

# The journal of a session that is still going on; what a dead one left is read as any file of that size.
_MOST_BYTES = 10 * MOST_BYTES

# Only short notes follow the last case.
_LAST_BYTES = 4096

_OTHER_SESSION = b'{"other_session":'


class Note(msgspec.Struct):
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
        notes = [convert(parse_document(line, visible(self.path)), Note, visible(self.path)) for line in lines]
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
