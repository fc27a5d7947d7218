"""The chart of a run's answer: the best case of each backend over the plain loop, or the notebook's configurations."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.grid import LOOP
from benchmarks.report.html.figures import NAMES, ROW, Cell, Figure, Table, chart, log_axis, number
from benchmarks.report.html.theme import INK, LINE
from benchmarks.report.measured import MeasuredCase
from benchmarks.text.formatting import duration, factor

_ROW = 1.6 * ROW


def best_figure(best: Sequence[MeasuredCase], intervals: Mapping[str, tuple[float, float]]) -> Figure:
    """Return the speed-ups of these cases, one per backend, fastest first, with their intervals by name."""
    ranked = sorted(best, key=lambda case: -case.configuration.speed_up)
    values = [_speed_up(case, intervals.get(case.configuration.name)) for case in ranked]
    ends = [1.0, *(float(value[end]) for value in values for end in ("low", "high"))]
    y = _names(values)
    x = log_axis("up", "times as fast as the plain loop", ends, grid=True)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": INK, "aria": False},
            "encoding": {"x": {**x, "field": "one"}},
        },
        {
            "mark": {"type": "rule", "color": LINE, "aria": False, "strokeWidth": 2},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": LINE},
            "encoding": {"y": y, "x": x, "description": {"field": "label"}},
        },
        _at_the_right(y),
    ]
    return Figure(
        "best",
        "The best case of each backend",
        f"Speed-up over the plain loop, which is the line at 1, of the best case of each backend, fastest first: "
        f"{values[0]['label']}. Lines are 95 % intervals, from the "
        "rounds and the loops beside them.",
        chart(52 + _ROW * len(values), values, layers),
        Table(
            "The best case of each backend",
            ("case", "speed-up", "95 % from", "95 % to", "time"),
            [
                [
                    Cell(str(value["name"])),
                    number(case.configuration.speed_up, ".3f"),
                    *_ends(intervals.get(case.configuration.name)),
                    Cell(duration(case.configuration.time_s), case.configuration.time_s),
                ]
                for value, case in zip(values, ranked, strict=True)
            ],
        ),
    )


def notebook_figure(cases: Sequence[MeasuredCase]) -> Figure:
    """Return the times of the notebook's configurations as bars, in the order of the notebook's cells."""
    values: list[dict[str, Any]] = [
        {
            "name": "plain loop" if case.configuration.backend == LOOP else case.configuration.name,
            "s": case.configuration.time_s,
            "text": _time_and_factor(case),
            "label": f"{case.configuration.name}: {_time_and_factor(case)}",
        }
        for case in cases
    ]
    y = _names(values)
    x = {"field": "s", "type": "quantitative", "title": "time of the whole block, s", "axis": {"tickCount": 5}}
    bars = {
        "mark": {"type": "bar", "color": LINE, "height": {"band": 0.55}},
        "encoding": {"y": y, "x": x, "description": {"field": "label"}},
    }
    return Figure(
        "best",
        "The notebook's configurations",
        "Time of each of the notebook's configurations: " + "; ".join(str(value["label"]) for value in values) + ".",
        chart(46 + _ROW * len(values), values, [bars, _at_the_right(y)]),
        Table(
            "The notebook's configurations",
            ("configuration", "time", "times as fast as the plain loop"),
            [
                [
                    Cell(str(value["name"])),
                    Cell(duration(case.configuration.time_s), case.configuration.time_s),
                    number(case.configuration.speed_up, ".2f"),
                ]
                for value, case in zip(values, cases, strict=True)
            ],
        ),
    )


def _ends(interval: tuple[float, float] | None) -> list[Cell]:
    return [Cell("unknown")] * 2 if interval is None else [number(end, ".3f") for end in interval]


def _names(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = [value["name"] for value in values]
    axis = {**NAMES, "labelFontSize": 12}
    return {"field": "name", "type": "ordinal", "title": None, "sort": names, "axis": axis}


def _at_the_right(y: dict[str, Any]) -> dict[str, Any]:
    """Return the layer that writes each row's numbers beside it."""
    return {
        "mark": {"type": "text", "align": "left", "dx": 8, "aria": False, "fontSize": 12},
        "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "text"}},
    }


def _time_and_factor(case: MeasuredCase) -> str:
    configuration = case.configuration
    if configuration.backend == LOOP:
        return duration(configuration.time_s)
    return f"{duration(configuration.time_s)}, {factor(configuration.speed_up)}"


def _speed_up(case: MeasuredCase, interval: tuple[float, float] | None) -> dict[str, Any]:
    configuration = case.configuration
    low, high = interval or (configuration.speed_up, configuration.speed_up)
    known = f", 95 % {factor(low)} to {factor(high)}" if interval else ""
    return {
        "name": configuration.name,
        "up": configuration.speed_up,
        "low": low,
        "high": high,
        "text": factor(configuration.speed_up),
        "label": f"{configuration.name}: {factor(configuration.speed_up)} the speed of the plain loop, "
        f"{duration(configuration.time_s)}{known}",
    }
