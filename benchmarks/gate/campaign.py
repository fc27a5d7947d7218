"""The gate's course: choose sizes, measure pair after pair, stop when all is decided or the budget is spent."""

import os
import random
import re
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.errors import GateError, HistoryError
from benchmarks.gate.calibration import known
from benchmarks.gate.commands import last_lines
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.pair import PAIR_S, PairEnd, run_pair
from benchmarks.gate.planning import expectation, expected_pairs
from benchmarks.gate.record import GateCase, PairRecord, Record, digests, discard, machine_of, runs_of
from benchmarks.gate.sizing import choose_cases, write_plan
from benchmarks.gate.tracks import Measured
from benchmarks.history.run import WRONG_RESULT
from benchmarks.text.formatting import counted

# What a case takes beside its calls, which are the rounds of both sides and as much again for the untimed ones: only
# until a pair was measured.
_CASE_S, _CALLS = 0.2, 16

# The name of a pair's run.
_PAIR = re.compile(r"pair-(\d{3,9})-")

# A side that dies twice in the same case dies of that case; once may have been anybody.
_DEATHS = 2


# What to measure in the next pair, most wanted first, and for how many such pairs the budget must suffice; no case if
# nothing is left to measure.
Choice = Callable[[Record, Measured], tuple[Sequence[GateCase], int]]


class Campaign:
    """A gate under way: `folder` is its record's, `work` holds what gates share.

    `choose` says what to measure next, `tell` tells the user a line.
    """

    def __init__(
        self,
        folder: Path,
        record: Record,
        work: Path,
        sides: Mapping[str, BuiltSide],
        choose: Choice,
        tell: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.record = record
        self._work = work
        self._sides = sides
        self._choose = choose
        self._tell = tell
        self._began = time.monotonic() - record.spent_s
        self._number = _last_number(folder, record)
        self._deaths: Counter[tuple[str | None, str]] = Counter()

    def run(self) -> None:
        """Measure until all is decided or the budget is spent. The record is on disk after each pair."""
        record, until = self.record, self._began + self.record.budget_s
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        record.state = "interrupted"  # until it is done
        record.save(self.folder)
        if not record.cases:
            self._size(until)
        measured = Measured(self.folder, record)
        waiting, pairs = self._choose(record, measured)
        while chosen := self._fitting(waiting, pairs):
            end = self._pair(chosen, until)
            measured.take(record)
            self._note_failures(measured.failed)
            self._save()
            waiting, pairs = self._choose(record, measured)
            self._tell(self._progress(chosen, end, len(waiting)))
        record.state = "done"
        self._save()

    def _size(self, until: float) -> None:
        """Choose cases and sizes. What can't be chosen leaves no record: there is nothing to go on with."""
        self._tell("choosing cases and sizes")
        record, base, head = self.record, self._sides["base"], self._sides["head"]
        # Of a choice that was interrupted.
        shutil.rmtree(runs_of(self.folder).root, ignore_errors=True)
        try:
            record.cases, failed = choose_cases(
                base, head, self.folder, record.keyword, record.work, record.target_s, until
            )
            self._note_failures(failed)
        except GateError:
            discard(self.folder)
            raise
        self._save()
        self._tell(self._expectation())

    def _expectation(self) -> str:
        """What can be seen in the budget: said before it is spent."""
        record, cases = self.record, len(self.record.cases)
        left_s = record.budget_s - (time.monotonic() - self._began)
        pairs = expected_pairs(cases, PAIR_S, self._case_s, left_s)
        try:
            calibration = known(self._work, machine_of(self.folder))
        except HistoryError as error:
            # Only this line needs it: no reason to end a gate.
            self._tell(str(error))
            calibration = None
        whole_s = PAIR_S + self._case_s * cases
        return f"{counted(cases, 'case')}, {whole_s:.0f} s for a pair of all; {expectation(record, pairs, calibration)}"

    @property
    def _case_s(self) -> float:
        """What a case takes in a pair, before one was measured."""
        return _CASE_S + _CALLS * self.record.target_s

    def _fitting(self, cases: Sequence[GateCase], pairs: int) -> Sequence[GateCase]:
        """As many of the cases as the budget still allows, so many pairs long; the first one as long as it can."""
        whole = self.record.budget_s - (time.monotonic() - self._began)
        left, alone = whole / pairs - PAIR_S, whole - PAIR_S
        each = self._case_s
        measured = [pair for pair in self.record.pairs if not pair.why][-5:]
        if measured:
            each = sum(max(0.1, pair.seconds - PAIR_S) for pair in measured) / sum(len(pair.cases) for pair in measured)
        fits = int(left / (each * 1.1))
        return cases[: max(fits, int(alone > each * 1.1))]

    def _pair(self, chosen: Sequence[GateCase], until: float) -> PairEnd:
        record = self.record
        self._number += 1
        name = f"pair-{self._number:03}"
        # From seed and number alone, so that a gate that goes on later throws the same coins.
        coin = random.Random(f"{record.seed} {name}")
        order = shuffled(chosen, coin)
        cores = sorted(os.sched_getaffinity(0))
        cpus = {case.nodeid: coin.choice(cores) for case in order if case.workers == 1}
        plan = write_plan(self.folder, order, cpus)
        end = run_pair(
            self._sides,
            runs_of(self.folder).root,
            self.folder / "logs",
            name,
            plan,
            record.work,
            len(order),
            coin,
            until,
        )
        first = {
            case.nodeid: "".join(end.first[at][0] for at in sorted(end.first) if at[0] == place)
            for place, case in enumerate(order)
        }
        in_flight = order[end.where[0]].nodeid if end.where and end.where[0] < len(order) else None
        nodeids = tuple(case.nodeid for case in order)
        # A void pair's runs are not read, and there may be none.
        sealed = {} if end.why else digests(self.folder, name)
        record.pairs.append(PairRecord(name, end.seconds, nodeids, first, end.why, end.side, in_flight, sealed))
        if end.side:
            self._note_death(end.side, end.why, in_flight, name)
        return end

    def _note_death(self, side: str, why: str, nodeid: str | None, name: str) -> None:
        self._deaths[nodeid, side] += 1
        if self._deaths[nodeid, side] < _DEATHS:
            return
        log = self.folder / "logs" / f"{name}-{side}.txt"
        if nodeid is None or side == "base":
            raise GateError(
                f"{side} can't be measured: {why} {_DEATHS} times; see {log}:\n{last_lines(log.read_bytes())}"
            )
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
        done = f"pair {number}: {counted(len(chosen), 'case')} in {end.seconds:.0f} s"
        return f"{done}; {waiting} to go on with; {time_left}"


def _last_number(folder: Path, record: Record) -> int:
    """The number of the last pair that was begun: one that was interrupted is not in the record, its runs may be."""
    runs = [_PAIR.match(file.name or "") for file in runs_of(folder).files()] if record.cases else []
    return max(len(record.pairs), *(int(found[1]) for found in runs if found), 0)


def shuffled(cases: Sequence[GateCase], coin: random.Random) -> list[GateCase]:
    """The cases in random order, those that can share an executor one after the other: starting one takes long."""
    together: dict[str, list[GateCase]] = defaultdict(list)
    for case in coin.sample(cases, len(cases)):
        together[case.executor].append(case)
    return [case for name in coin.sample(sorted(together), len(together)) for case in together[name]]
