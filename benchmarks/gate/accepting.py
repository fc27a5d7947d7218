"""Apply accepted.toml to a judgement: REGRESSION becomes ACCEPTED where an entry in force covers it.

Nothing else is ever accepted: nobody chooses a wrong result or a missing case, and a limit is raised in its own file.
"""

import datetime
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from benchmarks.analysis.hypotheses import judge_groups
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.errors import GateError
from benchmarks.gate.acceptance import Acceptance
from benchmarks.gate.hypotheses import case_names, groups
from benchmarks.gate.measurements import LogRatios
from benchmarks.gate.record import Record
from benchmarks.report.case_labels import labelled
from benchmarks.text.printable import visible

# Return whether base contains a release or a commit; raises GateError if that can't be told.
Contains = Callable[[str], bool]


@dataclass(frozen=True)
class _Status:
    """What has become of an entry: why it is over (empty if it is in force), and a remark for the reader."""

    over: str
    remark: str


def with_acceptances(
    judgement: Judgement,
    entries: Sequence[Acceptance],
    record: Record,
    log_ratios: Mapping[str, LogRatios],
    contains: Contains,
    today: datetime.date,
) -> Judgement:
    """Return the judgement with what the entries cover as ACCEPTED, and with remarks on entries that are over."""
    if not entries:
        return judgement
    statuses = {entry: _status(entry, contains, today) for entry in entries}
    rows = [_accepted(row, statuses) for row in judgement.rows]
    covered = {row.fullname for row in judgement.rows if _is_case(row, record) and _covers(row, statuses)}
    slower = _slower_without(covered, record, log_ratios)
    rows = [_accepted_group(row, covered, slower, record) for row in rows]
    remarks = [*_unmatched(entries, judgement.rows), *(status.remark for status in statuses.values() if status.remark)]
    return replace(judgement, rows=worst_first(rows), notes=(*remarks, *judgement.notes))


def _status(entry: Acceptance, contains: Contains, today: datetime.date) -> _Status:
    if entry.until is not None and today > entry.until:
        return _Status(f"it was accepted until {entry.until}", f"{entry.origin} expired on {entry.until}: remove it.")
    if entry.since is None:
        return _Status("", "")
    since = visible(entry.since)
    try:
        if contains(entry.since):
            over = f"base already has {since}, so this slowdown is not the accepted one"
            return _Status(over, f"{entry.origin}: base already has {since}: remove it.")
    except GateError as error:
        return _Status("", f"{entry.origin}: it can't be determined whether base already has {since}: {error}.")
    return _Status("", "")


def _entry_of(row: Row, entries: Sequence[Acceptance]) -> Acceptance | None:
    names = (row.name, *case_names(row.fullname))
    return next((entry for entry in reversed(entries) if entry.fits(names, row.quantity)), None)


def _covers(row: Row, statuses: Mapping[Acceptance, _Status]) -> bool:
    entry = _entry_of(row, tuple(statuses))
    return entry is not None and not statuses[entry].over and not _beyond(row, entry)


def _beyond(row: Row, entry: Acceptance) -> bool:
    return row.comparison is not None and row.comparison.ratio > 1 + entry.most


def _accepted(row: Row, statuses: Mapping[Acceptance, _Status]) -> Row:
    """Return the row as ACCEPTED, or with the reason for which an entry does not cover it."""
    entry = _entry_of(row, tuple(statuses))
    if entry is None or row.verdict is not Verdict.REGRESSION or row.comparison is None:
        return row
    if over := statuses[entry].over:
        return _noted(row, over)
    if _beyond(row, entry):
        return _noted(row, f"{_percent(row.comparison.ratio - 1)}, accepted up to {_percent(entry.most)}")
    until = f", until {entry.until}" if entry.until else ""
    return replace(_noted(row, f"up to {_percent(entry.most)}{until}: {entry.why}"), verdict=Verdict.ACCEPTED)


def _noted(row: Row, note: str) -> Row:
    return replace(row, note="; ".join(filter(None, (row.note, note))))


def _percent(fraction: float) -> str:
    return f"+{fraction * 100:.3g} %"


def _accepted_group(row: Row, covered: set[str], slower_without: set[str], record: Record) -> Row:
    """Return a backend's or the grid's row as ACCEPTED if no slowdown is seen in it without the covered cases."""
    members = groups(record.cases).get(row.fullname, [])
    if row.verdict is not Verdict.REGRESSION or not covered.intersection(members):
        return row
    if row.fullname in slower_without:
        return _noted(row, "slower without the accepted cases too")
    return replace(_noted(row, "no slowdown without the accepted cases"), verdict=Verdict.ACCEPTED)


def _unmatched(entries: Sequence[Acceptance], rows: Sequence[Row]) -> list[str]:
    """Say which entries name nothing here: mistyped, about a case that is gone, or one that -k leaves out."""
    names = [(row.name, *case_names(row.fullname)) for row in rows]
    return [
        f"{entry.origin} matches no row of this gate: {visible(entry.match)}."
        for entry in entries
        if not any(entry.fits(row_names, entry.quantity) for row_names in names)
    ]


def _is_case(row: Row, record: Record) -> bool:
    return row.quantity is Quantity.TIME and row.fullname not in groups(record.cases)


def _slower_without(covered: set[str], record: Record, log_ratios: Mapping[str, LogRatios]) -> set[str]:
    """Return the names of the groups that are slower even without the covered cases."""
    left = {name: pairs for name, pairs in log_ratios.items() if name not in covered and name not in record.failures}
    thresholds = Thresholds.of_group(record.alpha, record.min_effect)
    tested = judge_groups(left, groups(record.cases), thresholds)
    return {name for name, group in tested.items() if group.verdict is Verdict.REGRESSION}


def new_acceptances(
    judgement: Judgement, cases: Sequence[str], why: str, since: str | None, until: datetime.date
) -> list[Acceptance]:
    """Return an entry for each of `cases` that became slower; `most` is what its interval allows, in whole percent.

    A case is named as in the table, by its test or node id, or by a pattern. Raises GateError if one names no
    REGRESSION.
    """
    return [entry for case in cases for entry in _new(judgement, case, why, since, until)]


def _new(judgement: Judgement, case: str, why: str, since: str | None, until: datetime.date) -> Iterator[Acceptance]:
    slower = [row for row in judgement.rows if row.verdict is Verdict.REGRESSION]
    labels = [row.name for row in labelled(judgement.rows) if row.verdict is Verdict.REGRESSION]
    slower_rows = [
        row
        for row, label in zip(slower, labels, strict=True)
        if any(name == case or fnmatchcase(name, case) for name in (label, row.name, *case_names(row.fullname)))
    ]
    if not slower_rows:
        expected = f"expected one of {', '.join(labels)}" if labels else "nothing became slower in this gate"
        raise GateError(f"--accept {visible(case)}: not a REGRESSION; {expected}")
    for quantity in dict.fromkeys(row.quantity for row in slower_rows):
        rows = [row for row in slower_rows if row.quantity is quantity]
        match = case_names(rows[0].fullname)[1] if len(rows) == 1 else case
        yield Acceptance("--accept", match, max(map(_most, rows)), why, since, until, quantity)


def _most(row: Row) -> float:
    """Return the slowdown that the row's interval allows, rounded up to whole percent."""
    assert row.comparison is not None
    ratio = row.comparison.interval[1] if row.comparison.interval else row.comparison.ratio
    return math.ceil((ratio - 1) * 100) / 100
