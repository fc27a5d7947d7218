"""Scaling curves: the speed-up of each backend by workers, and the time of a call by batch size."""

from collections.abc import Sequence
from typing import Any

from benchmarks.grid import LOOP
from benchmarks.report.html.figures import APART, Cell, Figure, Table, chart, log_axis, number
from benchmarks.report.html.theme import IDEAL, LINE, SERIES, SHAPES
from benchmarks.report.measured import MeasuredCase, backend_rank, own_cases, sorted_batch_sizes
from benchmarks.text.formatting import counted, duration

_HEIGHT = 200


def scaling_figures(cases: Sequence[MeasuredCase]) -> list[Figure]:
    """Return a chart for each backend with several numbers of workers: its best speed-ups and their rounds' ranges."""
    by_backend = _by_backend([case for case in cases if case.configuration.backend != LOOP])
    best = {backend: best_cases for backend, own in by_backend if len(best_cases := _best_of_each(own)) > 1}
    top = max((_spread(case)[1] for best_cases in best.values() for case in best_cases), default=1.0)
    most = max((case.configuration.workers for best_cases in best.values() for case in best_cases), default=1)
    numbered = enumerate(best.items(), 1)
    return [_scaling(f"scaling-{place}", backend, best_cases, top, most) for place, (backend, best_cases) in numbered]


def batch_figures(cases: Sequence[MeasuredCase]) -> list[Figure]:
    """Return a chart for each backend with several batch sizes: the time of a call, a line for each n_jobs."""
    shown = [
        (backend, own) for backend, own in _by_backend(own_cases(cases)) if len({case.batch_size for case in own}) > 1
    ]
    times_ms = [case.configuration.time_s * 1e3 for _, own in shown for case in own]
    return [_over_batches(f"batches-{place}", backend, own, times_ms) for place, (backend, own) in enumerate(shown, 1)]


def _by_backend(cases: Sequence[MeasuredCase]) -> list[tuple[str, list[MeasuredCase]]]:
    backends = sorted({case.configuration.backend for case in cases}, key=lambda name: (backend_rank(name), name))
    return [(backend, [case for case in cases if case.configuration.backend == backend]) for backend in backends]


def _best_of_each(cases: Sequence[MeasuredCase]) -> list[MeasuredCase]:
    """Return the fastest case for each number of workers that really ran, in ascending order."""
    best: dict[int, MeasuredCase] = {}
    for case in cases:
        best_so_far = best.setdefault(case.configuration.workers, case)
        if case.configuration.speed_up > best_so_far.configuration.speed_up:
            best[case.configuration.workers] = case
    return [best[workers] for workers in sorted(best)]


def _spread(case: MeasuredCase) -> tuple[float, float]:
    """Return the speed-ups of the slowest and of the fastest round."""
    rounds_s = case.rounds_s or (case.configuration.time_s,)
    return case.configuration.loop_s / max(rounds_s), case.configuration.loop_s / min(rounds_s)


