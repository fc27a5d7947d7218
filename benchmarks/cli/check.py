"""`check`: read and verify every stored file, move broken ones to quarantine, and rebuild the index."""

import argparse
import json
import math
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import NoAccess, StoreTrouble, Unreadable
from benchmarks.history.index import Index
from benchmarks.history.marks import read_marks
from benchmarks.history.run import read_run
from benchmarks.history.store import Store, StoredFile, put_aside
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

DESCRIPTION = """Read and verify every stored file and rebuild the index. Broken files are moved to the quarantine of
the store, never deleted. Files that can't be read, and those without a number, stay where they are."""
EXAMPLE = "python -m benchmarks check --json findings.json"
EXIT_CODES = """exit codes:
  0  every file is whole
  2  invalid usage, or a file is broken or can't be read, or a baseline's run is gone"""

# Statistics are written with 17 digits; what differs by more than rounding was not computed from these rounds.
_TOLERANCE = 1e-9

_Reasons = list[tuple[StoredFile, str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `check`."""
    parser.add_argument("--json", metavar="FILE", help="also write the findings as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Verify; exit code 2 if a file is broken or can't be read. Broken files are moved to quarantine, never deleted."""
    files = store.files()
    unread, broken = _verify_all(files)
    moved = [_put_aside(store, file, why) for file, why in broken]
    lines = [f"{why}\n  the file may be intact and stays where it is" for _, why in unread]
    lines += [f"{finding['why']}\n  {_place(finding)}" for finding in moved]
    lines += _dangling(store)
    code = Exit.UNUSABLE if lines else Exit.FINE
    whole = len(files) - len(unread) - len(broken)
    aside = sum(finding["quarantine"] is not None for finding in moved)
    lines.append(f"{counted(whole, 'whole run')}; {counted(aside, 'broken file')} put aside; {_rebuild_index(store)}")
    document = {
        "format": 1,
        "whole": whole,
        "broken": moved,
        "unread": [{"file": visible(file.reference), "why": why} for file, why in unread],
    }
    report = json.dumps(document, indent=1) + "\n"
    return Outcome("\n".join(lines) + "\n", code, {args.json: report} if args.json else {})


def _verify_all(files: Sequence[StoredFile]) -> tuple[_Reasons, _Reasons]:
    """Return the files that the system did not let us read, and those that were read and are broken, with reasons."""
    unread, broken = [], []
    for file in files:
        try:
            if why := verify(file):
                broken.append((file, why))
        except NoAccess as error:
            unread.append((file, str(error)))
    return unread, broken


def verify(file: StoredFile) -> str | None:
    """Return why a run file is not valid, or None: it must be readable, and its statistics those of its rounds.

    Raises NoAccess if the system did not give the content.
    """
    try:
        run = read_run(file.path)
    except NoAccess:
        raise
    except Unreadable as error:
        return str(error)
    if not run.session:
        # Other people's tools write odd cases, and round statistics.
        return None
    for odd in run.unusable.values():
        return f"{visible(file.path)}: {odd.fullname}: {odd.reason}"
    for case in run.cases.values():
        if case.summary and not math.isclose(case.mean_s, case.summary.mean_s, rel_tol=_TOLERANCE):
            return f"{visible(file.path)}: {case.fullname}: stats.mean is not the mean of stats.data; was it edited?"
    return None


def _put_aside(store: Store, file: StoredFile, why: str) -> dict[str, Any]:
    """Move a broken file to quarantine unless it has no number or nothing can be written. Returns the JSON's words."""
    finding: dict[str, Any] = {"file": visible(file.reference), "why": why, "quarantine": None}
    if file.number is None:
        # It may be anybody's: the folder may not be a history at all.
        return {**finding, "trouble": "its name has no number, so no session saved it; move it elsewhere"}
    try:
        with store.writing():
            quarantined = put_aside(store, file.path, *([file.folder] if file.folder else []))
        return {**finding, "quarantine": visible(quarantined)}
    except StoreTrouble as error:
        return {**finding, "trouble": visible(error)}


def _place(finding: dict[str, Any]) -> str:
    if finding["quarantine"] is None:
        return f"it stays where it is: {finding['trouble']}"
    return f"put aside as {finding['quarantine']}"


def _rebuild_index(store: Store) -> str:
    """Rebuild the index and return the result in words. Without an index every verb reads all files, and is right."""
    reason = ""
    for name in ("runs.sqlite", "runs.sqlite-journal"):
        try:
            store.own("index", name).unlink(missing_ok=True)
        except OSError as error:
            reason = f" ({error.strerror})"
    with closing(Index(store)) as index:
        if index.on_disk and not reason:
            return "the index was rebuilt"
    if not store.root.is_dir():
        return "there is no index"
    return f"the index could not be written{reason}, so every command reads all files, which is slower"


def _dangling(store: Store) -> list[str]:
    """Pinned names whose run is gone; broken marks, which are put aside."""
    try:
        marks = read_marks(store)
    except NoAccess as error:
        return [f"{error}\n  the marks may be intact and stay where they are"]
    except Unreadable as error:
        try:
            with store.writing():
                quarantined = put_aside(store, store.own("marks", "marks.json"))
        except StoreTrouble as trouble:
            return [f"{error}\n  they could not be put aside: {trouble}"]
        return [f"{error}\n  put aside as {visible(quarantined)}: pin the baselines again"]
    there = {file.reference for file in store.files()}
    return [
        f"baseline '{visible(name)}' is {visible(reference)}, which is gone: pin another run"
        for name, reference in marks.baselines.items()
        if reference not in there
    ]
