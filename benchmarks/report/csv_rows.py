"""A judgement as CSV: one row per case and quantity, plain numbers."""

import csv
import io

from benchmarks.analysis.judgement import Judgement
from benchmarks.report.columns import Output, Value, columns


def render(judgement: Judgement) -> str:
    """Return the table as text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    csv_columns = columns(Output.CSV)
    writer.writerow([column.key for column in csv_columns])
    for row in judgement.rows:
        writer.writerow([_cell(column.value(row)) for column in csv_columns])
    return stream.getvalue()


def _cell(value: Value) -> Value:
    # A spreadsheet would take a name that begins like this for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
