"""The phases of a pool's life side by side: a cold start, a warm call, the whole block."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report.html.figures import Cell, Figure, Table, chart, log_axis
from benchmarks.report.html.theme import SERIES
from benchmarks.text.formatting import duration

PHASES = ("cold start", "warm call", "whole block")

_ROW = 14


def phases_figure(times_s: Mapping[str, Mapping[str, float]]) -> Figure:
    """Bars by pool, such as `loky-n2`, and phase; times in seconds."""
    values: list[dict[str, Any]] = [
        {"pool": pool, "phase": phase, "ms": found[phase] * 1e3, "label": f"{pool}, {phase}: {duration(found[phase])}"}
        for pool, found in times_s.items()
        for phase in PHASES
        if phase in found
    ]
    place = {
        "y": {"field": "pool", "type": "ordinal", "sort": list(times_s), "title": None, "axis": {"ticks": False}},
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
        "How long a call of tasks that do nothing takes in a fresh pool, in one that was called before, and from "
        "opening the pool to leaving it.",
        chart(70 + 3 * _ROW * len(times_s), values, [{"mark": mark, "encoding": place}]),
        _table(times_s),
    )


def _table(times_s: Mapping[str, Mapping[str, float]]) -> Table:
    rows: Sequence[Sequence[Cell]] = [
        [Cell(pool), *(Cell(duration(found[phase]), found[phase]) if phase in found else Cell("") for phase in PHASES)]
        for pool, found in times_s.items()
    ]
    return Table("Time of a call by phase", ("pool", *PHASES), rows)
