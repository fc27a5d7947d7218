"""What a gate's cases need beside time, pair by pair, where their sessions measured it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.turns_verdict import RESOURCES_SHARE, Finding, judge_cases
from benchmarks.analysis.verdict import Thresholds
from benchmarks.gate.record import Record
from benchmarks.history.resources import needs
from benchmarks.history.run import Run
from benchmarks.limits import RESOURCE_KEYS

# How a session is asked for them.
OPTION = "--resources"


class Need(NamedTuple):
    """One resource of one case."""

    nodeid: str
    quantity: Quantity


@dataclass(frozen=True)
class Sides:
    """What was seen on each side, one value a pair, in seconds or bytes."""

    base: list[float]
    head: list[float]


class Needs:
    """By need, its log-ratio in each pair (None where one side lacks it) and the values behind it."""

    def __init__(self, record: Record) -> None:
        asked = OPTION in record.work
        known = [Need(case.nodeid, quantity) for case in record.cases for quantity in RESOURCES if asked]
        self.tracks: dict[Need, list[tuple[float, ...] | None]] = {need: [] for need in known}
        self.sides = {need: Sides([], []) for need in known}

    def take(self, base: Run, head: Run) -> None:
        """One more pair."""
        before, after = _by_case(base), _by_case(head)
        for need, track in self.tracks.items():
            fact = RESOURCE_KEYS[need.quantity]
            values = [side.get(need.nodeid, {}).get(fact) for side in (before, after)]
            if values[0] is None or values[1] is None:
                track.append(None)
                continue
            track.append((math.log(values[1] / values[0]),))
            self.sides[need].base.append(values[0])
            self.sides[need].head.append(values[1])


def _by_case(run: Run) -> dict[str, Mapping[str, float]]:
    return {case.fullname: needs(case.facts) for case in run.cases.values()}


def judge_needs(record: Record, seen: Needs) -> dict[Need, Finding]:
    """A finding for every need that was measured, of cases that can be timed."""
    thresholds = Thresholds(record.alpha, record.min_effect, record.min_effect / 2, None)
    sound = {need: track for need, track in seen.tracks.items() if need.nodeid not in record.trouble}
    return judge_cases(sound, len(record.cases) * len(RESOURCES), lambda _: thresholds, RESOURCES_SHARE)
