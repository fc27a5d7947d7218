"""A judgement as JSON; docs/comparison.schema.json describes it."""

import json
from typing import Any

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.report.wording import first_line

# Raised when a key changes its meaning or goes; new keys do not raise it.
FORMAT = 1


def render(judgement: Judgement) -> str:
    """The document as text."""
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
        "cases": [_case(row) for row in judgement.rows],
        "notes": list(judgement.notes),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _sides(row: Row) -> list[tuple[str, str, float | None]]:
    """Both sides in each unit: whoever reads seconds never finds bytes there."""
    return [(unit, side, value) for unit in ("s", "bytes") for side, value in (("base", row.base), ("head", row.head))]


def _case(row: Row) -> dict[str, Any]:
    found = row.comparison
    return {
        "name": row.name,
        "fullname": row.fullname,
        "verdict": row.verdict.value,
        "quantity": row.quantity.value,
        **{f"{side}_{unit}": value if unit == row.quantity.unit else None for unit, side, value in _sides(row)},
        "ratio": found and found.ratio,
        "interval": list(found.interval) if found and found.interval else None,
        "p_slower": found and found.p_slower,
        "n_base": found and found.n_base,
        "n_head": found and found.n_head,
        "smallest_seen": found and found.detectable_effect,
        "judged_to": row.min_effect,
        "note": row.note,
    }
