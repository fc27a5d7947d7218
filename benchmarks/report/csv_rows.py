"""A judgement as CSV: one row a case and quantity, plain numbers."""

import csv
import io

from benchmarks.analysis.judgement import Judgement, Row

COLUMNS = (
    "fullname",
    "verdict",
    "base_s",
    "head_s",
    "ratio",
    "lo",
    "hi",
    "p_slower",
    "n_base",
    "n_head",
    "smallest_seen",
    "note",
    "quantity",
    "base_bytes",
    "head_bytes",
)


def render(judgement: Judgement) -> str:
    """The table as text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in judgement.rows:
        writer.writerow([_cell(value) for value in _values(row)])
    return stream.getvalue()


def _values(row: Row) -> tuple[object, ...]:
    found = row.comparison
    sides = (row.base, row.head)
    seconds, sizes = ((None, None), sides) if row.quantity.unit == "bytes" else (sides, (None, None))
    end = (row.note, row.quantity.value, *sizes)
    start = (row.fullname, row.verdict.value, *seconds)
    if found is None:
        return (*start, *(None,) * 7, *end)
    lo, hi = found.interval or (None, None)
    counts = found.n_base, found.n_head
    return (*start, found.ratio, lo, hi, found.p_slower, *counts, found.detectable_effect, *end)


def _cell(value: object) -> object:
    # A spreadsheet would take a name that begins like this for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
