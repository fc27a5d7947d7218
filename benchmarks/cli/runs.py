"""`runs`: list the stored runs; with `--recover`, first save what dead sessions had measured."""

import argparse
import json
from contextlib import closing
from typing import Any

from benchmarks.cli.outcome import Exit, Outcome, unread_files
from benchmarks.errors import BadReference
from benchmarks.history.index import Entry, Index
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.recovery import dead_sessions, recover
from benchmarks.history.store import Store
from benchmarks.report.tables import table
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

DESCRIPTION = """List the stored runs, oldest first: number, name, time, commit, machine, joblib, Python, profile,
measured cases, and whether the run is whole, partial, rejected, or a baseline."""
EXAMPLE = "python -m benchmarks runs --last 10"
EXIT_CODES = """exit codes:
  0  success
  2  invalid usage, or a stored file can't be read; the others are listed"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `runs`."""
    parser.add_argument("--last", metavar="N", type=int, default=30, help="list only the newest N (default: 30)")
    parser.add_argument("--recover", action="store_true", help="save what sessions that died had measured, then list")
    parser.add_argument("--json", metavar="FILE", help="also write all runs as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """List the runs. The exit code is 2 if a file can't be read."""
    if args.last < 1:
        raise BadReference(f"--last {args.last}: expected at least 1")
    recovered = recover(store) if args.recover else []
    marks = read_marks(store)
    with closing(Index(store)) as index:
        entries = index.entries
    shown = entries[-args.last :]
    broken = [entry.error for entry in entries if entry.error is not None]
    text = "".join(f"{line}\n" for line in recovered)
    if not entries:
        text += f"no runs in {store.root}; `pytest --benchmark-only` measures and saves one\n"
    else:
        text += table(TITLES, [cells(entry, marks) for entry in shown], args.coloured)
    if len(shown) < len(entries):
        text += f"{counted(len(entries) - len(shown), 'older run')} not shown: --last {len(entries)}\n"
    if dead := dead_sessions(store):
        text += f"{counted(dead, 'session')} died: `runs --recover` saves what was measured, as the next session does\n"
    return Outcome(
        text,
        Exit.UNUSABLE if broken else Exit.FINE,
        {args.json: _document(entries, marks)} if args.json else {},
        unread_files(broken),
    )


TITLES = ("no.", "name", "when (UTC)", "commit", "machine", "joblib", "Python", "profile", "cases", "state")


def state(entry: Entry, marks: Marks) -> str:
    """Return the state of a run in a few words."""
    words = [str(entry.facts["state"])] if entry.facts["state"] != "complete" else []
    words += ["failed"] if entry.facts["failed"] else []
    words += [f"{entry.facts['unusable']} unusable"] if entry.facts["unusable"] else []
    words += ["disturbed"] if entry.facts["other_sessions"] else []
    words += ["rejected"] if entry.file.reference in marks.rejected else []
    words += ["dirty"] if entry.facts["dirty"] else []
    words += [f"baseline:{name}" for name in marks.names_of(entry.file)]
    return " ".join(words) or "complete"


def cells(entry: Entry, marks: Marks) -> tuple[str, ...]:
    """Return a run's columns, as TITLES names them."""
    file, known = entry.file, entry.facts
    number = "" if file.number is None else f"{file.number:04}"
    if entry.error is not None:
        return (number, visible(file.name), *("",) * 7, "BROKEN")
    return (
        number,
        visible(file.name),
        f"{entry.when:%Y-%m-%d %H:%M}" if entry.when else "",
        (known["commit"] or "")[:8],
        f"{known['usable_cores'] or '?'} x {known['cpu_model'] or '?'}"[:12],
        known["versions"].get("joblib", ""),
        (known["python"] or "").removeprefix("CPython-"),
        known["profile"] or "",
        f"{known['completed']}/{known['asked']}",
        state(entry, marks),
    )


def _document(entries: list[Entry], marks: Marks) -> str:
    return json.dumps({"format": 1, "runs": [_plain(entry, marks) for entry in entries]}, indent=1) + "\n"


def _plain(entry: Entry, marks: Marks) -> dict[str, Any]:
    return {
        "number": entry.file.number,
        "name": visible(entry.file.name),
        "file": visible(entry.file.reference),
        "error": entry.error,
        "rejected": marks.rejected.get(entry.file.reference),
        "baselines": marks.names_of(entry.file),
        **entry.facts,
        "when": entry.when.isoformat() if entry.when else None,
    }
