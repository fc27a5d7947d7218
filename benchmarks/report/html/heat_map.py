"""n_jobs by batch size: speed-ups of one backend, the best cell marked, cells without a time visibly so."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report.heat import HeatCell, HeatMap, State
from benchmarks.report.html.figures import WIDTH, Cell, Figure, Table, chart
from benchmarks.report.html.theme import CHANGE, HEAT, HEAT_STEPS, INK, MUTED, PAPER
from benchmarks.text.formatting import duration

_ROW, _LOW_ROW, _MANY_ROWS = 34, 20, 8
_LETTERS, _SMALL_LETTERS = 11, 6

# Of three that stand side by side.
_NARROW = 240


def heat_figure(heat: HeatMap) -> Figure:
    """One backend's cells as a chart, and as a table."""
    values = [_value(cell) for cell in heat.cells]
    axis = {"ticks": False, "domain": False, "labelPadding": 6}
    columns, rows = ({"type": "ordinal", "sort": list(asked)} for asked in (heat.batch_sizes, heat.n_jobs))
    place: dict[str, Any] = {
        "x": {
            **columns,
            "field": "size",
            "title": "batch size",
            "axis": {**axis, "labelAngle": _angle(heat.batch_sizes)},
        },
        "y": {**rows, "field": "jobs", "title": "n_jobs", "axis": axis},
    }
    fills = [*HEAT, PAPER]
    layers: list[Mapping[str, Any]] = [
        {
            "mark": {"type": "rect", "stroke": PAPER, "strokeWidth": 2},
            "encoding": {
                **place,
                "fill": {
                    "field": "fill",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": fills, "range": fills},
                },
                "description": {"field": "label"},
            },
        },
        _outline("datum.state == 'alias'", place, {"stroke": MUTED, "strokeDash": [2, 2]}),
        _outline("datum.state == 'failed'", place, {"stroke": CHANGE, "strokeWidth": 2}),
        _outline("datum.best", place, {"stroke": INK, "strokeWidth": 2.5}),
        {
            "mark": {"type": "text", "aria": False, "fontSize": _letters(len(heat.batch_sizes))},
            "encoding": {**place, "text": {"field": "text"}},
        },
    ]
    best = next((cell for cell in heat.cells if cell.best), None)
    said = f"The best cell is {_words(best)}." if best else "No cell has a time."
    return Figure(
        name=f"heat-{heat.number}",
        title=heat.backend,
        description=f"Speed-up of {heat.backend} over the direct loop by n_jobs and batch size. {said}",
        spec=chart(_row(len(heat.n_jobs)) * len(heat.n_jobs) + 48, values, layers),
        table=_table(heat),
    )


def overview(maps: Sequence[HeatMap]) -> Figure:
    """All backends in one picture, for a page that has no room for more."""
    figures = [heat_figure(heat) for heat in maps]
    charts = [
        {
            **figure.spec,
            "title": figure.title,
            "autosize": "pad",
            "width": _NARROW,
            "height": _row(len(heat.n_jobs)) * len(heat.n_jobs),
        }
        for heat, figure in zip(maps, figures, strict=True)
    ]
    return Figure(
        "overview",
        "Speed-up over the direct loop by backend, n_jobs and batch size",
        " ".join(figure.description for figure in figures),
        {"concat": charts, "columns": 3, "spacing": 24},
        figures[0].table,
    )


def _row(rows: int) -> int:
    return _ROW if rows <= _MANY_ROWS else _LOW_ROW


def _angle(sizes: Sequence[str]) -> int:
    """Upright where the longest does not fit under its column."""
    return 0 if max(map(len, sizes)) * 7 <= WIDTH * 0.8 / len(sizes) else -90


def _letters(columns: int) -> float:
    """Four characters have to fit into a cell."""
    return max(_SMALL_LETTERS, min(_LETTERS, WIDTH * 0.8 / columns / 2.6))


def _outline(condition: str, place: Mapping[str, Any], style: Mapping[str, Any]) -> dict[str, Any]:
    mark = {"type": "rect", "fill": None, "aria": False, **style}
    return {"transform": [{"filter": condition}], "mark": mark, "encoding": place}


def _value(cell: HeatCell) -> dict[str, Any]:
    text, fill = _drawn(cell)
    return {
        "size": cell.batch_size,
        "jobs": cell.n_jobs,
        "state": cell.state.value,
        "best": cell.best,
        "label": _words(cell),
        "text": text,
        "fill": fill,
    }


def _drawn(cell: HeatCell) -> tuple[str, str]:
    """What stands in a cell, and on which colour."""
    if cell.state is State.MEASURED and cell.speed_up is not None:
        return f"{cell.speed_up:.2f}", HEAT[bisect_right(HEAT_STEPS, cell.speed_up)]
    return {State.ALIAS: "alias", State.FAILED: "failed"}.get(cell.state, "-"), PAPER


def _words(cell: HeatCell) -> str:
    where = f"n_jobs {cell.n_jobs}, batch size {cell.batch_size}"
    if cell.state is State.MEASURED and cell.speed_up is not None and cell.time_s is not None:
        return f"{where}: {cell.speed_up:.2f} times the direct loop, {duration(cell.time_s)}"
    return f"{where}: {cell.note}"


def _table(heat: HeatMap) -> Table:
    by_place = {(cell.n_jobs, cell.batch_size): cell for cell in heat.cells}
    rows: list[Sequence[Cell]] = []
    for jobs in heat.n_jobs:
        found = [by_place.get((jobs, size)) for size in heat.batch_sizes]
        rows.append([Cell(jobs), *(Cell(_cell(cell)) for cell in found)])
    titles = ["n_jobs", *(f"batch {size}" for size in heat.batch_sizes)]
    return Table(f"Speed-up of {heat.backend} over the direct loop, and the time of a call", titles, rows)


def _cell(cell: HeatCell | None) -> str:
    if cell is None or cell.state is State.MISSING:
        return "not measured"
    if cell.state is State.MEASURED and cell.speed_up is not None and cell.time_s is not None:
        return f"{cell.speed_up:.2f}x, {duration(cell.time_s)}{' (best)' if cell.best else ''}"
    return cell.note
