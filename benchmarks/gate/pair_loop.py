"""The course of a gate: choose sizes, measure pair after pair, stop when all is decided or the budget is spent."""

import math
import random
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import affinity, usable_cores
from benchmarks.errors import GateError, SuiteError
from benchmarks.gate.calibration import expectation, read_calibration
from benchmarks.gate.failure_watch import FailureWatch, refuse_wrong_base
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import BuiltRecord
from benchmarks.gate.pair import Pair, PairEnd, recorded_pair, run_pair, without_lost_runs
from benchmarks.gate.quietness import busy_warning, noise_warning
from benchmarks.gate.record import Failure, GateCase, Record, discard
from benchmarks.gate.record_folder import exclusive, logs_of, machine_name, runs_of
from benchmarks.gate.schedule import PAIR_S, NextPairs, PairCost, case_s, expected_pairs, fitting
from benchmarks.gate.selection import left_out_sentence
from benchmarks.gate.sizing import size_cases, write_plan
from benchmarks.machine import load_average
from benchmarks.text.formatting import clock, counted, minutes

_PAIR_NAME = re.compile(r"pair-(\d{3,9})-")

# Decides what to measure next.
Choice = Callable[[Record, Measurements], NextPairs]


@dataclass(frozen=True)
class Gate(BuiltRecord):
    """A record to measure in pairs: `choose` decides what to measure next, `work` is the folder that gates share."""

    work: Path
    choose: Choice


def measure(gate: Gate) -> None:
    """Measure until everything is decided or the budget is spent. Raises SuiteError.

    The record is on disk after each pair, so that an interrupted gate can be resumed.
    """
    with exclusive(gate.folder):
        gate.tell(f"record {gate.folder}, seed {gate.record.seed}, budget {minutes(gate.record.budget_s)}")
        if warning := busy_warning(load_average(), usable_cores()):
            gate.tell(warning)
        PairLoop(gate).run()


