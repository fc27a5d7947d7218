"""What a record's run files say, pair by pair: log-ratios of times and resources, which the judgement works on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.analysis.pair_ratios import PairRatios, pair_ratios
from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.files.status import FailureEvent, read_status
from benchmarks.gate.record import SIDES, SIZING_OF_HEAD, PairRecord, Record, SideName
from benchmarks.gate.record_folder import pair_files, status_of
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.resources import needs
from benchmarks.history.run import Run, read_run
from benchmarks.limits import RESOURCE_KEYS

# By pair, None if the pair has no measurement.
LogRatios = list[PairRatios | None]

# Base's and head's rounds of a case, in seconds.
RoundsOfBoth = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class PairRounds:
    """A case's rounds in a pair, base's and head's, in seconds.

    `completed` are the times until the last batch had completed, None where one side does not know them.
    """

    returned: RoundsOfBoth
    completed: RoundsOfBoth | None

    @property
    def seconds(self) -> float:
        """The time of all rounds of both sides."""
        return sum(map(sum, self.returned))

    def exchanged(self) -> "PairRounds":
        """Return the same rounds with base and head exchanged."""
        completed = self.completed and (self.completed[1], self.completed[0])
        return PairRounds((self.returned[1], self.returned[0]), completed)

    def ratios(self) -> PairRatios:
        """Return log(head / base) of each round and of the mean round."""
        return pair_ratios(*self.returned, self.completed)


def rounds_of_both(base: Run, head: Run) -> dict[str, PairRounds]:
    """Return the rounds of the cases that both sides of a pair timed equally often, by node id."""
    before, after = ({case.fullname: case for case in run.cases.values()} for run in (base, head))
    common = [name for name in before if name in after and before[name].rounds == after[name].rounds]
    return {name: _pair_rounds(before[name], after[name]) for name in common}


def _pair_rounds(base: CaseTimes, head: CaseTimes) -> PairRounds:
    completed = completed_s(base), completed_s(head)
    known = completed[0] is not None and completed[1] is not None
    return PairRounds((base.rounds_s, head.rounds_s), completed if known else None)  # type: ignore[arg-type]


def completed_s(case: CaseTimes) -> tuple[float, ...] | None:
    """Return the seconds of each round until its last batch had completed; None unless the run file has them all."""
    values = case.facts.get("completed_s")
    if not isinstance(values, list) or len(values) != len(case.rounds_s):
        return None
    sound = all(isinstance(value, float) and 0 < value < 1e7 for value in values)
    return tuple(values) if sound else None


class CaseResource(NamedTuple):
    """One resource of one case."""

    nodeid: str
    quantity: Quantity


@dataclass
class BySide:
    """One list of values per side."""

    base: list[float] = field(default_factory=list)
    head: list[float] = field(default_factory=list)

    @property
    def both(self) -> list[float]:
        """The values of both sides."""
        return [*self.base, *self.head]

    @property
    def means(self) -> tuple[float, float]:
        """The means of base and head."""
        return math.fsum(self.base) / len(self.base), math.fsum(self.head) / len(self.head)


class Resources:
    """CPU time and memory by case and pair: log-ratios, and the values (seconds or bytes) that they come from."""

    def __init__(self, record: Record) -> None:
        quantities = RESOURCES if record.measures_resources else ()
        keys = [CaseResource(case.nodeid, quantity) for case in record.cases for quantity in quantities]
        self.log_ratios: dict[CaseResource, LogRatios] = {key: [] for key in keys}
        self.values = {key: BySide() for key in keys}

    def add_pair(self, base: Run, head: Run) -> None:
        """Add one more pair."""
        before, after = _resources_by_case(base), _resources_by_case(head)
        for key, log_ratios in self.log_ratios.items():
            name = RESOURCE_KEYS[key.quantity]
            base_value, head_value = (by_case.get(key.nodeid, {}).get(name) for by_case in (before, after))
            if base_value is None or head_value is None:
                log_ratios.append(None)
                continue
            log_ratios.append(pair_ratios((base_value,), (head_value,)))
            self.values[key].base.append(base_value)
            self.values[key].head.append(head_value)


def _resources_by_case(run: Run) -> dict[str, Mapping[str, float]]:
    return {case.fullname: needs(case.facts) for case in run.cases.values()}


class Measurements:
    """Every case's measurements by pair. Each run file is read once.

    `log_ratios` by node id is what is judged; `rounds_s` are the rounds themselves, in seconds, for the report;
    `failures` are by side and node id the reasons for which a case had no time, one per session in which it had none.
    """

    def __init__(self, folder: Path, record: Record) -> None:
        self._folder = folder
        self._pairs_read: set[str] = set()
        self.log_ratios: dict[str, LogRatios] = {case.nodeid: [] for case in record.cases}
        self.rounds_s = {case.nodeid: BySide() for case in record.cases}
        self.resources = Resources(record)
        self.failures: dict[SideName, dict[str, list[str]]] = {side: {} for side in SIDES}
        # Sizing's first session is base's: a case that fails there is not in the gate.
        self._add_failure_events("head", SIZING_OF_HEAD)
        self.read_new_pairs(record)

    def read_new_pairs(self, record: Record) -> None:
        """Read the pairs that the record has gained; of those that are void only what failed."""
        new = [pair for pair in record.pairs if pair.name not in self._pairs_read]
        self._pairs_read.update(pair.name for pair in new)
        for pair in new:
            if pair.void_reason:
                self._read_void_pair(pair)
        complete = [pair for pair in new if not pair.void_reason]
        files = pair_files(self._folder, complete) if complete else {}
        for pair in complete:
            runs = {side: read_run(path) for side, path in files[pair.name].items()}
            for side, run in runs.items():
                for nodeid, reason in run.without_time.items():
                    self._add_failure(side, nodeid, reason)
            self.resources.add_pair(runs["base"], runs["head"])
            rounds_s = rounds_of_both(runs["base"], runs["head"])
            for nodeid, log_ratios in self.log_ratios.items():
                log_ratios.append(self._add_rounds(nodeid, rounds_s[nodeid]) if nodeid in rounds_s else None)

    def _read_void_pair(self, pair: PairRecord) -> None:
        for side in SIDES:
            self._add_failure_events(side, f"{pair.name}-{side}")
        if pair.failed_side and pair.in_flight:
            self._add_failure(pair.failed_side, pair.in_flight, pair.void_reason)

    def _add_failure_events(self, side: SideName, session: str) -> None:
        for event in read_status(status_of(self._folder, session)):
            if isinstance(event, FailureEvent) and event.nodeid in self.log_ratios:
                self._add_failure(side, event.nodeid, event.reason)

    def _add_failure(self, side: SideName, nodeid: str, reason: str) -> None:
        self.failures[side].setdefault(nodeid, []).append(reason)

    def _add_rounds(self, nodeid: str, rounds: PairRounds) -> PairRatios:
        base, head = rounds.returned
        self.rounds_s[nodeid].base += base
        self.rounds_s[nodeid].head += head
        return rounds.ratios()
