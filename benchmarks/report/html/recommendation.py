"""A recommendation as a page: the answer, break-even curves, and the components of each configuration's time."""

from dataclasses import replace
from typing import Any

from benchmarks.advise.break_even import fastest_s
from benchmarks.advise.candidates import considered
from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.costs import Costs
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.recommendation import Recommendation
from benchmarks.report.html.figures import NAMES, ROW, Cell, Figure, Section, Table, chart, log_axis
from benchmarks.report.html.theme import MUTED, SERIES
from benchmarks.report.pasting import paste
from benchmarks.report.recommendation import fastest, parts_table, sentences
from benchmarks.text.formatting import duration

# Task times of the curves, in seconds: a tenfold in three steps.
_TASK_TIMES = tuple(10 ** (exponent / 3) for exponent in range(-18, 1))

_MOST_BARS = 16

_PARTS = ("start", "work", "waiting", "overhead")


def recommendation_sections(
    recommendation: Recommendation, warm: Recommendation | None, model: CostModel
) -> list[Section]:
    """Return the sections of the page; `warm` is the recommendation for further calls in an open pool."""
    best = recommendation.best
    facts = [
        ("Machine", model.machine),
        ("Probed", model.when),
        ("Versions", ", ".join(f"{name} {version}" for name, version in model.versions.items() if version)),
        *([("To paste", paste(best.case, recommendation.profile.libraries))] if best else []),
    ]
    titles, rows = parts_table(recommendation)
    table = Table("The fastest configurations", titles, [[Cell(label) for label in row] for row in rows])
    return [
        Section("answer", "Answer", sentences(recommendation, warm), tables=[table]),
        Section("curves", "Where a pool pays off", [_about_curves(recommendation)], [_curves(recommendation, model)]),
        Section("parts", "What the time is made of", [_ABOUT_PARTS], [_parts(recommendation)]),
        Section("facts", "Facts", facts=facts),
    ]


_ABOUT_PARTS = (
    "Expected time by component: starting and leaving the pool; the work itself, shared by its workers; waiting for "
    "the busiest worker and for joblib's next poll; and overhead, which is what joblib does for each call, task and "
    "batch, and sending arguments and results."
)


def _about_curves(recommendation: Recommendation) -> str:
    return (
        f"Speed-up over the plain loop by task time, for {recommendation.profile.tasks:,} even tasks, everything else "
        "as asked; each backend in its best configuration. A pool pays off above 1."
    )


def _curves(recommendation: Recommendation, model: CostModel) -> Figure:
    costs = considered(model.costs, recommendation.profile)
    backends = costs.backends
    values = [_point(recommendation, costs, backend, task_s) for backend in backends for task_s in _TASK_TIMES]
    speed_ups = [value["speed_up"] for value in values]
    encoding: dict[str, Any] = {
        "x": log_axis("us", "us a task", [value["us"] for value in values], grid=False),
        "y": log_axis("speed_up", "speed-up", [*speed_ups, 1.0], grid=True),
        "color": {
            "field": "backend",
            "type": "nominal",
            "title": None,
            "scale": {"domain": backends, "range": list(SERIES[: len(backends)])},
        },
    }
    encoding["x"]["axis"]["labelOverlap"] = "greedy"
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": MUTED, "aria": False},
            "encoding": {"y": {"field": "one", "type": "quantitative"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": encoding},
        {
            "mark": {"type": "point", "filled": True, "size": 25, "opacity": 1},
            "encoding": {**encoding, "description": {"field": "label"}},
        },
    ]
    rows = [
        [Cell(backend), Cell(duration(task_s) if task_s else "never", task_s or 1e9)]
        for backend, task_s in recommendation.break_even_s.items()
    ]
    return Figure(
        "break-even",
        "Speed-up by task time",
        "Expected speed-up over the plain loop of the best configuration of each backend, by the time of a task.",
        chart(240, values, layers),
        Table("Task time from which a backend is faster than the plain loop", ("backend", "break-even"), rows),
    )


def _point(recommendation: Recommendation, costs: Costs, backend: str, task_s: float) -> dict[str, Any]:
    profile = replace(recommendation.profile, task_s=task_s, uneven=1.0, lengths=())
    speed_up = profile.best_loop_s / fastest_s(costs.of([backend]), profile, recommendation.warm)
    label = f"{backend}, {duration(task_s)} a task: {speed_up:.2f}x"
    return {"backend": backend, "us": task_s * 1e6, "speed_up": speed_up, "label": label}


def _parts(recommendation: Recommendation) -> Figure:
    shown = fastest(recommendation, _MOST_BARS)
    values = [bar for prediction in shown for bar in _bars(prediction)]
    names = [prediction.case.label for prediction in shown]
    encoding = {
        "y": {"field": "name", "type": "ordinal", "sort": names, "title": None, "axis": NAMES},
        "x": {"field": "ms", "type": "quantitative", "title": "ms", "stack": "zero", "axis": {"grid": True}},
        "order": {"field": "position", "type": "quantitative"},
        "color": {
            "field": "part",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(_PARTS), "range": list(SERIES[: len(_PARTS)])},
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
    each = (parts.start, parts.work, parts.imbalance + parts.poll, parts.overhead + parts.payload + parts.results)
    return dict(zip(_PARTS, each, strict=True))


def _bars(prediction: Prediction) -> list[dict[str, Any]]:
    return [
        {
            "name": prediction.case.label,
            "part": part,
            "position": position,
            "ms": seconds * 1e3,
            "label": f"{prediction.case.label}, {part}: {duration(seconds)}",
        }
        for position, (part, seconds) in enumerate(_seconds(prediction).items())
        if seconds > 0
    ]
