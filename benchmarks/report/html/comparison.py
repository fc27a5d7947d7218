"""The comparison on the page: the verdict, and every case with its ratio, worst first."""

from collections.abc import Sequence
from typing import Any

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING
from benchmarks.report.case_labels import labelled
from benchmarks.report.columns import Output, columns
from benchmarks.report.html.figures import NAMES, ROW, Cell, Figure, Section, Table, chart
from benchmarks.report.html.theme import BAND, CHANGE, LINE, MUTED
from benchmarks.report.wording import first_line, tally
from benchmarks.text.formatting import counted

_MOST_ROWS = 30


def comparison_section(judgement: Judgement) -> Section:
    """Return the page's section on a comparison."""
    counts = tally(judgement)
    sides = f"Base: {judgement.base}. Head: {judgement.head}."
    notes = [note.replace("\n", " ") for note in (*judgement.answer, *judgement.notes)]
    sentences = [f"{first_line(judgement)}.", sides, *notes]
    if counts:
        sentences.insert(1, f"{counts}.")
    rows = labelled(judgement.rows)
    figure = _figure(rows)
    caption = "Every case, worst first; sees: the slowdown that 80 % of such comparisons would have called a regression"
    tables = [_table(rows, caption, tools=True)] if rows else []
    return Section("comparison", "Comparison", sentences, [figure] if figure else [], tables, figures_first=True)


def no_comparison(why: str) -> Section:
    """Return the section for a run that has no baseline; `why` is a sentence."""
    return Section("comparison", "Comparison", [why])


def _figure(rows: Sequence[Row]) -> Figure | None:
    """Return a chart of the worst ratios with their intervals; a band shows the undetectable effects."""
    compared = [row for row in rows if row.comparison is not None][:_MOST_ROWS]
    if not compared:
        return None
    values = [_value(row) for row in compared]
    # If no slowdown is detectable, the band covers the whole chart.
    low, high = min(value["ends"][0] for value in values), max(value["ends"][1] for value in values)
    for value in values:
        if value["floor"] is None:
            value |= {"floor_low": low, "floor_high": high}
    y = {"field": "name", "type": "ordinal", "title": None, "sort": None, "axis": NAMES}
    x = {
        "type": "quantitative",
        "title": "head / base",
        "scale": {"zero": False},
        "axis": {"tickCount": 4, "grid": True, "labelOverlap": "greedy", "labelSeparation": 6},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "color": BAND, "aria": False, "height": {"band": 0.9}},
            "encoding": {"y": y, "x": {**x, "field": "floor_low"}, "x2": {"field": "floor_high"}},
        },
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": MUTED, "aria": False},
            "encoding": {"x": {**x, "field": "one"}},
        },
        {
            "transform": [{"filter": "datum.known"}],
            "mark": {"type": "rule", "color": LINE, "aria": False},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 40},
            "encoding": {
                "y": y,
                "x": {**x, "field": "ratio"},
                "shape": {
                    "condition": {"test": "datum.failing", "value": "diamond"},
                    "value": "circle",
                },
                "color": {"condition": {"test": "datum.failing", "value": CHANGE}, "value": LINE},
                "description": {"field": "label"},
            },
        },
    ]
    return Figure(
        "ratios",
        "Ratios, worst first",
        f"Ratio of head to base of {counted(len(compared), 'row')} that have one, worst first, with 95 % intervals "
        "where they are known, cut off at three times the ratio. The band around 1 covers the changes that noise would "
        "hide in this row: all of them, if no slowdown is detectable. Diamonds fail the comparison.",
        chart(60 + ROW * len(values), values, layers),
        _table(compared, "The cases of the chart", tools=False),
    )


def _value(row: Row) -> dict[str, Any]:
    comparison = row.comparison
    assert comparison is not None
    low, high = comparison.interval or (comparison.ratio, comparison.ratio)
    low, high = max(low, comparison.ratio / 3), min(high, comparison.ratio * 3)
    floor = None if comparison.detectable_effect is None else min(comparison.detectable_effect, 1.0)
    hidden = 0.0 if floor is None else floor
    interval = "{:.2f} to {:.2f}".format(*comparison.interval) if comparison.interval else "interval unknown"
    return {
        "name": row.name,
        "ratio": comparison.ratio,
        "known": comparison.interval is not None,
        "low": low,
        "high": high,
        "floor": floor,
        "floor_low": 1 / (1 + hidden),
        "floor_high": 1 + hidden,
        "ends": (min(low, 1 / (1 + hidden), 0.95), max(high, 1 + hidden, 1.05)),
        "failing": row.verdict in FAILING,
        "label": f"{row.name}: {comparison.ratio:.3f}, {interval}, {row.verdict.value}",
    }


def _table(rows: Sequence[Row], caption: str, tools: bool) -> Table:
    shown = columns(Output.PAGE)
    cells = [[Cell(column.text(row), column.sort_by(row)) for column in shown] for row in rows]
    return Table(caption, [column.title for column in shown], cells, tools)
