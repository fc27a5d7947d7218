"""Our gate on recorded pairs: its own code decides what to measure next, what is found, and when to stop."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.analysis.verdict import FAILING
from benchmarks.gate.decision import Decision, decide, next_cases, pairs_to_go
from benchmarks.gate.pair import PAIR_S
from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.tracks import Measured
from evidence.replay.effects import Slowed
from evidence.replay.recording import RecordedPair, Recording


@dataclass(frozen=True)
class Ended:
    """A pseudo-gate: the rows that fail it, the seconds it would have taken, and how many pairs it used."""

    failing: frozenset[str]
    seconds: float
    pairs: int


@dataclass(frozen=True)
class Question:
    """What the gate was asked: as the options of the verb `gate`."""

    alpha: float = 0.01
    min_effect: float = 0.05
    budget_s: float = 600.0


def flipped(recording: Recording, coin: random.Random) -> Iterator[tuple[RecordedPair, int]]:
    """All pairs in random order, each with its labels as they were (1) or changed (-1): no effect, by construction.

    When all were dealt they are dealt again: a gate may take more pairs than were recorded.
    """
    while True:
        for pair in coin.sample(recording.pairs, len(recording.pairs)):
            yield pair, coin.choice((1, -1))


def gate(recording: Recording, pairs: Iterable[tuple[RecordedPair, int]], slower: Slowed, asked: Question) -> Ended:
    """A gate that measures these pairs one after the other until all is decided, or the time or the pairs are over."""
    record = Record(
        "gate", {}, asked.alpha, asked.min_effect, asked.budget_s, 0.0, 0, None, None, list(recording.cases)
    )
    measured = Measured(Path(), record)
    seconds, used = recording.sizing_s, 0
    decision = decide(record, measured, ())
    for pair, sign in pairs:
        left_s = asked.budget_s - seconds
        chosen = _fitting(next_cases(record, decision), pair, left_s, pairs_to_go(record, decision))
        if not chosen:
            break
        names = {case.nodeid for case in chosen}
        seconds += PAIR_S + sum(_case_s(pair, name) for name in names)
        for nodeid, track in measured.tracks.items():
            track.append(_ratios(pair, nodeid, sign, slower) if nodeid in names else None)
        used += 1
        decision = decide(record, measured, ())
    return Ended(_failing(decision), seconds, used)


def _failing(decision: Decision) -> frozenset[str]:
    found = {**decision.cases, **decision.groups}
    return frozenset(name for name, finding in found.items() if finding.verdict in FAILING)


def _fitting(cases: Sequence[GateCase], pair: RecordedPair, left_s: float, pairs: int) -> list[GateCase]:
    """As `Campaign` does it: the first case as long as there is time for it, others as `pairs` such pairs allow."""
    chosen: list[GateCase] = []
    spent_s = PAIR_S
    for case in cases:
        spent_s += _case_s(pair, case.nodeid)
        if spent_s > (left_s / pairs if chosen else left_s):
            break
        chosen.append(case)
    return chosen


def _case_s(pair: RecordedPair, nodeid: str) -> float:
    """What a case took of its pair: its rounds, and its share of what was not timed."""
    timed = sum(map(sum, pair.rounds_s.get(nodeid, ())))
    others = pair.seconds - PAIR_S - sum(sum(map(sum, both)) for both in pair.rounds_s.values())
    return timed + max(0.0, others) / len(pair.rounds_s)


def _ratios(pair: RecordedPair, nodeid: str, sign: int, slower: Slowed) -> tuple[float, ...] | None:
    if nodeid not in pair.rounds_s:
        return None
    shift = math.log(slower.factor) if nodeid in slower.cases else 0.0
    base, head = pair.rounds_s[nodeid]
    return tuple(sign * math.log(after / before) + shift for before, after in zip(base, head, strict=True))
