"""The chart of where each backend pays off: its expected speed-up over the time of a task."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.advise.break_even import fastest_s
from benchmarks.advise.costs import Costs
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.report.html.figures import APART, Cell, Figure, Table, chart, log_axis
from benchmarks.report.html.theme import CHANGE, INK, SERIES, SHAPES
from benchmarks.text.formatting import counted, duration

# Task times of the curves, in seconds: a tenfold in three steps.
_TASK_TIMES = tuple(10 ** (exponent / 3) for exponent in range(-18, 1))

# The label of a task time in microseconds.
_TIME_LABEL = (
    "datum.value >= 1e6 ? datum.value / 1e6 + ' s' : datum.value >= 1e3 ? datum.value / 1e3 + ' ms' "
    ": datum.value + ' us'"
)


@dataclass(frozen=True)
class Curves:
    """What the curves are of: pools, tasks of any length but otherwise as in `profile`, and what to mark.

    `break_even_s` is the break-even task time by backend, None for never; `own` says whose tasks those of `profile`
    are.
    """

    costs: Costs
    profile: TaskProfile
    warm: bool
    break_even_s: Mapping[str, float | None]
    own: str


def break_even_figure(curves: Curves) -> Figure:
    """Return the expected speed-up of each backend's best configuration over the time of a task."""
    backends = curves.costs.backends
    own_s, tasks = curves.profile.task_s, counted(curves.profile.tasks, "task")
    times = sorted({*_TASK_TIMES, own_s})
    values = [_point(curves, backend, task_s) for backend in backends for task_s in times]
    layers = _layers(curves, values, late=own_s > math.sqrt(times[0] * times[-1]))
    rows = [
        [Cell(backend), Cell(duration(task_s) if task_s else "never", task_s or 1e9)]
        for backend, task_s in curves.break_even_s.items()
    ]
    return Figure(
        "break-even",
        f"Where a pool pays off, with {tasks.replace(' ', ' even ')}",
        f"Expected speed-up over the plain loop of the best configuration of each backend, by the time of a task, with "
        f"{tasks} of the same length and everything else the same. A pool pays off above the line at 1; the dashed "
        f"line marks {curves.own}.",
        chart(240, values, layers),
        Table("Task time from which a backend is faster than the plain loop", ("backend", "break-even"), rows),
        chart(400, values, layers),
    )


def _layers(curves: Curves, values: Sequence[Mapping[str, Any]], late: bool) -> list[dict[str, Any]]:
    """Return the line at 1, the mark of one's own tasks, and the curves; `late` puts the mark's text to its left."""
    backends = curves.costs.backends

    def series(choices: Sequence[str]) -> dict[str, Any]:
        scale = {"domain": backends, "range": list(choices[: len(backends)])}
        return {"field": "backend", "type": "nominal", "title": None, "scale": scale}

    x = log_axis("us", "time of a task", [value["us"] for value in values], grid=False)
    x["axis"] = {"values": [10**exponent for exponent in range(9)], "labelExpr": _TIME_LABEL, "grid": True, **APART}
    channels: dict[str, Any] = {
        "x": x,
        "y": log_axis(
            "speed_up", "times as fast as the plain loop", [*(value["speed_up"] for value in values), 1.0], grid=True
        ),
    }
    own = {"us": curves.profile.task_s * 1e6, "text": f"{curves.own}: {duration(curves.profile.task_s)}"}
    text = {"type": "text", "align": "right" if late else "left", "dx": -5 if late else 5, "y": "height", "dy": -8}
    return [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": INK, "aria": False},
            "encoding": {"y": {"field": "one", "type": "quantitative"}},
        },
        {
            "data": {"values": [own]},
            "mark": {"type": "rule", "color": CHANGE, "aria": False, "strokeDash": [4, 3]},
            "encoding": {"x": x},
        },
        {
            "data": {"values": [own]},
            "mark": {**text, "color": CHANGE, "aria": False},
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


def _point(curves: Curves, backend: str, task_s: float) -> dict[str, Any]:
    profile = replace(curves.profile, task_s=task_s, uneven=1.0, lengths=())
    speed_up = profile.best_loop_s / fastest_s(curves.costs.of([backend]), profile, curves.warm)
    label = f"{backend}, {duration(task_s)} a task: {speed_up:.2f}x"
    return {"backend": backend, "us": task_s * 1e6, "speed_up": speed_up, "label": label}
