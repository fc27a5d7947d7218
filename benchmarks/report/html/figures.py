"""The parts of a page: sections with sentences, figures and tables. Every figure has a table with its numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# A chart this wide fits a phone without scrolling.
WIDTH = 327

# Every axis leaves out labels that would touch.
APART = {"labelOverlap": "greedy"}

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
    """A cell of a table, sorted by `key`, or by its text if that is None.

    `mark` names the sign and colour before the text (a verdict, see style.css), `link` is an address inside the site.
    A `number` is aligned to the right.
    """

    text: str
    key: float | None = None
    number: bool = False
    mark: str = ""
    link: str = ""


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

    `name` is unique on the page and consists of letters, digits and dashes. `screen` is the specification for more than
    a phone's width, where it is another one.
    """

    name: str
    title: str
    description: str
    spec: Mapping[str, Any]
    table: Table
    screen: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Fold:
    """Figures and tables that are shown if the reader opens `summary`, which says what and how many they are."""

    summary: str
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Section:
    """A section under its own heading.

    `name` is its address on the page. `tally` are pairs of a text and its mark, `facts` of a term and its text; `paste`
    are lines of code. `pictures` are figures that only --pictures writes. With `figures_first`, the figures come before
    the tables; with `beside`, they stand next to the text on a wide screen. A section that has nothing to show is left
    out of the page; `nothing` is the sentence that says so among the facts.
    """

    name: str
    title: str
    sentences: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    figures_first: bool = False
    pictures: Sequence[Figure] = ()
    facts: Sequence[tuple[str, str]] = field(default=())
    tally: Sequence[tuple[str, str]] = ()
    paste: str = ""
    folds: Sequence[Fold] = ()
    beside: bool = False
    nothing: str = ""

    @property
    def all_figures(self) -> list[Figure]:
        """The figures of the section and of its folds."""
        return [*self.figures, *(figure for fold in self.folds for figure in fold.figures)]


def non_empty(sections: Sequence[Section]) -> list[Section]:
    """Return the sections that have something to show; what the others lack is a fact of the last one."""
    lacking = " ".join(section.nothing for section in sections if section.nothing)
    *others, last = [section for section in sections if not section.nothing]
    return [*others, replace(last, facts=[*last.facts, ("Not shown", lacking)] if lacking else last.facts)]


# Charts with a row per case: the height of a row, and the axis of the cases' names.
ROW = 18
NAMES = {"ticks": False, "domain": False, "labelLimit": 0, "labelPadding": 6}

# The longest name that leaves room for a chart beside it, on a phone and on a screen.
LONGEST, LONGEST_ON_SCREEN = 26, 52


_UNITS = (("s", 1.0), ("ms", 1e3), ("us", 1e6))


def time_unit(longest_s: float) -> tuple[str, float]:
    """Return the unit of an axis whose longest time this is, and how many of it a second has."""
    return next((unit for unit in _UNITS if longest_s * unit[1] >= 1), _UNITS[-1])


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
        "title": f"{title} (log scale)",
        "scale": {"type": "log", "nice": False, "domain": [low, high]},
        "axis": {"values": _ticks(low, high), "format": ",~r", "grid": grid, **APART},
    }


# Values marked on an axis of ratios, by its span: at most so many times from end to end.
_RATIO_TICKS = (
    (1.3, [0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2]),
    (2.5, [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.5]),
    (20, [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2, 3, 5, 7, 10, 20]),
)
_DECADES = [digit * 10.0**decade for decade in range(-6, 7) for digit in (1, 2, 5)]


def ratio_ticks(low: float, high: float) -> list[float]:
    """Return the values to mark on a logarithmic axis of ratios, 1 among them if it is within the bounds."""
    ticks = next((ticks for span, ticks in _RATIO_TICKS if high / low <= span), _DECADES)
    return [tick for tick in ticks if low <= tick <= high]


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
