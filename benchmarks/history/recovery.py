"""What dead sessions left: their journals, read and saved as runs marked partial."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from benchmarks.errors import NoAccess, SuiteError, Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.reading import parse_document, read_document, read_open
from benchmarks.files.system import READ_WRITE, try_lock
from benchmarks.history.journal import Note
from benchmarks.history.run import Run, parse_run
from benchmarks.history.store import Store, put_aside
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible


def dead_sessions(store: Store) -> int:
    """Return how many sessions died without their cases being recovered; those that can't be read don't count."""
    if not any(store.own("journal").glob("*.jsonl")):
        return 0
    try:
        # Under the store's lock, as in `recover`: a session that has just made its journal is about to lock it.
        with store.writing():
            orphans = _orphans(store)
    except SuiteError:
        return 0
    for _, descriptor in orphans:
        os.close(descriptor)
    return len(orphans)


def recover(store: Store) -> list[str]:
    """Save what dead sessions had measured as runs marked partial; one line for the user about each.

    Raises StoreTrouble where the store can't be written; journals are then left as they are.
    """
    if not any(store.own("journal").glob("*.jsonl")):
        return []
    with store.writing():
        orphans = _orphans(store)
    try:
        return [_save(store, path, descriptor) for path, descriptor in orphans]
    finally:
        for _, descriptor in orphans:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _orphans(store: Store) -> list[tuple[Path, int]]:
    return [orphan for path in sorted(store.own("journal").glob("*.jsonl")) if (orphan := _orphan(path))]


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
    notes = [convert(line, Note, visible(path)) for line in lines if "fullname" not in line]
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
                convert(line, Note, origin)
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
