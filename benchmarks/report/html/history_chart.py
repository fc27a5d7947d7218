"""The chart of a case over runs: its times relative to the newest level, and its changes of level."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.analysis.change_points import change_points
from benchmarks.history.series import Track, TrackPoint
from benchmarks.report.html.figures import APART, chart, ratio_ticks
from benchmarks.report.html.theme import BAND, CHANGE, LINE, MUTED
from benchmarks.text.formatting import duration

_HEIGHT = 150

# As many columns as can be told apart in a chart of this width; if there are more runs, several share a column.
_COLUMNS = 240

# With more runs, a chart has no dots.
MOST_RUNS = 30


@dataclass(frozen=True)
class Level:
    """The runs between two changes, `start` to `end` (exclusive).

    `center_s` is their geometric mean; `change` is its ratio to the level before, None for the first.
    """

    start: int
    end: int
    center_s: float
    change: float | None


def levels(track: Track) -> list[Level]:
    """Return the levels of a case, oldest first."""
    logs = [math.log(point.center_s) for point in track.points]
    starts = [0, *(change.place for change in change_points(logs))]
    result: list[Level] = []
    for start, end in zip(starts, [*starts[1:], len(logs)], strict=True):
        center_s = math.exp(math.fsum(logs[start:end]) / (end - start))
        result.append(Level(start, end, center_s, center_s / result[-1].center_s if result else None))
    return result


def shared_axis(tracks: Sequence[Track], levels_by_case: Sequence[Sequence[Level]]) -> dict[str, Any]:
    """Return the axis of all cases: times relative to each case's newest level, which is 1."""
    ratios = [
        point.center_s / case_levels[-1].center_s
        for track, case_levels in zip(tracks, levels_by_case, strict=True)
        for point in track.points
    ]
    low, high = min([0.9, *ratios]) / 1.02, max([1.1, *ratios]) * 1.02
    return {
        "type": "quantitative",
        "title": "times now (log scale)",
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {"values": ratio_ticks(low, high), "format": "~g", **APART},
    }


def told(track: Track, level: Level) -> str:
    """Return a change in words: the run, its size, the commits between and what else changed."""
    before, after = track.points[level.start - 1], track.points[level.start]
    words = [f"{after.label}: {percent(level.change)}", commits(before, after), *after.changed]
    return ", ".join(words)


def commits(before: TrackPoint, after: TrackPoint) -> str:
    """Return the commits of two runs."""
    return f"commit {before.commit} to {after.commit}" if before.commit != after.commit else f"commit {after.commit}"


def percent(ratio: float | None) -> str:
    """Return a change in per cent, such as `+50 %`; empty for None."""
    return "" if ratio is None else f"{(ratio - 1) * 100:+.0f} %"


def track_chart(track: Track, case_levels: Sequence[Level], axis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart of a case over runs, relative to its newest level; `axis` is that of all cases."""
    now_s = case_levels[-1].center_s
    values = _columns(track.points, now_s)
    last = len(track.points) - 1
    ticks = sorted({0, last // 2, last}) if last else [0]
    labels = {place: track.points[place].label.split(" ")[-1] for place in ticks}
    spell = " : ".join(f"datum.value == {place} ? '{_plain(text)}'" for place, text in labels.items())
    x = {
        "field": "run",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, max(1, last)], "nice": False},
        "axis": {"values": ticks, "labelExpr": f"{spell} : ''", "grid": False, "labelFlush": True},
    }
    starts = [
        {"run": level.start, "text": percent(level.change), "label": told(track, level)}
        for level in case_levels
        if level.change is not None
    ]
    changed = [place for place, point in enumerate(track.points) if point.changed]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area", "color": BAND, "aria": False, "clip": True},
            "encoding": {"x": x, "y": {**axis, "field": "low"}, "y2": {"field": "high"}},
        },
        _lines(changed, x, {"color": MUTED, "strokeDash": [2, 3]}),
        {"mark": {"type": "line", "color": LINE, "aria": False}, "encoding": {"x": x, "y": {**axis, "field": "times"}}},
        {
            "data": {"values": starts},
            "mark": {"type": "rule", "color": CHANGE, "strokeWidth": 2},
            "encoding": {"x": x, "description": {"field": "label"}},
        },
        {
            "data": {"values": starts},
            "mark": {"type": "text", "align": "left", "dx": 3, "y": 6, "color": CHANGE, "aria": False},
            "encoding": {"x": x, "text": {"field": "text"}},
        },
    ]
    if len(values) <= MOST_RUNS:
        marks = {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 24},
            "encoding": {"x": x, "y": {**axis, "field": "times"}, "description": {"field": "label"}},
        }
        layers.append(marks)
    return chart(_HEIGHT, values, layers)


def _lines(places: Sequence[int], x: object, style: dict[str, Any]) -> dict[str, Any]:
    """Return a layer of vertical lines at runs."""
    return {
        "data": {"values": [{"run": place} for place in places]},
        "mark": {"type": "rule", "aria": False, **style},
        "encoding": {"x": x},
    }


def _columns(points: Sequence[TrackPoint], now_s: float) -> list[dict[str, Any]]:
    """Return a value per run, or per group of runs if there are many: their mean and range over `now_s`."""
    count = len(points)
    columns = min(count, _COLUMNS)
    values: list[dict[str, Any]] = []
    for column in range(columns):
        group = points[column * count // columns : (column + 1) * count // columns]
        center_s = math.exp(math.fsum(math.log(point.center_s) for point in group) / len(group))
        place = column if columns < 2 else column * (count - 1) / (columns - 1)
        values.append(
            {
                "run": round(place, 1),
                "times": _digits(center_s / now_s),
                "low": _digits(min(point.low_s for point in group) / now_s),
                "high": _digits(max(point.high_s for point in group) / now_s),
                "label": f"{group[0].label}: {duration(center_s)}",
            }
        )
    return values


def _digits(ratio: float) -> float:
    return float(f"{ratio:.4g}")


def _plain(text: str) -> str:
    """Return the characters of a label that are harmless in a Vega expression."""
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-. "))
