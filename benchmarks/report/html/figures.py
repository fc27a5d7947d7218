"""The parts of a page: sections with sentences, figures and tables. Every figure has a table with its numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A chart this wide fits a phone without scrolling; wider screens show several in a row.
WIDTH = 327

_FEWEST_TICKS, _MOST_TICKS = 2, 8
_STEPS: tuple[Sequence[float], ...] = (
    (1,),
    (1, 2, 5),
    (1, 1.5, 2, 3, 4, 5, 7),
    [step / 10 for step in range(10, 100, 2)],
    [step / 100 for step in range(100, 1000, 5)],
)


@dataclass(frozen=True)
class Cell:
    """A cell of a table, sorted by `key`, or by its text if that is None."""

    text: str
    key: float | None = None


@dataclass(frozen=True)
class Table:
    """A table: each row has a cell per title. With `tools`, readers can filter and sort it."""

    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    tools: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart as a Vega-Lite specification, a description of what it shows, and a table with its numbers.

    `name` is unique on the page and consists of letters, digits and dashes.
    """

    name: str
    title: str
    description: str
    spec: Mapping[str, Any]
    table: Table


@dataclass(frozen=True)
class Section:
    """A section under its own heading.

    `facts` are pairs of a term and its text; `pictures` are figures that only --pictures writes.
    """

    name: str
    title: str
    sentences: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    figures_first: bool = False
    pictures: Sequence[Figure] = ()
    facts: Sequence[tuple[str, str]] = field(default=())


# Charts with a row per case: the height of a row, and the axis of the cases' names. Longer names lose their middle, as
# names differ at their ends; the table behind the chart has them whole.
ROW = 16
_LONGEST_NAME, _NAME_START = 34, 10
NAMES = {
    "ticks": False,
    "domain": False,
    "labelLimit": 200,
    "labelFontSize": 10,
    "labelExpr": (
        f"length(datum.label) <= {_LONGEST_NAME} ? datum.label : "
        f"slice(datum.label, 0, {_NAME_START}) + '…' + slice(datum.label, {_NAME_START + 1 - _LONGEST_NAME})"
    ),
}


def chart(height: float, values: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a chart of the usual width over one set of values."""
    return {
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        # Browsers set letters wider than Vega expects.
        "padding": {"left": 12, "top": 4, "right": 8, "bottom": 4},
        "data": {"values": list(values)},
        "layer": list(layers),
    }


def log_axis(field: str, title: str, values: Sequence[float], grid: bool) -> dict[str, Any]:
    """Return a logarithmic channel that spans its values; `grid` draws lines through the chart."""
    low, high = min(values) / 1.05, max(values) * 1.05
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "nice": False, "domain": [low, high]},
        "axis": {"values": _ticks(low, high), "format": ",~r", "grid": grid},
    }


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers within the bounds: more than two if possible, and not more than fit the axis."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for steps in _STEPS:
        ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
        more = [tick for tick in ticks if low <= tick <= high]
        if len(more) > _MOST_TICKS:
            break
        inside = more
        if len(inside) > _FEWEST_TICKS:
            break
    return inside or [float(f"{math.sqrt(low * high):.3g}")]


def number(value: float, digits: str = ".3g") -> Cell:
    """Return a cell with a number."""
    return Cell(format(value, digits), value)
