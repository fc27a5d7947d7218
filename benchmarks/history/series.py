"""Cases over the runs of the history that may be compared with a run."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from benchmarks.history.comparability import RUN_BARS, comparable, different_fields
from benchmarks.history.index import Entry, Index
from benchmarks.text.printable import visible

_COMMIT = 10


@dataclass(frozen=True)
class TrackPoint:
    """A case in one run: its label (number and date), seconds (geometric mean, fastest and slowest round), commit.

    `place` is the run's among the runs of all tracks.
    `changed` is what changed in the environment just before it, such as `joblib 1.5.3 to 1.6.0`.
    """

    place: int
    label: str
    center_s: float
    low_s: float
    high_s: float
    commit: str
    changed: Sequence[str]


@dataclass(frozen=True)
class Track:
    """A case over comparable runs, oldest first; its full name if another case has the same name."""

    name: str
    points: Sequence[TrackPoint]


def alike(index: Index, bars: str | None) -> list[Entry]:
    """The runs that may be compared with one of these `bars`, oldest first."""
    return [entry for entry in index.entries if entry.error is None and comparable(entry.bars, bars)]


def tracks(index: Index, bars: str | None, names: Collection[str]) -> list[Track]:
    """The cases of these names that two or more of the comparable runs have, oldest run first."""
    entries = alike(index, bars)
    if len(entries) < 2:
        return []
    changes = [change(*pair) for pair in zip([entries[0], *entries], entries, strict=False)]
    commits = [visible(str(entry.facts.get("commit") or "unknown"))[:_COMMIT] for entry in entries]
    labels = [label(entry) for entry in entries]
    all_tracks = []
    named = [case for case in index.cases() if case.name in names]
    uses = Counter(name for name, _ in {(case.name, case.key) for case in named})
    for case in named:
        points = {point.run_id: point for point in index.points(case.id)}
        track = [
            TrackPoint(place, text, point.center_s, point.low_s, point.high_s, commit, changed)
            for place, (entry, text, commit, changed) in enumerate(zip(entries, labels, commits, changes, strict=True))
            if (point := points.get(entry.id))
        ]
        if len(track) > 1:
            all_tracks.append(Track(visible(case.name if uses[case.name] == 1 else case.fullname), track))
    return all_tracks


def change(before: Entry, after: Entry) -> Sequence[str]:
    """What changed between two runs: versions, and the machine and interpreter where that was forced."""
    if (before.versions, before.bars) == (after.versions, after.bars):
        return []
    old, new = ({**json.loads(entry.versions or "{}"), **json.loads(entry.bars or "{}")} for entry in (before, after))
    versions = [name for name in {**old, **new} if name not in RUN_BARS and old.get(name) != new.get(name)]
    names = [*versions, *different_fields(old, new)]
    return [visible(f"{name} {old.get(name)} to {new.get(name)}") for name in names]


def label(entry: Entry) -> str:
    """A run's number and date."""
    number = "" if entry.file.number is None else f"{entry.file.number:04} "
    return f"{number}{entry.when:%Y-%m-%d}" if entry.when else number.strip() or visible(entry.file.name)