def _scaling(name: str, backend: str, best: Sequence[MeasuredCase], top: float, most: int) -> Figure:
    """Return the chart of one backend; the axes of all end at the speed-up `top` and at `most` workers."""
    values: list[dict[str, Any]] = []
    for case in best:
        configuration, (low, high) = case.configuration, _spread(case)
        speed_up = configuration.speed_up
        label = f"{configuration.name}: {speed_up:.2f} times the plain loop, rounds {low:.2f} to {high:.2f}"
        point = {"workers": configuration.workers, "up": speed_up, "low": low, "high": high, "label": label}
        values.append(point)
    x = {
        "field": "workers",
        "type": "quantitative",
        "title": "effective n_jobs",
        "scale": {"domain": [1, most], "nice": False, "padding": 8},
        "axis": {"values": [case.configuration.workers for case in best], "format": "d", "grid": False, **APART},
    }
    end = max(1.1, top * 1.05)
    y = {
        "type": "quantitative",
        "title": "speed-up",
        "scale": {"domain": [0, end], "nice": False},
        "axis": {"tickCount": 5, **APART},
    }
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"workers": workers, "ideal": workers} for workers in (1, min(most, end))]},
            "mark": {"type": "line", "color": IDEAL, "strokeDash": [4, 4], "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "ideal"}},
        },
        {
            "mark": {"type": "rule", "color": LINE, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {"mark": {"type": "line", "aria": False}, "encoding": {"x": x, "y": {**y, "field": "up"}}},
        {
            "mark": {"type": "point", "filled": True, "fill": LINE, "opacity": 1},
            "encoding": {"x": x, "y": {**y, "field": "up"}, "description": {"field": "label"}},
        },
    ]
    last = best[-1].configuration
    return Figure(
        name,
        backend,
        f"Best speed-up of {backend} by effective n_jobs. Bars span the slowest to the fastest round; the dashed line "
        f"is ideal. With {counted(last.workers, 'worker')}: {last.speed_up:.2f} times the plain loop, efficiency "
        f"{last.efficiency:.0%}.",
        chart(_HEIGHT, values, layers),
        _scaling_table(backend, best),
    )


def _scaling_table(backend: str, best: Sequence[MeasuredCase]) -> Table:
    rows = [
        [
            number(case.configuration.workers, "d"),
            Cell(case.configuration.name),
            number(case.configuration.speed_up, ".2f"),
            Cell("{:.2f} to {:.2f}".format(*_spread(case))),
            Cell(f"{case.configuration.efficiency:.0%}", case.configuration.efficiency),
        ]
        for case in best
    ]
    titles = ("effective n_jobs", "case", "speed-up", "rounds", "efficiency")
    return Table(f"Best speed-ups of {backend}", titles, rows)


def _over_batches(name: str, backend: str, own: Sequence[MeasuredCase], times_ms: Sequence[float]) -> Figure:
    """Return the chart of one backend; the axes of all span `times_ms`."""
    every = sorted(own, key=lambda case: (case.n_jobs, case.inner_threads or 0))
    labels = list(dict.fromkeys(case.jobs_label for case in every))
    jobs = labels[: len(SERIES)]
    values: list[dict[str, Any]] = [
        {
            "size": str(case.batch_size),
            "ms": case.configuration.time_s * 1e3,
            "jobs": case.jobs_label,
            "label": f"{case.configuration.name}: {duration(case.configuration.time_s)}",
        }
        for case in own
        if case.jobs_label in jobs
    ]

    def series(choices: Sequence[Any], legend: dict[str, Any]) -> dict[str, Any]:
        scale = {"domain": jobs, "range": list(choices[: len(jobs)])}
        return {"field": "jobs", "type": "nominal", "scale": scale, "legend": legend}

    legend = {"title": "n_jobs", "symbolStrokeWidth": 0, "symbolSize": 50}
    channels = {
        "x": {
            "field": "size",
            "type": "ordinal",
            "sort": sorted_batch_sizes(str(case.batch_size) for case in own),
            "title": "batch size",
            "axis": {"labelAngle": 0},
        },
        "y": log_axis("ms", "time of a call, ms", times_ms, grid=True),
    }
    colour, shape = series(SERIES, legend), series(SHAPES, legend)
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "aria": False}, "encoding": {**channels, "color": colour}},
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 46},
            "encoding": {**channels, "color": colour, "shape": shape, "description": {"field": "label"}},
        },
    ]
    left_out = f" Only the first {len(jobs)} are drawn; the table has all." if len(labels) > len(jobs) else ""
    fastest = min(own, key=lambda case: case.configuration.time_s).configuration
    rows = [
        [
            number(case.n_jobs, "d") if case.inner_threads is None else Cell(case.jobs_label),
            Cell(str(case.batch_size)),
            Cell(duration(case.configuration.time_s), case.configuration.time_s),
        ]
        for case in own
    ]
    return Figure(
        name,
        backend,
        f"Time of a call of {backend} by batch size, with a line for each n_jobs. "
        f"Fastest: {fastest.name}, {duration(fastest.time_s)}.{left_out}",
        chart(_HEIGHT, values, layers),
        Table(f"Time of a call of {backend}", ("n_jobs", "batch size", "time"), rows),
    )
