"""Apply accepted.toml to the judgement of a gate, whose rows are about groups of cases as well; write new entries."""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from benchmarks.acceptance.entries import Acceptance
from benchmarks.acceptance.rows import Contains, accepted_row, covers, noted, remarks, row_names, statuses_of
from benchmarks.analysis.hypotheses import judge_groups
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.errors import GateError
from benchmarks.gate.hypotheses import groups
from benchmarks.gate.measurements import LogRatios
from benchmarks.gate.record import Record
from benchmarks.limits import case_names
from benchmarks.report.case_labels import labelled
from benchmarks.text.printable import visible


def with_acceptances(
    judgement: Judgement,
    entries: Sequence[Acceptance],
    record: Record,
    log_ratios: Mapping[str, LogRatios],
    contains: Contains,
    today: datetime.date,
) -> Judgement:
    """Return the judgement with what the entries cover as ACCEPTED.

    Its notes name the entries that are over, and those that match no row.
    """
    if not entries:
        return judgement
    statuses = statuses_of(entries, contains, today)
    rows = [accepted_row(row, statuses) for row in judgement.rows]
    covered = {row.fullname for row in judgement.rows if _is_case(row, record) and covers(row, statuses)}
    slower = _slower_without(covered, record, log_ratios)
    rows = [_accepted_group(row, covered, slower, record) for row in rows]
    notes = (*_unmatched(entries, judgement.rows), *remarks(statuses), *judgement.notes)
    return replace(judgement, rows=worst_first(rows), notes=notes)


def _accepted_group(row: Row, covered: set[str], slower_without: set[str], record: Record) -> Row:
    """Return a backend's or the grid's row as ACCEPTED if no slowdown is seen in it without the covered cases."""
    members = groups(record.cases).get(row.fullname, [])
    if row.verdict is not Verdict.REGRESSION or not covered.intersection(members):
        return row
    if row.fullname in slower_without:
        return noted(row, "slower without the accepted cases too")
    return replace(noted(row, "no slowdown without the accepted cases"), verdict=Verdict.ACCEPTED)


def _unmatched(entries: Sequence[Acceptance], rows: Sequence[Row]) -> list[str]:
    """Say which entries name nothing here: mistyped, about a case that is gone, or one that -k leaves out."""
    names_by_row = [row_names(row) for row in rows]
    return [
        f"{entry.origin} matches no row of this gate: {visible(entry.match)}."
        for entry in entries
        if not any(entry.fits(names, entry.quantity) for names in names_by_row)
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
        if any(name == case or fnmatchcase(name, case) for name in (label, *row_names(row)))
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
