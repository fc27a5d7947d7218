"""From a record's run files to log-ratios: what the judgement works on."""

import math
from collections.abc import Mapping
from pathlib import Path

from benchmarks.gate.record import Record, pair_files
from benchmarks.history.run import CaseTimes, read_run

Tracks = dict[str, list[tuple[float, ...] | None]]


class Measured:
    """Every case's rounds by pair; reads each run file once. Times are kept for the report (geometric means)."""

    def __init__(self, folder: Path, record: Record) -> None:
        self._folder = folder
        self._seen: set[str] = set()
        self.tracks: Tracks = {case.nodeid: [] for case in record.cases}
        self.logs_s: dict[str, dict[str, list[float]]] = {
            case.nodeid: {"base": [], "head": []} for case in record.cases
        }
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
            times = {side: {case.fullname: case for case in run.cases.values()} for side, run in runs.items()}
            for side, run in runs.items():
                self.failed[side].update(run.without_time)
            for nodeid, track in self.tracks.items():
                track.append(self._ratios(nodeid, times))

    def _ratios(self, nodeid: str, times: Mapping[str, Mapping[str, CaseTimes]]) -> tuple[float, ...] | None:
        both = [times[side].get(nodeid) for side in ("base", "head")]
        if both[0] is None or both[1] is None or len(both[0].rounds_s) != len(both[1].rounds_s):
            return None
        base, head = ([math.log(value) for value in case.rounds_s] for case in both if case is not None)
        self.logs_s[nodeid]["base"] += base
        self.logs_s[nodeid]["head"] += head
        return tuple(after - before for before, after in zip(base, head, strict=True))
