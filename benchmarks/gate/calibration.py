"""The noise of this machine, from measuring it against itself, and the slowdowns that a gate can detect here.

It serves for planning only and never changes a verdict: a threshold learnt from the past would become insensitive.
"""

import contextlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from benchmarks.analysis.hypotheses import CASES_SHARE, needed
from benchmarks.analysis.modes import Modes, modes
from benchmarks.analysis.paired import PLANNED_SHARE, assess
from benchmarks.analysis.power import detectable_log_ratio
from benchmarks.analysis.verdict import Thresholds
from benchmarks.errors import GateError, Unreadable
from benchmarks.files.decoding import decode_versioned
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.record import Record, Seconds
from benchmarks.gate.record_folder import machine_name
from benchmarks.gate.schedule import PAIR_S
from benchmarks.text.formatting import counted, minutes
from benchmarks.text.printable import visible

# Increased when a key changes its meaning or is removed. 1: the first.
FORMAT = 1

# Fewer pairs say nothing about noise.
FEWEST_PAIRS = 3

# The noise of a pair (standard deviation of its log-ratio) of the median case on the recordings, for a machine that was
# not calibrated.
NOISE = 0.05


class CaseNoise(Struct, frozen=True, forbid_unknown_fields=True):
    """A case's noise: the standard deviation of a pair's log-ratio, from `pairs` pairs on `when` (UTC).

    `call_s` and `pair_s` are the seconds of one call and of one pair.
    """

    noise: Annotated[float, Meta(ge=1e-9, le=1e3)]
    pairs: int
    when: str
    call_s: Seconds
    pair_s: Seconds


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """What a machine, named as in the store, showed with identical code.

    `cases` and `unfit` are by node id: the noise, and why a case can't be timed. `speeds` are the machine's two speeds,
    None if it has one.
    """

    machine: str
    packages: dict[str, str]
    cases: dict[str, CaseNoise]
    unfit: dict[str, str]
    speeds: Modes | None

    def noises_of(self, nodeids: Sequence[str]) -> list[CaseNoise]:
        """Return the noise of those cases that were calibrated."""
        return [self.cases[name] for name in nodeids if name in self.cases]


def calibrate(folder: Path, record: Record, when: str) -> Calibration:
    """Return what a record of identical code shows. Raises GateError if it holds too few pairs."""
    measurements = Measurements(folder, record)
    complete = record.complete_pairs
    if len(complete) < FEWEST_PAIRS:
        measured = f"{counted(len(complete), 'complete pair')} of processes in {minutes(record.spent_s)}"
        raise GateError(f"{measured}; expected {FEWEST_PAIRS} or more: raise --budget, or choose fewer cases with -k")
    case_s = sum(pair.seconds - PAIR_S for pair in complete) / sum(len(pair.cases) for pair in complete)
    timed_s = {name: math.fsum(rounds_s.both) for name, rounds_s in measurements.rounds_s.items()}
    pairs = {name: [pair for pair in ratios if pair] for name, ratios in measurements.log_ratios.items()}
    enough = [name for name, ratios in pairs.items() if len(ratios) >= FEWEST_PAIRS]
    if not enough:
        reason = next((failure.reason for failure in record.failures.values()), "too few pairs")
        raise GateError(f"no case could be calibrated: {reason}; see {visible(folder / 'logs')}")
    untimed_s = max(0.0, case_s - sum(timed_s.values()) / sum(map(len, pairs.values())))
    effect = math.log1p(record.min_effect)
    return Calibration(
        machine=machine_name(folder),
        packages=record.sides.base.packages,
        cases={
            name: CaseNoise(
                noise=assess(pairs[name], effect).noise,
                pairs=len(pairs[name]),
                when=when,
                call_s=timed_s[name] / len(measurements.rounds_s[name].both),
                pair_s=timed_s[name] / len(pairs[name]) + untimed_s,
            )
            for name in enough
        },
        unfit={name: failure.reason for name, failure in record.failures.items()},
        speeds=modes(_speeds(record, measurements)),
    )


