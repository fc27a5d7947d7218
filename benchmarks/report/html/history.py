"""Cases over runs: their times, their changes of level, and what else changed at that point."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.analysis.change_points import SHORTEST, change_points
from benchmarks.history.series import Track, TrackPoint
from benchmarks.report.html.figures import Cell, Figure, Section, Table, chart, number
from benchmarks.report.html.parallel import spread
from benchmarks.report.html.theme import BAND, CHANGE, LINE, MUTED
from benchmarks.text.formatting import counted, duration

_HEIGHT = 150

# As many columns as can be told apart in a chart of this width; if there are more runs, several share a column.
_COLUMNS = 240

# With more runs, the table of a chart has a row per level instead of a row per run.
_MOST_RUNS = 30


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


def history_figure(number_in_page: int, track: Track, case_levels: Sequence[Level]) -> Figure:
    """Return a chart of one case over runs."""
    points = track.points
    runs = counted(len(points), "run")
    newest = duration(case_levels[-1].center_s)
    count = len(case_levels) - 1
    changes = counted(count, "change of level", "changes of level") if count else "no change of level"
    return Figure(
        name=f"history-{number_in_page}",
        title=track.name,
        description=f"Time of {track.name} over {runs}, with the range of its rounds: {changes}; now {newest}.",
        spec=_chart(track, case_levels),
        table=_runs_table(track) if len(points) <= _MOST_RUNS else _levels_table(track, case_levels),
    )


def history_section(tracks: Sequence[Track], stored: bool) -> Section:
    """Return the section on all cases over runs, largest change first, with a table of every change.

    `stored` says whether the reported run is one of them.
    """
    levels_by_case = spread(levels, tracks)
    order = sorted(range(len(tracks)), key=lambda place: -_largest(levels_by_case[place]))
    tracks, levels_by_case = [tracks[place] for place in order], [levels_by_case[place] for place in order]
    figures = [history_figure(place, *pair) for place, pair in enumerate(zip(tracks, levels_by_case, strict=True), 1)]
    if not tracks:
        nothing = "No other comparable run is stored yet. Measure again to see how each case changes from run to run."
        return Section("history", "History", nothing=f"History: {nothing}")
    runs = max(len(track.points) for track in tracks)
    changes = _changes_table(tracks, levels_by_case)
    sentences = [
        "" if stored else "This run is not in the history; these are the stored runs that are comparable with it.",
        f"{counted(len(tracks), 'case')} over {counted(runs, 'run')} that can be compared (same machine, Python and "
        "profile). Line: geometric mean of the rounds; band: fastest to slowest round; dotted lines: joblib or another "
        "package changed.",
        f"{counted(len(changes.rows), 'change of level', 'changes of level')} found by E-divisive (Matteson and James, "
        f"2014); a line with a percentage marks each. It takes {SHORTEST} runs to find one, and more if it is one of "
        "the last. The machine may have caused a change: see what else changed on that day.",
    ]
    return Section(
        "history",
        "History",
        [sentence for sentence in sentences if sentence],
        figures,
        [changes] if changes.rows else [],
    )


def _largest(case_levels: Sequence[Level]) -> float:
    """Return the absolute logarithm of the largest change of a case."""
    return max((abs(math.log(level.change)) for level in case_levels if level.change is not None), default=0.0)


def _chart(track: Track, case_levels: Sequence[Level]) -> dict[str, Any]:
    values = _columns(track.points)
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
    y = {"type": "quantitative", "title": "ms", "scale": {"zero": False}, "axis": {"tickCount": 4, "format": ",~r"}}
    starts = [{"run": level.start, "text": _percent(level.change)} for level in case_levels if level.change is not None]
    changed = [place for place, point in enumerate(track.points) if point.changed]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area", "color": BAND, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        _lines(changed, x, {"color": MUTED, "strokeDash": [2, 3]}),
        {"mark": {"type": "line", "color": LINE, "aria": False}, "encoding": {"x": x, "y": {**y, "field": "ms"}}},
        _lines([level.start for level in case_levels[1:]], x, {"color": CHANGE, "strokeWidth": 1.5}),
        {
            "data": {"values": starts},
            "mark": {"type": "text", "align": "left", "dx": 3, "y": 6, "color": CHANGE, "aria": False},
            "encoding": {"x": x, "text": {"field": "text"}},
        },
    ]
    if len(values) <= _MOST_RUNS:
        marks = {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 24},
            "encoding": {"x": x, "y": {**y, "field": "ms"}, "description": {"field": "label"}},
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


def _columns(points: Sequence[TrackPoint]) -> list[dict[str, Any]]:
    """Return a value per run, or per group of runs if there are many: their mean and range."""
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
                "ms": _digits(center_s),
                "low": _digits(min(point.low_s for point in group)),
                "high": _digits(max(point.high_s for point in group)),
                "label": f"{group[0].label}: {duration(center_s)}",
            }
        )
    return values


def _digits(seconds: float) -> float:
    return float(f"{seconds * 1e3:.4g}")


def _plain(text: str) -> str:
    """Return the characters of a label that are harmless in a Vega expression."""
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-. "))


def _percent(ratio: float | None) -> str:
    return "" if ratio is None else f"{(ratio - 1) * 100:+.0f} %"


def _runs_table(track: Track) -> Table:
    rows = [
        [
            Cell(point.label),
            Cell(duration(point.center_s), point.center_s),
            Cell(f"{duration(point.low_s)} to {duration(point.high_s)}"),
            Cell(", ".join(point.changed)),
        ]
        for point in track.points
    ]
    return Table(f"{track.name} by run", ("run", "mean", "rounds", "changed before it"), rows)


def _levels_table(track: Track, case_levels: Sequence[Level]) -> Table:
    rows = [
        [
            Cell(track.points[level.start].label),
            number(level.end - level.start, "d"),
            Cell(duration(level.center_s), level.center_s),
            Cell(_percent(level.change), level.change),
        ]
        for level in case_levels
    ]
    return Table(f"Levels of {track.name}", ("from run", "runs", "mean", "change"), rows)


def _changes_table(tracks: Sequence[Track], levels_by_case: Sequence[Sequence[Level]]) -> Table:
    changes = [
        (track.points[level.start - 1], track.points[level.start], track.name, level)
        for track, levels_of_case in zip(tracks, levels_by_case, strict=True)
        for level in levels_of_case
        if level.change is not None
    ]
    rows = [
        [
            Cell(after.label),
            Cell(name),
            Cell(_percent(level.change), level.change),
            Cell(f"{before.commit} to {after.commit}" if before.commit != after.commit else after.commit),
            Cell(", ".join(after.changed)),
        ]
        for before, after, name, level in sorted(changes, key=lambda change: change[1].place, reverse=True)
    ]
    titles = ("run", "case", "change", "commits", "what else changed")
    return Table("Every change of level, newest first", titles, rows, tools=True)
