"""Apply accepted.toml to rows: REGRESSION becomes ACCEPTED where an entry in force covers it.

Nothing else is ever accepted: nobody chooses a wrong result or a missing case, and a limit is raised in its own file.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.acceptance.entries import Acceptance
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.verdict import Verdict
from benchmarks.errors import GateError
from benchmarks.limits import case_names
from benchmarks.text.printable import visible

# Return whether base contains a release or a commit; raises GateError if that can't be told.
Contains = Callable[[str], bool]


@dataclass(frozen=True)
class Status:
    """What has become of an entry: why it is over (empty if it is in force), and a remark for the reader."""

    over: str
    remark: str


Statuses = Mapping[Acceptance, Status]


def with_accepted_rows(
    judgement: Judgement, entries: Sequence[Acceptance], contains: Contains, today: datetime.date
) -> Judgement:
    """Return a judgement whose rows are about cases alone with what the entries cover as ACCEPTED.

    An entry about no slowdown of this judgement is left alone, without a remark.
    """
    slower = [row for row in judgement.rows if row.verdict is Verdict.REGRESSION]
    needed = [entry for entry in entries if any(entry.fits(row_names(row), row.quantity) for row in slower)]
    if not needed:
        return judgement
    statuses = statuses_of(needed, contains, today)
    rows = worst_first([accepted_row(row, statuses) for row in judgement.rows])
    return replace(judgement, rows=rows, notes=(*remarks(statuses), *judgement.notes))


def statuses_of(entries: Sequence[Acceptance], contains: Contains, today: datetime.date) -> Statuses:
    """Return what has become of each entry."""
    return {entry: _status(entry, contains, today) for entry in entries}


def _status(entry: Acceptance, contains: Contains, today: datetime.date) -> Status:
    if entry.until is not None and today > entry.until:
        return Status(f"it was accepted until {entry.until}", f"{entry.origin} expired on {entry.until}: remove it.")
    if entry.since is None:
        return Status("", "")
    since = visible(entry.since)
    try:
        if contains(entry.since):
            over = f"base already has {since}, so this slowdown is not the accepted one"
            return Status(over, f"{entry.origin}: base already has {since}: remove it.")
    except GateError as error:
        return Status("", f"{entry.origin}: it can't be determined whether base already has {since}: {error}.")
    return Status("", "")


def remarks(statuses: Statuses) -> list[str]:
    """Return what a reader has to know of the entries."""
    return [status.remark for status in statuses.values() if status.remark]


def row_names(row: Row) -> tuple[str, ...]:
    """Return what an entry's pattern may match."""
    return (row.name, *case_names(row.fullname))


def _entry_of(row: Row, statuses: Statuses) -> Acceptance | None:
    names = row_names(row)
    return next((entry for entry in reversed(tuple(statuses)) if entry.fits(names, row.quantity)), None)


def covers(row: Row, statuses: Statuses) -> bool:
    """Return whether an entry in force lets the row's slowdown through."""
    entry = _entry_of(row, statuses)
    return entry is not None and not statuses[entry].over and not _beyond(row, entry)


def _beyond(row: Row, entry: Acceptance) -> bool:
    return row.comparison is not None and row.comparison.ratio > 1 + entry.most


def accepted_row(row: Row, statuses: Statuses) -> Row:
    """Return the row as ACCEPTED, or with the reason for which an entry does not cover it."""
    entry = _entry_of(row, statuses)
    if entry is None or row.verdict is not Verdict.REGRESSION or row.comparison is None:
        return row
    if over := statuses[entry].over:
        return noted(row, over)
    if _beyond(row, entry):
        return noted(row, f"{_percent(row.comparison.ratio - 1)}, accepted up to {_percent(entry.most)}")
    until = f", until {entry.until}" if entry.until else ""
    return replace(noted(row, f"up to {_percent(entry.most)}{until}: {entry.why}"), verdict=Verdict.ACCEPTED)


def noted(row: Row, note: str) -> Row:
    """Return the row with something more to say of it."""
    return replace(row, note="; ".join(filter(None, (row.note, note))))


def _percent(fraction: float) -> str:
    return f"+{fraction * 100:.3g} %"
