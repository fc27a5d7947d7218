"""A judgement as JSON; docs/comparison.schema.json describes it."""

import json

from benchmarks.analysis.judgement import Judgement
from benchmarks.report.columns import Output, columns
from benchmarks.report.wording import first_line

# Raised when a key is removed or changes its meaning; new keys don't raise it.
FORMAT = 1


def render(judgement: Judgement) -> str:
    """Return the document as text."""
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
        "notes": list(judgement.notes),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"
