"""Heat maps on the page: speed-ups of a backend by n_jobs and batch size; the best case is framed."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report.heat import HeatCell, HeatMap, State
from benchmarks.report.html.figures import WIDTH, Cell, Figure, Table, chart
from benchmarks.report.html.theme import CHANGE, HEAT, HEAT_STEPS, INK, MUTED, PAPER
from benchmarks.text.formatting import duration

_ROW, _LOW_ROW, _MANY_ROWS = 34, 20, 8
_LETTERS, _SMALL_LETTERS = 11, 6

# The width of a map in the overview, which has three per row.
_NARROW = 240


def heat_figure(heat: HeatMap) -> Figure:
    """Return the heat map of one backend as a chart and a table."""
    values = [_value(cell) for cell in heat.cells]
    axis = {"ticks": False, "domain": False, "labelPadding": 6}
    columns, rows = ({"type": "ordinal", "sort": list(asked)} for asked in (heat.batch_sizes, heat.n_jobs))
    position: dict[str, Any] = {
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
                **position,
                "fill": {
                    "field": "fill",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": fills, "range": fills},
                },
                "description": {"field": "label"},
            },
        },
        _outline("datum.state == 'alias'", position, {"stroke": MUTED, "strokeDash": [2, 2]}),
        _outline("datum.state == 'failed'", position, {"stroke": CHANGE, "strokeWidth": 2}),
        _outline("datum.best", position, {"stroke": INK, "strokeWidth": 2.5}),
        {
            "mark": {"type": "text", "aria": False, "fontSize": _letters(len(heat.batch_sizes))},
            "encoding": {**position, "text": {"field": "text"}},
        },
    ]
    best = next((cell for cell in heat.cells if cell.best), None)
    best_case = f"The best case is {_words(best)}." if best else "No case has a time."
    return Figure(
        name=f"heat-{heat.number}",
        title=heat.backend,
        description=f"Speed-up of {heat.backend} over the plain loop by n_jobs and batch size. {best_case}",
        spec=chart(_row(len(heat.n_jobs)) * len(heat.n_jobs) + 48, values, layers),
        table=_table(heat),
    )


def heat_key() -> list[tuple[str, str]]:
    """Return the key to the colours, from slow to fast: what each begins with, and its class in style.css."""
    steps = [f"<{HEAT_STEPS[0]:g}x", *(f"{step:g}x" for step in HEAT_STEPS)]
    return [("1x" if step == "0.95x" else step, f"heat-{place}") for place, step in enumerate(steps)]


def overview(maps: Sequence[HeatMap]) -> Figure:
    """Return the maps of all backends as one picture, for documents outside the page such as the README."""
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
        "Speed-up over the plain loop by backend, n_jobs and batch size",
        " ".join(figure.description for figure in figures),
        {"concat": charts, "columns": 3, "spacing": 24},
        figures[0].table,
    )


def _row(rows: int) -> int:
    return _ROW if rows <= _MANY_ROWS else _LOW_ROW


def _angle(sizes: Sequence[str]) -> int:
    """Return the angle of the labels: vertical if the longest does not fit under its column."""
    return 0 if max(map(len, sizes)) * 7 <= WIDTH * 0.8 / len(sizes) else -90


def _letters(columns: int) -> float:
    """Return the font size at which four characters fit into a cell."""
    return max(_SMALL_LETTERS, min(_LETTERS, WIDTH * 0.8 / columns / 2.6))


def _outline(condition: str, position: Mapping[str, Any], style: Mapping[str, Any]) -> dict[str, Any]:
    mark = {"type": "rect", "fill": None, "aria": False, **style}
    return {"transform": [{"filter": condition}], "mark": mark, "encoding": position}


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
    """Return the text of a cell and the colour behind it."""
    if cell.state is State.MEASURED and cell.speed_up is not None:
        return f"{cell.speed_up:.2f}", HEAT[bisect_right(HEAT_STEPS, cell.speed_up)]
    return {State.ALIAS: "alias", State.FAILED: "failed"}.get(cell.state, "-"), PAPER


def _words(cell: HeatCell) -> str:
    where = f"n_jobs {cell.n_jobs}, batch size {cell.batch_size}"
    if cell.state is State.MEASURED and cell.speed_up is not None and cell.time_s is not None:
        return f"{where}: {cell.speed_up:.2f} times the plain loop, {duration(cell.time_s)}"
    return f"{where}: {cell.note}"


def _table(heat: HeatMap) -> Table:
    cells = {(cell.n_jobs, cell.batch_size): cell for cell in heat.cells}
    rows = [[Cell(jobs), *(Cell(_cell(cells.get((jobs, size)))) for size in heat.batch_sizes)] for jobs in heat.n_jobs]
    titles = ["n_jobs", *(f"batch {size}" for size in heat.batch_sizes)]
    return Table(f"Speed-up of {heat.backend} over the plain loop, and the time of a call", titles, rows)


def _cell(cell: HeatCell | None) -> str:
    if cell is None or cell.state is State.MISSING:
        return "not measured"
    if cell.state is State.MEASURED and cell.speed_up is not None and cell.time_s is not None:
        return f"{cell.speed_up:.2f}x, {duration(cell.time_s)}{' (best)' if cell.best else ''}"
    return cell.note
