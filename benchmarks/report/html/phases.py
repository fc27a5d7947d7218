"""The phases of a pool's life: cold start, warm call, whole block."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report.case_labels import fitted
from benchmarks.report.html.figures import LONGEST, NAMES, Cell, Figure, Table, chart, log_axis
from benchmarks.report.html.theme import SERIES
from benchmarks.text.formatting import duration

PHASES = ("cold start", "warm call", "whole block")

_ROW = 14


def phases_figure(times_s: Mapping[str, Mapping[str, float]]) -> Figure:
    """Return a chart of the times (s) by pool, such as `loky-n2`, and phase."""
    names = dict(zip(times_s, fitted(list(times_s), LONGEST), strict=True))
    values: list[dict[str, Any]] = [
        {
            "pool": names[pool],
            "phase": phase,
            "ms": phases_s[phase] * 1e3,
            "label": f"{pool}, {phase}: {duration(phases_s[phase])}",
        }
        for pool, phases_s in times_s.items()
        for phase in PHASES
        if phase in phases_s
    ]
    encoding = {
        "y": {"field": "pool", "type": "ordinal", "sort": list(names.values()), "title": None, "axis": NAMES},
        "yOffset": {"field": "phase", "sort": list(PHASES)},
        "x": log_axis("ms", "ms", [float(value["ms"]) for value in values], grid=True),
        "color": {
            "field": "phase",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(PHASES), "range": list(SERIES[: len(PHASES)])},
        },
        "shape": {
            "field": "phase",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(PHASES), "range": ["circle", "square", "triangle-up"]},
        },
        "description": {"field": "label"},
    }
    mark = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    return Figure(
        "phases",
        "Cold start, warm call, whole block",
        "The time of a call of tasks that do nothing: in a new pool, in one that was called before, and from opening "
        "the pool to closing it.",
        chart(70 + 3 * _ROW * len(times_s), values, [{"mark": mark, "encoding": encoding}]),
        _table(times_s),
    )


def _table(times_s: Mapping[str, Mapping[str, float]]) -> Table:
    rows: Sequence[Sequence[Cell]] = [
        [
            Cell(pool),
            *(Cell(duration(phases_s[phase]), phases_s[phase]) if phase in phases_s else Cell("") for phase in PHASES),
        ]
        for pool, phases_s in times_s.items()
    ]
    return Table("Time of a call by phase", ("pool", *PHASES), rows)
