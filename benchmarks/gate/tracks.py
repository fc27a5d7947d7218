"""From a record's run files to log-ratios: what the judgement works on."""

import math
from pathlib import Path

from benchmarks.gate.needs import Needs
from benchmarks.gate.record import Record, pair_files
from benchmarks.history.run import Run, read_run

Tracks = dict[str, list[tuple[float, ...] | None]]

# Base's and head's rounds of a case, in seconds.
Both = tuple[tuple[float, ...], tuple[float, ...]]


def both_sides(base: Run, head: Run) -> dict[str, Both]:
    """By node id, the rounds of the cases that both sides of a pair have timed as often."""
    before, after = ({case.fullname: case.rounds_s for case in run.cases.values()} for run in (base, head))
    common = [name for name in before if name in after and len(before[name]) == len(after[name])]
    return {name: (before[name], after[name]) for name in common}


class Measured:
    """Every case's rounds by pair; reads each run file once. Times are kept for the report (geometric means)."""

    def __init__(self, folder: Path, record: Record) -> None:
        self._folder = folder
        self._seen: set[str] = set()
        self.tracks: Tracks = {case.nodeid: [] for case in record.cases}
        self.logs_s: dict[str, dict[str, list[float]]] = {
            case.nodeid: {"base": [], "head": []} for case in record.cases
        }
        self.needs = Needs(record)
        self.failed: dict[str, dict[str, str]] = {"base": {}, "head": {}}
        self.take(record)

    def take(self, record: Record) -> None:
        """Read the pairs that are new in the record."""
        new = [pair for pair in record.pairs if pair.name not in self._seen and not pair.why]
        if not new:
            return
        files = pair_files(self._folder, new)
        for pair in new:
            self._seen.add(pair.name)
            runs = {side: read_run(path) for side, path in files[pair.name].items()}
            for side, run in runs.items():
                self.failed[side].update(run.without_time)
            self.needs.take(runs["base"], runs["head"])
            rounds_s = both_sides(runs["base"], runs["head"])
            for nodeid, track in self.tracks.items():
                track.append(self._ratios(nodeid, rounds_s[nodeid]) if nodeid in rounds_s else None)

    def _ratios(self, nodeid: str, both: Both) -> tuple[float, ...]:
        base, head = ([math.log(value) for value in side] for side in both)
        self.logs_s[nodeid]["base"] += base
        self.logs_s[nodeid]["head"] += head
        return tuple(after - before for before, after in zip(base, head, strict=True))
