"""The forest plot of a comparison: the ratio of every case with its interval, worst first, on a logarithmic axis."""

from collections.abc import Sequence
from typing import Any

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Thresholds, Verdict
from benchmarks.report.case_labels import fitted
from benchmarks.report.html.figures import (
    APART,
    LONGEST,
    LONGEST_ON_SCREEN,
    NAMES,
    ROW,
    Figure,
    Table,
    chart,
    ratio_ticks,
)
from benchmarks.report.html.theme import BAND, CHANGE, HAZE, INK, LINE, MUTED, PAPER
from benchmarks.text.formatting import counted

# Signs of verdicts: the class of style.css, the shape, its outline and its filling. Those not named here are open.
_SIGNS = {
    **dict.fromkeys(FAILING, ("worse", "diamond", CHANGE, CHANGE)),
    Verdict.ACCEPTED: ("accepted", "square", INK, INK),
    Verdict.IMPROVEMENT: ("better", "triangle-down", LINE, LINE),
    Verdict.UNCHANGED: ("same", "circle", INK, INK),
}
_OPEN = ("open", "circle", MUTED, PAPER)

# Longer intervals are cut off at this multiple of the ratio.
_WIDEST = 3.0

# On a phone, the name stands above its row.
_TALL = 34


def mark_of(verdict: Verdict) -> str:
    """Return the class of a verdict's sign in style.css."""
    return _SIGNS.get(verdict, _OPEN)[0]


def forest(name: str, title: str, rows: Sequence[Row], judgement: Judgement, table: Table) -> Figure:
    """Return the chart of these rows, all of which have a comparison."""
    values = [_value(row, judgement) for row in rows]
    names = [row.name for row in rows]
    short = [{**value, "name": text} for value, text in zip(values, fitted(names, 2 * LONGEST), strict=True)]
    longer = [{**value, "name": text} for value, text in zip(values, fitted(names, LONGEST_ON_SCREEN), strict=True)]
    x = _axis(values)
    return Figure(
        name,
        title,
        f"Ratio of head to base of {counted(len(rows), 'row')}, on a logarithmic axis, with 95 % intervals where they "
        "are known. Within the dark band nothing is called a regression; the light one ends at the slowdown "
        "that matters. Diamonds fail, squares are accepted slowdowns, triangles are faster, dots unchanged, rings "
        "undecided.",
        _phone(short, x),
        table,
        _screen(longer, x),
    )


def _screen(values: Sequence[dict[str, Any]], x: dict[str, Any]) -> dict[str, Any]:
    """Return the chart with the names to the left and the ratios to the right of the rows."""
    y = {"field": "name", "type": "ordinal", "title": None, "sort": None, "axis": NAMES, "scale": {"type": "band"}}
    ratios = {
        "mark": {"type": "text", "align": "right", "dx": 56, "aria": False},
        "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "times"}},
    }
    return chart(48 + ROW * len(values), values, [*_layers(y, x, 0.5), ratios])


def _phone(values: Sequence[dict[str, Any]], x: dict[str, Any]) -> dict[str, Any]:
    """Return the chart with the names above the rows."""
    y = {"field": "name", "type": "ordinal", "title": None, "sort": None, "axis": None, "scale": {"type": "band"}}
    above = {**y, "bandPosition": 0.28}
    names = {
        "mark": {"type": "text", "align": "left", "stroke": PAPER, "strokeWidth": 3, "aria": False},
        "encoding": {"y": above, "x": {"value": 0}, "text": {"field": "name"}},
    }
    ratios = {
        "mark": {"type": "text", "align": "right", "aria": False},
        "encoding": {"y": above, "x": {"value": "width"}, "text": {"field": "times"}},
    }
    return chart(48 + _TALL * len(values), values, [*_layers(y, x, 0.72), names, ratios])


def _layers(y: dict[str, Any], x: dict[str, Any], band_position: float) -> list[dict[str, Any]]:
    """Return the bands, the line at 1, and each row's interval and sign at this place in its band."""
    at = {**y, "bandPosition": band_position}
    signs = [_SIGNS.get(verdict, _OPEN) for verdict in Verdict]

    def scale(part: int) -> dict[str, Any]:
        return {"domain": [verdict.value for verdict in Verdict], "range": [sign[part] for sign in signs]}

    def channel(part: int) -> dict[str, Any]:
        return {"field": "verdict", "type": "nominal", "legend": None, "scale": scale(part)}

    def band(colour: str, low: str, high: str) -> dict[str, Any]:
        mark = {"type": "bar", "color": colour, "aria": False, "height": {"band": 1}}
        return {"mark": mark, "encoding": {"y": y, "x": {**x, "field": low}, "x2": {"field": high}}}

    return [
        band(HAZE, "effect_low", "effect_high"),
        band(BAND, "floor_low", "floor_high"),
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": MUTED, "aria": False},
            "encoding": {"x": {**x, "field": "one"}},
        },
        {
            "transform": [{"filter": "datum.known"}],
            "mark": {"type": "rule", "aria": False, "strokeWidth": 1.5},
            "encoding": {"y": at, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": channel(2)},
        },
        {
            "mark": {"type": "point", "opacity": 1, "size": 46, "strokeWidth": 1.5},
            "encoding": {
                "y": at,
                "x": {**x, "field": "ratio"},
                "shape": channel(1),
                "stroke": channel(2),
                "fill": channel(3),
                "description": {"field": "label"},
            },
        },
    ]


def _axis(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the channel of the ratios, which spans all intervals and both bands."""
    low = min(min(value["low"], value["effect_low"]) for value in values) / 1.02
    high = max(max(value["high"], value["effect_high"]) for value in values) * 1.02
    return {
        "type": "quantitative",
        "title": "head / base (log scale): slower to the right",
        "scale": {"type": "log", "nice": False, "domain": [low, high]},
        "axis": {
            "values": ratio_ticks(low, high),
            "format": "~g",
            "grid": True,
            "orient": "top",
            "titleAnchor": "start",
            **APART,
        },
    }


def _value(row: Row, judgement: Judgement) -> dict[str, Any]:
    comparison = row.comparison
    assert comparison is not None
    low, high = comparison.interval or (comparison.ratio, comparison.ratio)
    interval = "{:.2f} to {:.2f}".format(*comparison.interval) if comparison.interval else "interval unknown"
    floor = _floor(row, judgement)
    return {
        "ratio": comparison.ratio,
        "known": comparison.interval is not None,
        "low": max(low, comparison.ratio / _WIDEST),
        "high": min(high, comparison.ratio * _WIDEST),
        "floor_low": 1 / (1 + floor),
        "floor_high": 1 + floor,
        "effect_low": 1 / (1 + row.min_effect),
        "effect_high": 1 + row.min_effect,
        "verdict": row.verdict.value,
        "times": f"{comparison.ratio:.2f}x",
        "label": f"{row.name}: {comparison.ratio:.3f}, {interval}, {row.verdict.value}",
    }


def _floor(row: Row, judgement: Judgement) -> float:
    """Return the smallest slowdown of this row that may be called a regression."""
    of_all = judgement.min_effect
    if row.is_group:
        return Thresholds.of_group(judgement.alpha, of_all).regression_floor
    limit = None if row.min_effect == of_all else row.min_effect
    return Thresholds.of_case(judgement.alpha, of_all, limit).regression_floor
