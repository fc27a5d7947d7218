"""A recommendation as a page: the answer, break-even curves, and the components of each configuration's time."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.advise.break_even import fastest_s
from benchmarks.advise.candidates import considered
from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.costs import Costs
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.recommendation import Recommendation
from benchmarks.report.html.figures import APART, NAMES, ROW, Cell, Figure, Section, Table, chart, log_axis
from benchmarks.report.html.theme import CHANGE, INK, SERIES, SHAPES
from benchmarks.report.pasting import paste
from benchmarks.report.recommendation import fastest, parts_table, sentences
from benchmarks.text.formatting import counted, duration

# Task times of the curves, in seconds: a tenfold in three steps.
_TASK_TIMES = tuple(10 ** (exponent / 3) for exponent in range(-18, 1))

_MOST_BARS = 16

_PARTS = ("start", "work", "imbalance", "overhead", "sending", "poll")

_UNITS = (("s", 1.0), ("ms", 1e3), ("us", 1e6))

# The label of a task time in microseconds.
_TIME_LABEL = (
    "datum.value >= 1e6 ? datum.value / 1e6 + ' s' : datum.value >= 1e3 ? datum.value / 1e3 + ' ms' "
    ": datum.value + ' us'"
)


def recommendation_sections(
    recommendation: Recommendation, warm: Recommendation | None, model: CostModel
) -> list[Section]:
    """Return the sections of the page; `warm` is the recommendation for further calls in an open pool."""
    best = recommendation.best
    facts = [
        ("Machine", model.machine),
        ("Probed", model.when),
        ("Versions", ", ".join(f"{name} {version}" for name, version in model.versions.items() if version)),
    ]
    titles, rows = parts_table(recommendation)
    table = Table("The fastest configurations", titles, [[Cell(label) for label in row] for row in rows])
    return [
        Section(
            "answer",
            "Answer",
            sentences(recommendation, warm),
            [_curves(recommendation, model)],
            paste=paste(best.case, recommendation.profile.libraries) if best else "",
            beside=True,
        ),
        Section("parts", "What the time is made of", [_ABOUT_PARTS], [_parts(recommendation)], [table], True),
        Section("facts", "Facts", facts=facts),
    ]


_ABOUT_PARTS = (
    "Expected time by component: starting and leaving the pool; the work itself, shared by its workers; imbalance, "
    "which is waiting for the busiest worker; overhead, which is what joblib does for each call, task and batch; "
    "sending arguments and results; and waiting for joblib's next poll."
)


def _curves(recommendation: Recommendation, model: CostModel) -> Figure:
    costs = considered(model.costs, recommendation.profile)
    backends = costs.backends
    own_s, tasks = recommendation.profile.task_s, recommendation.profile.tasks
    times = sorted({*_TASK_TIMES, own_s})
    values = [_point(recommendation, costs, backend, task_s) for backend in backends for task_s in times]
    speed_ups = [value["speed_up"] for value in values]

    def series(choices: Sequence[str]) -> dict[str, Any]:
        scale = {"domain": backends, "range": list(choices[: len(backends)])}
        return {"field": "backend", "type": "nominal", "title": None, "scale": scale}

    x = log_axis("us", "time of a task", [value["us"] for value in values], grid=False)
    x["axis"] = {"values": [10**exponent for exponent in range(9)], "labelExpr": _TIME_LABEL, "grid": True, **APART}
    channels: dict[str, Any] = {
        "x": x,
        "y": log_axis("speed_up", "times as fast as the plain loop", [*speed_ups, 1.0], grid=True),
    }
    yours = {"us": own_s * 1e6, "text": f"your tasks: {duration(own_s)}"}
    late = own_s > math.sqrt(times[0] * times[-1])
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": INK, "aria": False},
            "encoding": {"y": {"field": "one", "type": "quantitative"}},
        },
        {
            "data": {"values": [yours]},
            "mark": {"type": "rule", "color": CHANGE, "aria": False, "strokeDash": [4, 3]},
            "encoding": {"x": x},
        },
        {
            "data": {"values": [yours]},
            "mark": {
                "type": "text",
                "align": "right" if late else "left",
                "dx": -5 if late else 5,
                "y": "height",
                "dy": -8,
                "color": CHANGE,
                "aria": False,
            },
            "encoding": {"x": x, "text": {"field": "text"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2, "aria": False}, "encoding": {**channels, "color": series(SERIES)}},
        {
            "mark": {"type": "point", "filled": True, "size": 30, "opacity": 1},
            "encoding": {
                **channels,
                "color": series(SERIES),
                "shape": series(SHAPES),
                "description": {"field": "label"},
            },
        },
    ]
    rows = [
        [Cell(backend), Cell(duration(task_s) if task_s else "never", task_s or 1e9)]
        for backend, task_s in recommendation.break_even_s.items()
    ]
    return Figure(
        "break-even",
        f"Where a pool pays off, with {counted(tasks, 'even task')}",
        "Expected speed-up over the plain loop of the best configuration of each backend, by the time of a task, with "
        f"{counted(tasks, 'task')} of the same length and everything else as asked. A pool pays off above the line at "
        "1; the dashed line marks your tasks.",
        chart(240, values, layers),
        Table("Task time from which a backend is faster than the plain loop", ("backend", "break-even"), rows),
        chart(400, values, layers),
    )


def _point(recommendation: Recommendation, costs: Costs, backend: str, task_s: float) -> dict[str, Any]:
    profile = replace(recommendation.profile, task_s=task_s, uneven=1.0, lengths=())
    speed_up = profile.best_loop_s / fastest_s(costs.of([backend]), profile, recommendation.warm)
    label = f"{backend}, {duration(task_s)} a task: {speed_up:.2f}x"
    return {"backend": backend, "us": task_s * 1e6, "speed_up": speed_up, "label": label}


def _parts(recommendation: Recommendation) -> Figure:
    shown = fastest(recommendation, _MOST_BARS)
    longest_s = max(prediction.time_s for prediction in shown)
    unit, scale = next(unit for unit in _UNITS if longest_s * unit[1] >= 1 or unit is _UNITS[-1])
    values = [bar for prediction in shown for bar in _bars(prediction, scale)]
    names = [prediction.case.label for prediction in shown]
    encoding = {
        "y": {"field": "name", "type": "ordinal", "sort": names, "title": None, "axis": NAMES},
        "x": {
            "field": "time",
            "type": "quantitative",
            "title": f"expected time, {unit}",
            "stack": "zero",
            "axis": {"grid": True, "tickCount": 6, **APART},
        },
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
    rows = [
        [
            Cell(prediction.case.label),
            *(Cell(duration(part) if part > 0 else "", part) for part in _seconds(prediction).values()),
        ]
        for prediction in shown
    ]
    return Figure(
        "parts",
        "Time by part, fastest first",
        "Expected time of each configuration, split into its parts.",
        chart(60 + ROW * len(shown), values, [{"mark": {"type": "bar"}, "encoding": encoding}]),
        Table("The parts of each configuration's time", ("configuration", *_PARTS), rows),
    )


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
