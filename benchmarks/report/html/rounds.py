"""Every round as a dot: no other chart shows the steps of joblib's polling and the speed modes of a machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.report.case_labels import fitted
from benchmarks.report.html.figures import LONGEST, NAMES, Cell, Figure, Table, chart, log_axis, number
from benchmarks.report.html.theme import LINE, SERIES
from benchmarks.text.formatting import counted, duration
from benchmarks.text.node_ids import parse_node_id

# More rows can't be read; the table has the numbers of all.
_MOST_ROWS = 40
_ROW = 15
_GRIDS = ("test_summation", "test_workload")

# More dots only cover each other.
_MOST_DOTS = 120


@dataclass(frozen=True)
class Rounds:
    """The rounds (s) of a case under a short name; `side` is base, head or empty."""

    name: str
    side: str
    rounds_s: Sequence[float]


def grouped(name: str) -> tuple[str, str]:
    """Return a case's group and its name within it: the backend for cases of the grid, else the test function."""
    _, _, function, params = parse_node_id(name)
    short = params or function
    if function not in _GRIDS:
        return function, short
    # The name of a workload contains no "-".
    short = short if function == "test_summation" else short.partition("-")[2]
    backend = short.partition("-n")[0]
    return backend, short.removeprefix(f"{backend}-")


def rounds_figures(groups: Mapping[str, Sequence[Rounds]]) -> list[Figure]:
    """Return a chart for each group: those of the grid on one logarithmic time axis, all others on another."""
    axes = {_in_grid(group): _axis(groups, _in_grid(group)) for group in groups}
    return [
        _figure(f"rounds-{place}", group, rows, axes[_in_grid(group)])
        for place, (group, rows) in enumerate(groups.items(), 1)
    ]


def _in_grid(group: str) -> bool:
    return not group.startswith("test_")


def _axis(groups: Mapping[str, Sequence[Rounds]], in_grid: bool) -> dict[str, Any]:
    """Return the axis of the groups inside the grid, or of those outside it."""
    own = [row for group, rows in groups.items() if _in_grid(group) is in_grid for row in rows]
    values_ms = [value * 1e3 for row in own for value in row.rounds_s]
    return log_axis("ms", "time of a round, ms", values_ms, grid=False)


def _figure(name: str, title: str, rows: Sequence[Rounds], axis: Mapping[str, Any]) -> Figure:
    names = list(dict.fromkeys(row.name for row in rows))
    labels = dict(zip(names[:_MOST_ROWS], fitted(names[:_MOST_ROWS], LONGEST), strict=True))
    values: list[dict[str, Any]] = [
        {"case": labels[row.name], "side": row.side, "ms": float(f"{value * 1e3:.5g}")}
        for row in rows
        if row.name in labels
        for value in _thinned(row.rounds_s)
    ]
    sides = [side for side in dict.fromkeys(row.side for row in rows) if side]
    encoding: dict[str, Any] = {
        "y": {
            "field": "case",
            "type": "ordinal",
            "sort": list(labels.values()),
            "title": None,
            "axis": {**NAMES, "grid": True},
        },
        "x": axis,
    }
    mark = {
        "type": "point",
        "size": 18,
        "opacity": 1,
        "strokeOpacity": 0.65,
        "aria": False,
        "filled": False,
        "color": LINE,
    }
    if sides:
        encoding["color"] = {
            "field": "side",
            "type": "nominal",
            "title": None,
            "scale": {"domain": sides, "range": list(SERIES[: len(sides)])},
        }
        encoding["shape"] = {
            "field": "side",
            "type": "nominal",
            "title": None,
            "scale": {"domain": sides, "range": ["circle", "square"][: len(sides)]},
        }
        encoding["yOffset"] = {"field": "side", "type": "nominal", "sort": sides}
    hidden = f" The first {_MOST_ROWS} of {len(names)} are drawn; the table has all." if len(names) > _MOST_ROWS else ""
    height = 46 + _ROW * len(labels) * max(1, len(sides)) * (0.8 if sides else 1) + (24 if sides else 0)
    return Figure(
        name,
        title,
        f"Every round of {counted(len(names), 'case')} as a dot, on a logarithmic time axis.{hidden}",
        chart(height, values, [{"mark": mark, "encoding": encoding}]),
        _table(title, rows),
    )


def _thinned(rounds_s: Sequence[float]) -> Sequence[float]:
    """Return the rounds; if there are very many, evenly spaced order statistics, including the extremes."""
    count = len(rounds_s)
    if count <= _MOST_DOTS:
        return rounds_s
    ranked = sorted(rounds_s)
    return [ranked[place * (count - 1) // (_MOST_DOTS - 1)] for place in range(_MOST_DOTS)]


def _table(title: str, rows: Sequence[Rounds]) -> Table:
    cells = [
        [
            Cell(f"{row.name} {row.side}".strip()),
            number(len(row.rounds_s), "d"),
            *(Cell(duration(f(row.rounds_s)), f(row.rounds_s)) for f in (min, median, max)),
        ]
        for row in rows
    ]
    return Table(f"Rounds of {title}", ("case", "rounds", "fastest", "median", "slowest"), cells)
