"""The sentences that every output of a judgement shares."""

from collections.abc import Sequence

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Verdict

# Verdicts whose reason a reader needs beside the numbers.
EXPLAINED = FAILING | {Verdict.ACCEPTED, Verdict.INCOMPARABLE, Verdict.NEW}


def note_beside(row: Row) -> str:
    """Return the note that a table shows beside the verdict, empty if the numbers explain it."""
    return row.note if row.comparison is None or row.verdict in EXPLAINED else ""


def tally(judgement: Judgement) -> str:
    """Return the count of each verdict, such as `1 REGRESSION, 4 UNCHANGED`; empty for no rows."""
    return ", ".join(f"{count} {verdict.value}" for verdict, count in judgement.counts.items())


def first_line(judgement: Judgement) -> str:
    """Return the verdict on the whole judgement in one line."""
    counts = judgement.counts
    if judgement.failed:
        failing = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in counts if verdict in FAILING)
        return f"FAIL: {failing}; {_unjudged(judgement)}" if _judged_cases(judgement) else f"FAIL: {failing}"
    if judgement.undecided:
        return f"INCONCLUSIVE: {_unjudged(judgement)}" if judgement.compared else "NOTHING COMPARABLE"
    accepted = counts.get(Verdict.ACCEPTED)
    seen = f"{accepted} ACCEPTED and no other regression seen" if accepted else "no regression seen"
    return f"PASS: {seen}; {_unjudged(judgement)}"


def _unjudged(judgement: Judgement) -> str:
    """Say how many cases could not be judged, or, of a gate, how many rows are proved."""
    rows = _judged_cases(judgement)
    if judgement.proves:
        return _proved(judgement, rows)
    without = sum(row.verdict is Verdict.INCONCLUSIVE for row in rows)
    judged = f"judged to {judgement.min_effect * 100:g} %"
    if len(rows) == 1:
        case = "the case" if len(judgement.times) == 1 else "the only comparable case"
        return f"{case} could not be {judged}" if without else f"{case} was {judged}"
    if not without:
        return f"all {len(rows)} cases were {judged}"
    return f"{without} of {len(rows)} cases could not be {judged}"


def _proved(judgement: Judgement, rows: Sequence[Row]) -> str:
    """Say how many rows a gate proved unchanged. Groups are proved to less than cases, and so to as much as well."""
    proved = sum(row.verdict is Verdict.UNCHANGED for row in rows)
    unchanged = f"proved unchanged to {judgement.min_effect * 100:g} %"
    if any(row.min_effect > judgement.min_effect for row in rows):
        unchanged += " or to their limit"
    if len(rows) == 1:
        return f"the case is {unchanged}" if proved else f"the case could not be {unchanged}"
    return f"{proved if proved else 'none'} of {len(rows)} rows {unchanged}"


def _judged_cases(judgement: Judgement) -> list[Row]:
    """Return the rows about time that were compared, or that a gate had no time to measure."""
    return [row for row in judgement.times if row.comparison or row.verdict is Verdict.INCONCLUSIVE]
