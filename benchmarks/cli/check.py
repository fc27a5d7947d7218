"""`check`: every stored file is read and verified, broken ones are put aside, the index is made anew."""

import argparse
import json
import math
from contextlib import closing
from pathlib import Path

from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import StoreTrouble, Unreadable
from benchmarks.history.index import Index
from benchmarks.history.journal import put_aside
from benchmarks.history.marks import read_marks
from benchmarks.history.run import read_run
from benchmarks.history.store import Store, StoredFile
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

EXAMPLE = "python -m benchmarks check --json findings.json"
EXIT_CODES = """exit codes:
  0  every file is whole
  2  invalid usage, or a file was broken and moved to quarantine, or a baseline's run is gone"""

# Statistics are written with 17 digits; what differs by more than rounding was not computed from these rounds.
_TOLERANCE = 1e-9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `check` takes."""
    parser.add_argument("--json", metavar="FILE", help="write the findings as JSON as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Verify; exit code 2 where a file was broken. Files are moved to quarantine, never deleted."""
    files = store.files()
    broken = [(file, why) for file in files if (why := verify(file))]
    moved = [
        {"file": visible(file.reference), "why": why, "quarantine": visible(_aside(store, file))}
        for file, why in broken
    ]
    for name in ("runs.sqlite", "runs.sqlite-journal"):
        _remove(store.own("index", name))
    with closing(Index(store)) as index:
        left = len(index.entries)
    lines = [f"{one['why']}\n  put aside as {one['quarantine']}" for one in moved]
    lines += _dangling(store)
    lines.append(f"{counted(left, 'whole run')}; {counted(len(moved), 'broken file')} put aside; the index was rebuilt")
    found = json.dumps({"format": 1, "whole": left, "broken": moved}, indent=1) + "\n"
    code = Exit.UNUSABLE if len(lines) > 1 else Exit.FINE
    return Outcome("\n".join(lines) + "\n", code, {args.json: found} if args.json else {})


def verify(file: StoredFile) -> str | None:
    """Why a run file can't be believed, or None: it must be readable, and its statistics those of its rounds."""
    try:
        run = read_run(file.path)
    except Unreadable as error:
        return str(error)
    if run.session:
        # The suite never writes such a case; other people's tools do.
        for odd in run.unusable.values():
            return f"{visible(file.path)}: {odd.fullname}: {odd.reason}"
    for case in run.cases.values():
        if case.summary and not math.isclose(case.mean_s, case.summary.mean_s, rel_tol=_TOLERANCE):
            return f"{visible(file.path)}: {case.fullname}: stats.mean is not the mean of stats.data; was it edited?"
    return None


def _aside(store: Store, file: StoredFile) -> Path:
    with store.writing():
        return put_aside(store, file.path, *([file.folder] if file.folder else []))


def _remove(cache: Path) -> None:
    try:
        cache.unlink(missing_ok=True)
    except OSError as error:
        raise StoreTrouble(f"{visible(cache)}: {error.strerror}; the index is a file of ours only: remove it") from None


def _dangling(store: Store) -> list[str]:
    """Pinned names whose run is gone; broken marks, which are put aside."""
    try:
        marks = read_marks(store)
    except Unreadable as error:
        with store.writing():
            place = put_aside(store, store.own("marks", "marks.json"))
        return [f"{error}\n  put aside as {visible(place)}: pin the baselines again"]
    there = {file.reference for file in store.files()}
    return [
        f"baseline '{visible(name)}' is {visible(reference)}, which is gone: pin another run"
        for name, reference in marks.baselines.items()
        if reference not in there
    ]
