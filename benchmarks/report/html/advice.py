"""Advice as a page: the answer, where each backend breaks even, and what each configuration's time is made of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.advise.advice import Advice, fastest_s
from benchmarks.advise.model import Prediction
from benchmarks.advise.stored import Probed, disturbed
from benchmarks.report.advice import parts_table, paste, sentences
from benchmarks.report.html.figures import NAMES, ROW, Cell, Figure, Section, Table, chart, log_axis
from benchmarks.report.html.theme import MUTED, SERIES
from benchmarks.text.formatting import duration

# Task times of the curves, in seconds: a tenfold in three steps.
_TASK_TIMES = tuple(10 ** (exponent / 3) for exponent in range(-18, 1))

_MOST_BARS = 16

_PARTS = ("start", "work", "waiting", "overhead")


def advice_sections(advice: Advice, again: Advice | None, probed: Probed) -> list[Section]:
    """The sections of the page."""
    facts = [
        ("Machine", probed.machine),
        ("Probed", probed.when),
        ("Versions", ", ".join(f"{name} {version}" for name, version in probed.versions.items() if version)),
        ("To paste", paste(advice.best.case)),
    ]
    titles, rows = parts_table(advice)
    table = Table("The best configurations", titles, [[Cell(label) for label in row] for row in rows])
    return [
        Section("answer", "Answer", [*sentences(advice, again), *filter(None, [disturbed(probed)])], tables=[table]),
        Section("curves", "Where a pool pays", [_about_curves(advice)], [_curves(advice, probed)]),
        Section("parts", "What the time is made of", [_ABOUT_PARTS], [_parts(advice)]),
        Section("facts", "Facts", facts=facts),
    ]


_ABOUT_PARTS = (
    "Expected time by part: starting and leaving the pool; the work itself, shared between its workers; waiting for "
    "the busiest of them and until joblib looks again; and overhead: what joblib does for each call, task and batch, "
    "and sending payloads."
)


def _about_curves(advice: Advice) -> str:
    return (
        f"Speed-up over the plain loop by task time, for {advice.profile.tasks:,} tasks and everything else as asked; "
        "of each backend its best configuration. Above 1 it pays."
    )


def _curves(advice: Advice, probed: Probed) -> Figure:
    backends = probed.costs.backends
    values = [_point(advice, probed, backend, task_s) for backend in backends for task_s in _TASK_TIMES]
    speed_ups = [value["speed_up"] for value in values]
    place: dict[str, Any] = {
        "x": log_axis("us", "us a task", [value["us"] for value in values], grid=False),
        "y": log_axis("speed_up", "speed-up", [*speed_ups, 1.0], grid=True),
        "color": {
            "field": "backend",
            "type": "nominal",
            "title": None,
            "scale": {"domain": backends, "range": list(SERIES[: len(backends)])},
        },
    }
    place["x"]["axis"]["labelOverlap"] = "greedy"
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": MUTED, "aria": False},
            "encoding": {"y": {"field": "one", "type": "quantitative"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": place},
        {
            "mark": {"type": "point", "filled": True, "size": 25, "opacity": 1},
            "encoding": {**place, "description": {"field": "label"}},
        },
    ]
    rows = [
        [Cell(backend), Cell(duration(task_s) if task_s else "never", task_s or 1e9)]
        for backend, task_s in advice.break_even_s.items()
    ]
    return Figure(
        "break-even",
        "Speed-up by task time",
        "Expected speed-up over the plain loop of the best configuration of each backend, by the time of a task.",
        chart(240, values, layers),
        Table("Task time from which a backend is faster than the plain loop", ("backend", "break-even"), rows),
    )


def _point(advice: Advice, probed: Probed, backend: str, task_s: float) -> dict[str, Any]:
    profile = replace(advice.profile, task_s=task_s)
    speed_up = profile.work_s / fastest_s(probed.costs.of([backend]), profile, advice.warm)
    label = f"{backend}, {duration(task_s)} a task: {speed_up:.2f}x"
    return {"backend": backend, "us": task_s * 1e6, "speed_up": speed_up, "label": label}


def _parts(advice: Advice) -> Figure:
    shown: Sequence[Prediction] = advice.ranked[:_MOST_BARS]
    if advice.loop not in shown:
        shown = [*shown, advice.loop]
    values = [value for one in shown for value in _bars(one)]
    names = [one.case.label for one in shown]
    encoding = {
        "y": {"field": "name", "type": "ordinal", "sort": names, "title": None, "axis": NAMES},
        "x": {"field": "ms", "type": "quantitative", "title": "ms", "stack": "zero", "axis": {"grid": True}},
        "order": {"field": "place", "type": "quantitative"},
        "color": {
            "field": "part",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(_PARTS), "range": list(SERIES[: len(_PARTS)])},
        },
        "description": {"field": "label"},
    }
    rows = [
        [Cell(one.case.label), *(Cell(duration(part) if part > 0 else "", part) for part in _seconds(one).values())]
        for one in shown
    ]
    return Figure(
        "parts",
        "Time by part, fastest first",
        "Expected time of each configuration, split into its parts.",
        chart(60 + ROW * len(shown), values, [{"mark": {"type": "bar"}, "encoding": encoding}]),
        Table("The parts of each configuration's time", ("configuration", *_PARTS), rows),
    )


def _seconds(one: Prediction) -> dict[str, float]:
    parts = one.parts
    each = (parts.start, parts.work, parts.imbalance + parts.poll, parts.overhead + parts.payload)
    return dict(zip(_PARTS, each, strict=True))


def _bars(one: Prediction) -> list[dict[str, Any]]:
    return [
        {
            "name": one.case.label,
            "part": part,
            "place": place,
            "ms": seconds * 1e3,
            "label": f"{one.case.label}, {part}: {duration(seconds)}",
        }
        for place, (part, seconds) in enumerate(_seconds(one).items())
        if seconds > 0
    ]
