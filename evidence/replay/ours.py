"""Our gate on recorded pairs: its own code decides what to measure next, what it detects, and when it stops."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.gate.hypotheses import Hypotheses, judge_record
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import Request, new_record
from benchmarks.gate.record import GateCase
from benchmarks.gate.schedule import PAIR_S, PairCost, case_s, fitting, next_pairs
from evidence.replay.effects import Slowed
from evidence.replay.recording import RecordedPair, Recording


@dataclass(frozen=True)
class Ended:
    """A finished pseudo-gate: what it tested, its seconds and its pairs."""

    hypotheses: Hypotheses
    seconds: float
    pairs: int

    @property
    def failing(self) -> frozenset[str]:
        """The rows that fail the gate."""
        by_name = {**self.hypotheses.cases, **self.hypotheses.groups}
        return frozenset(name for name, tested in by_name.items() if tested.verdict in FAILING)

    @property
    def unchanged(self) -> frozenset[str]:
        """The cases that it calls unchanged."""
        cases = self.hypotheses.cases.items()
        return frozenset(name for name, tested in cases if tested.verdict is Verdict.UNCHANGED)


@dataclass(frozen=True)
class Question:
    """The options of a pseudo-gate, as of the verb `gate`."""

    alpha: float = 0.01
    min_effect: float = 0.05
    budget_s: float = 600.0


def flipped(recording: Recording, coin: random.Random) -> Iterator[tuple[RecordedPair, int]]:
    """Yield pairs in random order, their labels as recorded (1) or exchanged (-1): no effect, by construction.

    Once all were dealt they are dealt again, because a gate may take more pairs than were recorded.
    """
    while True:
        for pair in coin.sample(recording.pairs, len(recording.pairs)):
            yield pair, coin.choice((1, -1))


def gate(recording: Recording, pairs: Iterable[tuple[RecordedPair, int]], slower: Slowed, asked: Question) -> Ended:
    """Run a gate on these pairs, one after the other, until all is decided or the time or the pairs are used up."""
    record = new_record(Request("gate", (), (), asked.alpha, asked.min_effect, asked.budget_s, seed=0))
    record.cases = [*recording.cases]
    measurements = Measurements(Path(), record)
    seconds, costs = recording.sizing_s, list[PairCost]()
    hypotheses = judge_record(record, measurements, ())
    for pair, sign in pairs:
        wanted = next_pairs(record, hypotheses)
        chosen = fitting(wanted, costs, case_s(record.target_s), asked.budget_s - seconds)
        if not chosen:
            break
        costs.append(PairCost(PAIR_S + sum(_case_s(pair, case) for case in chosen), len(chosen)))
        if seconds + costs[-1].seconds > asked.budget_s:
            # A gate ends such a pair when its time is over, and does not count it.
            costs.pop()
            seconds = asked.budget_s
            break
        seconds += costs[-1].seconds
        names = {case.nodeid for case in chosen}
        for nodeid, log_ratios in measurements.log_ratios.items():
            log_ratios.append(_ratios(pair, nodeid, sign, slower) if nodeid in names else None)
        hypotheses = judge_record(record, measurements, ())
    return Ended(hypotheses, seconds, len(costs))


def _case_s(pair: RecordedPair, case: GateCase) -> float:
    """Return a case's seconds in its pair: its rounds, and its share of what was not timed."""
    timed = pair.rounds[case.nodeid].seconds if case.nodeid in pair.rounds else 0.0
    others = pair.seconds - PAIR_S - sum(rounds.seconds for rounds in pair.rounds.values())
    return timed + max(0.0, others) / len(pair.rounds)


def _ratios(pair: RecordedPair, nodeid: str, sign: int, slower: Slowed) -> PairRatios | None:
    if nodeid not in pair.rounds:
        return None
    rounds = pair.rounds[nodeid]
    return slower.applied(nodeid, rounds if sign > 0 else rounds.exchanged()).ratios()
