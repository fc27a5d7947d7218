"""A judgement for programs: JSON, which docs/comparison.schema.json describes, and CSV."""

import csv
import io
import json

from benchmarks.analysis.judgement import Judgement
from benchmarks.report.columns import Output, Value, columns
from benchmarks.report.wording import first_line

# Raised when a key is removed or changes its meaning; new keys don't raise it.
FORMAT = 1


def render_json(judgement: Judgement) -> str:
    """Return the judgement as a JSON document."""
    document = {
        "format": FORMAT,
        "summary": first_line(judgement),
        "failed": judgement.failed,
        "undecided": judgement.undecided,
        "base": judgement.base,
        "head": judgement.head,
        "alpha": judgement.alpha,
        "min_effect": judgement.min_effect,
        "counts": {verdict.value: count for verdict, count in judgement.counts.items()},
        "cases": [{column.key: column.value(row) for column in columns(Output.JSON)} for row in judgement.rows],
        "loop_ratio": judgement.loop_ratio,
        "answer": list(judgement.answer),
        "notes": list(judgement.notes),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def render_csv(judgement: Judgement) -> str:
    """Return the rows as CSV, with a header: one line per case and quantity, numbers without units."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    csv_columns = columns(Output.CSV)
    writer.writerow([column.key for column in csv_columns])
    for row in judgement.rows:
        writer.writerow([_csv_value(column.value(row)) for column in csv_columns])
    return stream.getvalue()


def _csv_value(value: Value) -> Value:
    # A spreadsheet would take a name that begins like this for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