class PairLoop:
    """A gate that is being measured."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._folder, self._record = gate.folder, gate.record
        self._began = time.monotonic() - gate.record.spent_s
        self._number = _last_number(gate.folder, gate.record)
        self._failures = FailureWatch(gate)
        self._call_s: dict[str, float] = {}

    def run(self) -> None:
        """Measure; see `measure`."""
        record, gate = self._record, self._gate
        logs_of(self._folder).mkdir(parents=True, exist_ok=True)
        record.state = "interrupted"  # until it is done
        record.save(self._folder)
        if not record.cases:
            self._size_cases()
        measurements = Measurements(self._folder, record)
        self._failures.note(measurements)
        upcoming = gate.choose(record, measurements)
        while chosen := self._fitting(upcoming):
            end = self._measure_pair(chosen)
            measurements.read_new_pairs(record)
            self._failures.note(measurements)
            self._save()
            upcoming = gate.choose(record, measurements)
            gate.tell(self._progress(chosen, end, len(upcoming.cases)))
            self._warn_of_noise(measurements)
        record.state = "done"
        self._save()

    def _warn_of_noise(self, measurements: Measurements) -> None:
        """Tell after the first complete pair what the noise allows."""
        if len(self._record.complete_pairs) != 1 or self._record.pairs[-1].void_reason:
            return
        pair_s = self._record.complete_pairs[0].seconds
        if warning := noise_warning(self._record, [*measurements.log_ratios.values()], pair_s, self._left_s):
            self._gate.tell(warning)

    @property
    def _until(self) -> float:
        return self._began + self._record.budget_s

    @property
    def _left_s(self) -> float:
        return self._until - time.monotonic()

    def _size_cases(self) -> None:
        """Choose cases and sizes. If that fails, no record is left, because there is nothing to resume."""
        self._gate.tell("choosing cases and sizes")
        # Left by a choice that was interrupted.
        shutil.rmtree(runs_of(self._folder).root, ignore_errors=True)
        try:
            sized = size_cases(self._gate.sides, self._folder, self._record, self._until)
            self._record.cases, self._call_s = sized.cases, sized.call_s
            self._record.left_out = sized.left_out
            for nodeid, reason in sized.without_time.items():
                refuse_wrong_base(nodeid, reason)
                self._record.failures[nodeid] = Failure("base", reason)
        except GateError:
            discard(self._folder)
            raise
        self._save()
        if sized.left_out:
            whole_s = self._record.spent_s + sized.all_s
            self._gate.tell(
                f"{left_out_sentence(self._record)} --budget {math.ceil(whole_s / 60)}m would be enough for all."
            )
        self._gate.tell(self._expectation())

    def _expectation(self) -> str:
        """Return what the gate can detect in its budget, said before it is spent."""
        cases = len(self._record.cases)
        pairs = expected_pairs(cases, self._unmeasured_case_s, self._left_s)
        try:
            calibration = read_calibration(self._gate.work, machine_name(self._folder))
        except SuiteError as error:
            # Only this line needs the calibration, so the gate continues without it.
            self._gate.tell(str(error))
            calibration = None
        all_s = PAIR_S + self._unmeasured_case_s * cases
        expected = expectation(self._record, pairs, calibration)
        return f"{counted(cases, 'case')}, {all_s:.0f} s for a pair of all cases; {expected}"

    @property
    def _unmeasured_case_s(self) -> float:
        """A case's seconds in a pair on average, before one was measured."""
        cases = self._record.cases
        return sum(case_s(self._call_s.get(case.nodeid, self._record.target_s)) for case in cases) / max(1, len(cases))

    def _fitting(self, wanted: NextPairs) -> list[GateCase]:
        """Return as many of the cases as the budget still allows."""
        before = [PairCost(pair.seconds, len(pair.cases)) for pair in self._record.complete_pairs]
        return fitting(wanted, before, self._unmeasured_case_s, self._left_s)

    def _measure_pair(self, chosen: Sequence[GateCase]) -> PairEnd:
        self._number += 1
        name = f"pair-{self._number:03}"
        # From seed and number alone, so that a resumed gate tosses the same coins.
        coin = random.Random(f"{self._record.seed} {name}")
        order = shuffled(chosen, coin)
        cores = sorted(affinity())  # none on macOS, which binds no process to a core
        cpus = {case.nodeid: coin.choice(cores) for case in order if case.workers == 1 and cores}
        plan = write_plan(self._folder, order, cpus)
        pair = Pair(name, order, plan, self._record.session_options, coin)
        end = run_pair(self._gate.sides, self._folder, pair, self._until)
        end = without_lost_runs(self._folder, pair, end)
        recorded = recorded_pair(self._folder, pair, end)
        self._record.pairs.append(recorded)
        if end.failed_side:
            self._failures.refuse_repeated_deaths(end.failed_side, recorded)
        return end

    def _save(self) -> None:
        self._record.spent_s = time.monotonic() - self._began
        self._record.save(self._folder)

    def _progress(self, chosen: Sequence[GateCase], end: PairEnd, waiting: int) -> str:
        number = len(self._record.pairs)
        time_left = f"at most {clock(self._record.budget_s - self._record.spent_s)} left"
        if end.void_reason:
            return f"pair {number} is void ({end.failed_side or 'gate'}: {end.void_reason}); {time_left}"
        done = f"pair {number}: {counted(len(chosen), 'case')} in {end.seconds:.0f} s"
        return f"{done}; {waiting} left to decide; {time_left}"


def _last_number(folder: Path, record: Record) -> int:
    """Return the number of the last pair that was begun: an interrupted one may have left runs, but no entry."""
    names = [_PAIR_NAME.match(file.name or "") for file in runs_of(folder).files()] if record.cases else []
    return max(len(record.pairs), *(int(match[1]) for match in names if match), 0)


def shuffled(cases: Sequence[GateCase], coin: random.Random) -> list[GateCase]:
    """Return the cases in random order, those that can share an executor together: starting one takes long."""
    together: dict[str, list[GateCase]] = defaultdict(list)
    for case in coin.sample(cases, len(cases)):
        together[case.executor].append(case)
    return [case for name in coin.sample(sorted(together), len(together)) for case in together[name]]
