"""A machine measured against itself: how noisy each case is, and what a gate can see here. For planning only.

Nothing in it ever changes what is called a regression: a threshold that is learnt from the past goes deaf.
"""

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.analysis.modes import Modes, modes
from benchmarks.analysis.paired import assess
from benchmarks.errors import GateError, Unreadable
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.files.values import number, text
from benchmarks.gate.pair import PAIR_S
from benchmarks.gate.record import Record, machine_of
from benchmarks.gate.tracks import Measured
from benchmarks.text.printable import visible

# Raised when a key changes its meaning or goes. 1: the first.
FORMAT = 1

# Fewer pairs say nothing of noise.
FEWEST_PAIRS = 3


@dataclass(frozen=True)
class CaseNoise:
    """A case's noise: the standard deviation of a pair's log-ratio, from `pairs` pairs on `when` (UTC).

    `call_s` and `pair_s` are the seconds of one call and of one pair.
    """

    noise: float
    pairs: int
    when: str
    call_s: float
    pair_s: float


@dataclass(frozen=True)
class Calibration:
    """What a machine, named as in the store, showed with identical code, by case.

    `unfit` is why some cases can't be timed, by node id; `speeds` the machine's two speeds, None where there is one.
    """

    machine: str
    packages: Mapping[str, str]
    cases: Mapping[str, CaseNoise]
    unfit: Mapping[str, str]
    speeds: Modes | None

    def of(self, cases: Sequence[str]) -> list[CaseNoise]:
        """What is known of those of the cases that were calibrated."""
        return [self.cases[name] for name in cases if name in self.cases]


def calibrate(folder: Path, record: Record, when: str) -> Calibration:
    """What a record of identical code says; raises GateError where it holds too few pairs."""
    measured = Measured(folder, record)
    whole = [pair for pair in record.pairs if not pair.why]
    if len(whole) < FEWEST_PAIRS:
        found = f"{len(whole)} whole pairs of processes in {record.spent_s / 60:.1f} minutes"
        raise GateError(f"{found}; expected {FEWEST_PAIRS} or more: raise --budget, or choose fewer cases with -k")
    each_s = sum(pair.seconds - PAIR_S for pair in whole) / sum(len(pair.cases) for pair in whole)
    timed_s = {name: math.fsum(map(math.exp, logs["base"] + logs["head"])) for name, logs in measured.logs_s.items()}
    rounds = {name: len(logs["base"] + logs["head"]) for name, logs in measured.logs_s.items()}
    pairs = {name: [pair for pair in track if pair] for name, track in measured.tracks.items()}
    enough = [name for name, found in pairs.items() if len(found) >= FEWEST_PAIRS]
    if not enough:
        why = next(iter(record.trouble.values()), ["", "too few pairs"])[1]
        raise GateError(f"no case could be calibrated: {why}; see {visible(folder / 'logs')}")
    idle_s = each_s - sum(timed_s.values()) / sum(len(found) for found in pairs.values())
    effect = math.log1p(record.min_effect)
    return Calibration(
        machine=machine_of(folder),
        packages=record.sides["base"].get("packages", {}),
        cases={
            name: CaseNoise(
                noise=assess(pairs[name], effect).variance ** 0.5,
                pairs=len(pairs[name]),
                when=when,
                call_s=timed_s[name] / rounds[name],
                pair_s=timed_s[name] / len(pairs[name]) + max(0.0, idle_s),
            )
            for name in enough
        },
        unfit={name: why for name, (_, why) in record.trouble.items()},
        speeds=modes(_speeds(record, measured)),
    )


def _speeds(record: Record, measured: Measured) -> list[float]:
    """Logarithms of what one core took for its work, each case relative to its own mean."""
    found = []
    for case in record.cases:
        logs = [*measured.logs_s[case.nodeid]["base"], *measured.logs_s[case.nodeid]["head"]]
        if case.workers == 1 and logs:
            mean = math.fsum(logs) / len(logs)
            found += [value - mean for value in logs]
    return found


def place(work: Path, machine: str) -> Path:
    """Where a machine's calibration is kept, in the gate's folder."""
    return work / "calibration" / f"{machine}.json"


def keep(work: Path, found: Calibration) -> Path:
    """Store a calibration; what an earlier one knew of other cases stays, if it can be read. Raises StoreTrouble."""
    path = place(work, found.machine)
    with contextlib.suppress(Unreadable, GateError):
        if before := known(work, found.machine):
            found = replace(found, cases={**before.cases, **found.cases})
    make_folder(path.parent)
    content = json.dumps({"format": FORMAT, **asdict(found)}, indent=1, allow_nan=False).encode()
    write(path, content, path.with_name(f".{path.name}.writing"))
    return path


def known(work: Path, machine: str) -> Calibration | None:
    """The machine's calibration, None where there is none. Raises HistoryError where it can't be read."""
    path = place(work, machine)
    if not path.exists():
        return None
    document: dict[str, Any] = read_document(path)
    try:
        if document.pop("format") != FORMAT:
            return None  # of another version of this program: as good as none
        cases = {name: CaseNoise(**case) for name, case in document.pop("cases").items()}
        for case in cases.values():
            text(case.when, "when")
            number(case.noise, "noise", 1e-9, 1e3)
        speeds = document.pop("speeds")
        return Calibration(**document, cases=cases, speeds=Modes(**speeds) if speeds else None)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise GateError(f"{visible(path)}: {error!r}; expected a calibration: delete it, and calibrate again") from None
