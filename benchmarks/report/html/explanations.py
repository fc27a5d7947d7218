"""The section about why cases are slower: in which functions head spends more time, and in which less.

A flame graph of differences tells them apart by colour, and its widths are those of whole call paths. Here each
function has a bar of its own: to the right if head spends more time in it, to the left if less.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.profiles import FunctionChange
from benchmarks.report.case_labels import case_labels, fitted
from benchmarks.report.html.figures import APART, NAMES, Cell, Figure, Section, Table, chart, time_unit
from benchmarks.report.html.theme import CHANGE, LINE, PAPER
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

_TITLES = ("function", "base", "head", "more", "called in base", "called in head", "callers")

# The functions of a chart; its table has all.
_MOST_BARS = 12

# The height of a row: on a phone, the name stands above its bar.
_ROW, _TALL = 20, 34

# Characters in a line of a phone, for a name and its numbers, and of the longest name beside the bars on a screen.
_LINE_ON_PHONE, _LONGEST_ON_SCREEN = 45, 42

# Browsers set letters wider than Vega expects, and these lines are long.
_PADDING = {"left": 40, "top": 4, "right": 24, "bottom": 4}


def explanation_section(explanations: Mapping[str, Sequence[FunctionChange]]) -> Section:
    """Return a chart of the functions that take more or less time a call for each case, largest increase first."""
    sentence = (
        "Both sides profiled in turns, after the verdict: a function's own time in one call of the case, in the "
        "thread that makes the call; of other threads, samples of the time in which they did not wait. Profiling "
        "slows every function call: these times are for comparison only."
    )
    named = zip(case_labels([visible(nodeid) for nodeid in explanations]), explanations.values(), strict=True)
    figures = [_figure(number, case, changes) for number, (case, changes) in enumerate(named, start=1) if changes]
    return Section("why", "Why", [sentence], figures, nothing="" if figures else "Why: the profiles name no function.")


def _figure(number: int, case: str, found: Sequence[FunctionChange]) -> Figure:
    largest = sorted(found, key=lambda change: -abs(change.more_s))[:_MOST_BARS]
    shown = [change for change in found if change in largest]
    longest_s = max(abs(change.more_s) for change in shown)
    unit, scale = time_unit(longest_s)
    names = [change.name for change in shown]
    return Figure(
        f"why-{number}",
        f"What {case} spends its time on: more in head to the right, less to the left",
        "Difference of each function's own time in one call, head less base. Filled bars have the same sign in every "
        "turn, outlined ones do not. " + "; ".join(_label(change) for change in shown[:3]) + ".",
        _phone(_values(shown, [_name_on_phone(change) for change in shown], scale), unit),
        Table(f"Functions of {case}", _TITLES, [_row(change) for change in found], tools=True),
        _screen(_values(shown, fitted(names, _LONGEST_ON_SCREEN), scale), unit),
    )


def _values(shown: Sequence[FunctionChange], names: Sequence[str], scale: float) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "row": row,
            "more": change.more_s * scale,
            "sign": ("more" if change.more_s >= 0 else "less") + ("" if change.steady else ", not in every turn"),
            "text": _numbers(change),
            "label": _label(change),
        }
        for row, (name, change) in enumerate(zip(names, shown, strict=True))
    ]


def _name_on_phone(change: FunctionChange) -> str:
    """Return a function's name, or as much of its end as there is room for beside its numbers."""
    room = _LINE_ON_PHONE - len(_numbers(change))
    return change.name if len(change.name) <= room else f"…{change.name[1 - room :]}"


def _screen(values: Sequence[dict[str, Any]], unit: str) -> dict[str, Any]:
    """Return the chart with the names to the left and the numbers to the right of the bars."""
    y = {"field": "name", "type": "ordinal", "title": None, "sort": None, "axis": NAMES}
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 8, "aria": False},
        "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "text"}},
    }
    drawn = chart(48 + _ROW * len(values), values, [_bars(y, unit, {"band": 0.6}), numbers])
    return {**drawn, "padding": _PADDING}


def _phone(values: Sequence[dict[str, Any]], unit: str) -> dict[str, Any]:
    """Return the chart with the names, which may be alike when cut, and the numbers above the bars."""
    y = {"field": "row", "type": "ordinal", "title": None, "sort": None, "axis": None, "scale": {"type": "band"}}
    above = {**y, "bandPosition": 0.25}

    def text(align: str, place: object, field: str) -> dict[str, Any]:
        mark = {"type": "text", "align": align, "aria": False}
        return {"mark": mark, "encoding": {"y": above, "x": {"value": place}, "text": {"field": field}}}

    bars = _bars(y, unit, 9)
    bars["mark"]["yOffset"] = 8
    return chart(48 + _TALL * len(values), values, [bars, text("left", 0, "name"), text("right", "width", "text")])


def _bars(y: Mapping[str, Any], unit: str, height: object) -> dict[str, Any]:
    signs = ("more", "more, not in every turn", "less", "less, not in every turn")

    def channel(colours: Sequence[str]) -> dict[str, Any]:
        return {"field": "sign", "type": "nominal", "legend": None, "scale": {"domain": signs, "range": list(colours)}}

    x = {
        "field": "more",
        "type": "quantitative",
        "title": f"head less base, {unit} a call",
        "axis": {"grid": True, "tickCount": 5, "orient": "top", "format": "+,~r", **APART},
    }
    return {
        "mark": {"type": "bar", "height": height, "strokeWidth": 1.5},
        "encoding": {
            "y": y,
            "x": x,
            "stroke": channel((CHANGE, CHANGE, LINE, LINE)),
            "fill": channel((CHANGE, PAPER, LINE, PAPER)),
            "description": {"field": "label"},
        },
    }


def _label(change: FunctionChange) -> str:
    callers = f", from {', '.join(change.callers)}" if change.callers else ""
    return f"{change.name}: {_numbers(change)}{callers}"


def _numbers(change: FunctionChange) -> str:
    if not change.base_calls and not change.head_calls:
        return _more(change)  # sampled
    return f"{_more(change)}, {change.base_calls:.4g} → {change.head_calls:.4g} calls"


def _more(change: FunctionChange) -> str:
    return f"{'+' if change.more_s >= 0 else '-'}{_seconds(abs(change.more_s))}"


def _row(change: FunctionChange) -> list[Cell]:
    return [
        Cell(change.name),
        Cell(_seconds(change.base_s), change.base_s),
        Cell(_seconds(change.head_s), change.head_s),
        Cell(_more(change), change.more_s),
        Cell(f"{change.base_calls:.4g}", change.base_calls),
        Cell(f"{change.head_calls:.4g}", change.head_calls),
        Cell(", ".join(change.callers)),
    ]


def _seconds(seconds: float) -> str:
    return duration(seconds) if seconds else "0"
