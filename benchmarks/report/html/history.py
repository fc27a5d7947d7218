"""Cases over runs: their times, their changes of level, and what else changed at that point."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.analysis.change_points import SHORTEST
from benchmarks.history.series import Track
from benchmarks.report.case_labels import case_labels
from benchmarks.report.html.figures import Cell, Figure, Fold, Section, Table, number
from benchmarks.report.html.history_chart import (
    MOST_RUNS,
    Level,
    commits,
    percent,
    shared_axis,
    told,
    track_chart,
)
from benchmarks.text.formatting import counted, duration
from benchmarks.text.node_ids import parse_node_id


def history_figure(place: int, track: Track, case_levels: Sequence[Level], axis: Mapping[str, Any]) -> Figure:
    """Return a chart of one case over runs; `place` is its place on the page."""
    points = track.points
    runs = counted(len(points), "run")
    newest = duration(case_levels[-1].center_s)
    count = len(case_levels) - 1
    changes = counted(count, "change of level", "changes of level") if count else "no change of level"
    label = _label(track)
    return Figure(
        name=f"history-{place}",
        title=f"{label}: {newest} now",
        description=f"Time of {track.name} over {runs}, with the range of its rounds: {changes}; now {newest}.",
        spec=track_chart(track, case_levels, axis),
        table=_runs_table(track) if len(points) <= MOST_RUNS else _levels_table(track, case_levels),
    )


def history_section(
    tracks: Sequence[Track], levels_by_case: Sequence[Sequence[Level]], stored: bool, links: Sequence[str] = ()
) -> Section:
    """Return the section on all cases over runs, largest change first, with a table of every change.

    `stored` says whether the reported run is one of them; `links` are the addresses of the runs' pages, if they have
    any.
    """
    if not tracks:
        nothing = "No other comparable run is stored yet. Measure again to see how each case changes from run to run."
        return Section("history", "History", nothing=f"History: {nothing}")
    order = sorted(range(len(tracks)), key=lambda place: -_largest(levels_by_case[place]))
    tracks, levels_by_case = [tracks[place] for place in order], [levels_by_case[place] for place in order]
    axis = shared_axis(tracks, levels_by_case)
    figures = [
        history_figure(place, track, own, axis)
        for place, (track, own) in enumerate(zip(tracks, levels_by_case, strict=True), 1)
    ]
    moved = sum(len(own) > 1 for own in levels_by_case)
    changes = _changes_table(tracks, levels_by_case, links)
    still = f"{counted(len(tracks) - moved, 'case')} without a change of level"
    return Section(
        "history",
        "History",
        _sentences(tracks, levels_by_case, stored),
        figures[:moved],
        [changes] if changes.rows else [],
        figures_first=True,
        folds=[Fold(still, figures[moved:])] if moved < len(tracks) else [],
    )


def _sentences(tracks: Sequence[Track], levels_by_case: Sequence[Sequence[Level]], stored: bool) -> list[str]:
    """Return the newest change, and what the charts show."""
    runs = max(len(track.points) for track in tracks)
    changed = [
        (track.points[level.start].place, track, level)
        for track, own in zip(tracks, levels_by_case, strict=True)
        for level in own[1:]
    ]
    changes = f"{counted(len(changed), 'change of level', 'changes of level')} in {counted(runs, 'run')}"
    if changed:
        _, track, level = max(changed, key=lambda change: (change[0], abs(math.log(change[2].change or 1.0))))
        changes = f"{changes}; the newest of {_label(track)}, {told(track, level)}"
    sentences = [
        f"{changes}.",
        "" if stored else "This run is not in the history; these are the stored runs that are comparable with it.",
        f"{counted(len(tracks), 'case')} over {counted(runs, 'run')} that can be compared (same machine, Python and "
        "profile), each relative to its newest level. Line: geometric mean of the rounds; band: fastest to slowest "
        "round; dotted lines: joblib or another package changed.",
        f"A line with a percentage marks a change, found by E-divisive (Matteson and James, 2014). It takes {SHORTEST} "
        "runs to find one, and more if it is one of the last. The machine may have caused a change: see what else "
        "changed on that day.",
    ]
    return [sentence for sentence in sentences if sentence]


def _largest(case_levels: Sequence[Level]) -> float:
    """Return the absolute logarithm of the largest change of a case."""
    return max((abs(math.log(level.change)) for level in case_levels if level.change is not None), default=0.0)


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
            Cell(percent(level.change), level.change),
        ]
        for level in case_levels
    ]
    return Table(f"Levels of {track.name}", ("from run", "runs", "mean", "change"), rows)


def _changes_table(tracks: Sequence[Track], levels_by_case: Sequence[Sequence[Level]], links: Sequence[str]) -> Table:
    changes = [
        (track.points[level.start - 1], track.points[level.start], track.name, level)
        for track, levels_of_case in zip(tracks, levels_by_case, strict=True)
        for level in levels_of_case
        if level.change is not None
    ]
    rows = [
        [
            Cell(after.label, link=links[after.place] if links else ""),
            Cell(name),
            Cell(percent(level.change), level.change),
            Cell(commits(before, after).removeprefix("commit ")),
            Cell(", ".join(after.changed)),
        ]
        for before, after, name, level in sorted(changes, key=lambda change: change[1].place, reverse=True)
    ]
    titles = ("run", "case", "change", "commits", "what else changed")
    return Table("Every change of level, newest first", titles, rows, tools=True)


def _label(track: Track) -> str:
    """Return a case's short name; a track has the full one if the short one would be that of several cases."""
    return track.name if parse_node_id(track.name).file else case_labels([track.name])[0]