def _speeds(record: Record, measurements: Measurements) -> list[float]:
    """Return the logarithms of one core's times, each case relative to its own mean."""
    relative = []
    for case in record.cases:
        logs = [math.log(seconds) for seconds in measurements.rounds_s[case.nodeid].both]
        if case.workers == 1 and logs:
            mean = math.fsum(logs) / len(logs)
            relative += [value - mean for value in logs]
    return relative


def calibration_path(work: Path, machine: str) -> Path:
    """Return where a machine's calibration is kept in the gate's folder."""
    return work / "calibration" / f"{machine}.json"


def save_calibration(work: Path, calibration: Calibration) -> Path:
    """Store a calibration and return its path. Raises StoreTrouble.

    What an earlier calibration knew about other cases is kept, if it can be read.
    """
    path = calibration_path(work, calibration.machine)
    with contextlib.suppress(Unreadable, GateError):
        if earlier := read_calibration(work, calibration.machine):
            calibration = msgspec.structs.replace(calibration, cases={**earlier.cases, **calibration.cases})
    make_folder(path.parent)
    document = {"format": FORMAT, **msgspec.to_builtins(calibration)}
    write(path, json.dumps(document, indent=1, allow_nan=False).encode(), path.with_name(f".{path.name}.writing"))
    return path


def read_calibration(work: Path, machine: str) -> Calibration | None:
    """Return the machine's calibration, None if there is none of this format. Raises SuiteError if it can't be read."""
    path = calibration_path(work, machine)
    if not path.exists():
        return None
    document = read_document(path)
    if document.get("format", FORMAT) != FORMAT:
        return None  # written by another version of this program: ignored
    try:
        return decode_versioned(document, Calibration, FORMAT, visible(path))
    except Unreadable as error:
        raise Unreadable(f"{error}; expected a calibration: delete it, and calibrate again") from None


def detectable_effect(record: Record, cases: int, pairs: int, noise: float) -> float | None:
    """Return the slowdown (0.05 is 5 %) of one case with this noise that 80 % of gates see, None if there is none."""
    enough = needed(record.alpha, CASES_SHARE, max(1, cases)) - math.log(PLANNED_SHARE)
    log_ratio = detectable_log_ratio(noise * noise, pairs, enough, math.log1p(record.min_effect))
    return (
        None
        if log_ratio is None
        else max(math.expm1(log_ratio), Thresholds.of_case(record.alpha, record.min_effect, None).floor)
    )


def expectation(record: Record, pairs: int, calibration: Calibration | None) -> str:
    """Return the sentence in which a gate says at its start what it expects to detect."""
    nodeids = [case.nodeid for case in record.cases]
    calibrated = calibration.noises_of(nodeids) if calibration else []
    if not calibrated:
        start = f"this machine is not calibrated; if its noise is {NOISE:.0%} per pair"
        return f"{start}, {_detectable([NOISE], record, len(nodeids), pairs)}"
    noises, when = [case.noise for case in calibrated], max(case.when for case in calibrated)
    start = f"calibrated {when[:10]}, median noise of a pair {median(noises):.1%}"
    return f"{start}: {_detectable(noises, record, len(nodeids), pairs)}"


def _detectable(noises: Sequence[float], record: Record, cases: int, pairs: int) -> str:
    effects = [detectable_effect(record, cases, pairs, noise) for noise in noises]
    detectable = sorted(effect for effect in effects if effect is not None)
    if not detectable:
        return "no slowdown of a single case can be detected: give it more time or fewer cases"
    if len(noises) == 1:
        return f"a slowdown of {detectable[0]:.0%} or more in one case should be detected"
    enough = sum(effect <= record.min_effect for effect in detectable)
    middle = detectable[min(len(detectable) - 1, len(effects) // 2)]
    return (
        f"{record.min_effect:.0%} should be detected in {enough} of {len(noises)} cases, {middle:.0%} in half of them; "
        f"{len(effects) - len(detectable)} can't be judged"
    )
