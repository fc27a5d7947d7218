"""The gate's course: choose sizes, measure pair after pair, stop when all is decided or the budget is spent."""

import math
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.analysis.evidence import smallest_seen
from benchmarks.analysis.turns_verdict import CASES_SHARE, needed
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.errors import GateError
from benchmarks.gate.pair import PairEnd, run_pair
from benchmarks.gate.processes import ending
from benchmarks.gate.record import GateCase, PairRecord, Record, runs_of
from benchmarks.gate.sizing import choose_cases, write_plan
from benchmarks.gate.tracks import Measured
from benchmarks.history.run import WRONG_RESULT

# Starting two sessions and saving two runs, and a case beside its calls: only to tell what fits into the budget.
_PAIR_S, _CASE_S = 3.0, 0.2

# Rounds of a side, and the untimed call before them (profile gate).
_CALLS = 4

# The median case's standard deviation of a pair on the recordings, and the pairs of all cases until most of them wait:
# only to say at the start what may be expected.
_NOISE, _WHOLE_PAIRS = 0.05, 4

# A side that dies twice in the same case dies of that case; once may have been anybody.
_DEATHS = 2


# What to measure in the next pair, most wanted first; nothing where there is nothing left to measure.
Choice = Callable[[Record, Measured], Sequence[GateCase]]


class Campaign:
    """A gate under way: `folder` is its record's; `choose` says what to measure next, `tell` tells the user a line."""

    def __init__(
        self,
        folder: Path,
        record: Record,
        sides: Mapping[str, BuiltSide],
        choose: Choice,
        tell: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.record = record
        self._sides = sides
        self._choose = choose
        self._tell = tell
        self._began = time.monotonic() - record.spent_s
        self._deaths: Counter[tuple[str | None, str]] = Counter()

    def run(self) -> None:
        """Measure until all is decided or the budget is spent. The record is on disk after each pair."""
        record, until = self.record, self._began + self.record.budget_s
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        record.state = "interrupted"  # until it is done
        record.save(self.folder)
        if not record.cases:
            self._tell("choosing cases and sizes")
            base, head = self._sides["base"], self._sides["head"]
            record.cases, failed = choose_cases(base, head, self.folder, record.keyword, record.target_s, until)
            self._note_failures(failed)
            self._save()
            self._tell(self._expectation())
        measured = Measured(self.folder, record)
        waiting = self._choose(record, measured)
        while chosen := self._fitting(waiting):
            end = self._pair(chosen, until)
            measured.take(record)
            self._note_failures(measured.failed)
            self._save()
            waiting = self._choose(record, measured)
            self._tell(self._progress(chosen, end, len(waiting)))
        record.state = "done"
        self._save()

    def _expectation(self) -> str:
        """What can be seen in the budget on a machine with the noise of the recordings: said before it is spent."""
        record, effect = self.record, math.log1p(self.record.min_effect)
        each = self._case_s
        all_s = _PAIR_S + each * len(record.cases)
        left = record.budget_s - (time.monotonic() - self._began) - _WHOLE_PAIRS * all_s
        pairs = _WHOLE_PAIRS + max(0, int(left / (_PAIR_S + each * max(1, len(record.cases) // 8))))
        enough = needed(record.alpha, CASES_SHARE, max(1, len(record.cases)))
        found = smallest_seen(_NOISE**2, pairs, enough, effect)
        seen = "no slowdown of one case can be seen: give it more time or fewer cases"
        if found is not None:
            seen = f"a case slower by {max(math.expm1(found), record.min_effect / 2):.0%} or more should be seen"
        return (
            f"{len(record.cases)} cases, {all_s:.0f} s for a pair of all; with a noise of {_NOISE:.0%} a pair, {seen}"
        )

    @property
    def _case_s(self) -> float:
        """What a case takes in a pair, before one was measured."""
        return _CASE_S + 2 * _CALLS * self.record.target_s

    def _fitting(self, cases: Sequence[GateCase]) -> Sequence[GateCase]:
        """As many of the cases as the budget still allows."""
        left = self.record.budget_s - (time.monotonic() - self._began) - _PAIR_S
        each = self._case_s
        measured = [pair for pair in self.record.pairs if not pair.why][-5:]
        if measured:
            each = sum(max(0.1, pair.seconds - _PAIR_S) for pair in measured) / sum(
                len(pair.cases) for pair in measured
            )
        return cases[: max(0, int(left / (each * 1.1)))]

    def _pair(self, chosen: Sequence[GateCase], until: float) -> PairEnd:
        record = self.record
        name = f"pair-{len(record.pairs) + 1:03}"
        # From seed and number alone, so that a gate that goes on later throws the same coins.
        coin = random.Random(f"{record.seed} {name}")
        order = shuffled(chosen, coin)
        cores = sorted(os.sched_getaffinity(0))
        cpus = {case.nodeid: coin.choice(cores) for case in order if case.workers == 1}
        plan = write_plan(self.folder, order, cpus)
        end = run_pair(
            self._sides, runs_of(self.folder).root, self.folder / "logs", name, plan, len(order), coin, until
        )
        first = {
            case.nodeid: "".join(end.first[at][0] for at in sorted(end.first) if at[0] == place)
            for place, case in enumerate(order)
        }
        in_flight = order[end.where[0]].nodeid if end.where and end.where[0] < len(order) else None
        nodeids = tuple(case.nodeid for case in order)
        record.pairs.append(PairRecord(name, end.seconds, nodeids, first, end.why, end.side, in_flight))
        if end.side:
            self._note_death(end.side, end.why, in_flight, name)
        return end

    def _note_death(self, side: str, why: str, nodeid: str | None, name: str) -> None:
        self._deaths[nodeid, side] += 1
        if self._deaths[nodeid, side] < _DEATHS:
            return
        log = self.folder / "logs" / f"{name}-{side}.txt"
        if nodeid is None or side == "base":
            raise GateError(f"{side} can't be measured: {why} {_DEATHS} times; see {log}:\n{ending(log.read_bytes())}")
        self.record.trouble[nodeid] = [side, why]

    def _note_failures(self, failed: Mapping[str, Mapping[str, str]]) -> None:
        for side in ("base", "head"):
            for nodeid, why in failed[side].items():
                if side == "base" and why.startswith(WRONG_RESULT):
                    raise GateError(f"base returns a wrong result in {nodeid}: {why}; a gate needs a sound base")
                self.record.trouble.setdefault(nodeid, [side, why])

    def _save(self) -> None:
        self.record.spent_s = time.monotonic() - self._began
        self.record.save(self.folder)

    def _progress(self, chosen: Sequence[GateCase], end: PairEnd, waiting: int) -> str:
        left = max(0.0, self.record.budget_s - self.record.spent_s)
        number = len(self.record.pairs)
        time_left = f"{int(left) // 60}:{int(left) % 60:02} left at most"
        if end.why:
            return f"pair {number} is void ({end.side or 'gate'}: {end.why}); {time_left}"
        return f"pair {number}: {len(chosen)} cases in {end.seconds:.0f} s; {waiting} to go on with; {time_left}"


def shuffled(cases: Sequence[GateCase], coin: random.Random) -> list[GateCase]:
    """The cases in random order, those that can share an executor one after the other: starting one takes long."""
    together: dict[str, list[GateCase]] = defaultdict(list)
    for case in coin.sample(cases, len(cases)):
        together[case.executor].append(case)
    return [case for name in coin.sample(sorted(together), len(together)) for case in together[name]]
