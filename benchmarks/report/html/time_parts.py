"""The chart of what the expected time of configurations is made of: a bar per configuration, in parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.advise.prediction import Prediction
from benchmarks.report.html.figures import APART, NAMES, ROW, Cell, Figure, Table, chart, time_unit
from benchmarks.report.html.theme import INK, SERIES
from benchmarks.text.formatting import duration

ABOUT_PARTS = (
    "Expected time by component: starting and leaving the pool; the work itself, shared by its workers; imbalance, "
    "which is waiting for the busiest worker; overhead, which is what joblib does for each call, task and batch; "
    "sending arguments and results; and waiting for joblib's next poll."
)

_PARTS = ("start", "work", "imbalance", "overhead", "sending", "poll")

# The legend and the axis.
_AROUND = 96


def parts_figure(
    name: str, title: str, predictions: Sequence[Prediction], measured_s: Mapping[str, float] | None = None
) -> Figure:
    """Return a bar for each prediction in this order; `measured_s` are times by configuration, marked on the bars."""
    measured_s = measured_s or {}
    longest_s = max(max(prediction.time_s for prediction in predictions), *measured_s.values(), 0.0)
    unit, scale = time_unit(longest_s)
    names = [prediction.case.label for prediction in predictions]
    values = [bar for prediction in predictions for bar in _bars(prediction, scale)]
    y = {"field": "name", "type": "ordinal", "sort": names, "title": None, "axis": NAMES}
    x = {
        "field": "time",
        "type": "quantitative",
        "title": f"expected time, {unit}",
        "stack": "zero",
        "axis": {"grid": True, "tickCount": 6, **APART},
    }
    encoding = {
        "y": y,
        "x": x,
        "order": {"field": "position", "type": "quantitative"},
        "color": {
            "field": "part",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(_PARTS), "range": list(SERIES[: len(_PARTS)])},
            "legend": {"columns": 3},
        },
        "description": {"field": "label"},
    }
    layers = [{"mark": {"type": "bar"}, "encoding": encoding}]
    if measured_s:
        layers.append(_marks(measured_s, y, scale))
    return Figure(
        name,
        title,
        "Expected time of each configuration, split into its parts."
        + (" Diamonds are the measured times." if measured_s else ""),
        chart(_AROUND + ROW * len(predictions), values, layers),
        _table(predictions, measured_s),
    )


def _marks(measured_s: Mapping[str, float], y: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """Return the layer of the measured times."""
    marks = [
        {"name": name, "at": seconds * scale, "label": f"{name}, measured: {duration(seconds)}"}
        for name, seconds in measured_s.items()
    ]
    return {
        "data": {"values": marks},
        "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 60, "opacity": 1, "color": INK},
        "encoding": {"y": y, "x": {"field": "at", "type": "quantitative"}, "description": {"field": "label"}},
    }


def _table(predictions: Sequence[Prediction], measured_s: Mapping[str, float]) -> Table:
    rows = [
        [
            Cell(prediction.case.label),
            *([_time(measured_s.get(prediction.case.label, 0.0))] if measured_s else []),
            *map(_time, _seconds(prediction).values()),
        ]
        for prediction in predictions
    ]
    return Table(
        "The parts of each configuration's time",
        ("configuration", *(["measured"] if measured_s else []), *_PARTS),
        rows,
    )


def _time(seconds: float) -> Cell:
    return Cell(duration(seconds) if seconds > 0 else "", seconds)


def _seconds(prediction: Prediction) -> dict[str, float]:
    parts = prediction.parts
    each = (parts.start, parts.work, parts.imbalance, parts.overhead, parts.payload + parts.results, parts.poll)
    return dict(zip(_PARTS, each, strict=True))


def _bars(prediction: Prediction, scale: float) -> list[dict[str, Any]]:
    """Return a value for each part that takes time; `scale` makes the chart's unit of seconds."""
    return [
        {
            "name": prediction.case.label,
            "part": part,
            "position": position,
            "time": seconds * scale,
            "label": f"{prediction.case.label}, {part}: {duration(seconds)}",
        }
        for position, (part, seconds) in enumerate(_seconds(prediction).items())
        if seconds > 0
    ]
