"""New records, records that go on, and records that are judged again."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.errors import GateError
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.record import SIDES, Record, RecordedSide, RecordedSides, SideName, read_record
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# What gates share: environments, records, calibrations.
WORK = ROOT / ".gate"

# Many short calls tell more than few long ones in the same time, until joblib's 10 ms poll dominates; see docs/gate.md.
_TARGET_S = 0.04


@dataclass(frozen=True)
class Request:
    """What a user asks a gate for: the specs of both sides, how to judge, how long, and what to measure.

    `seed` is None for a random one. The other fields are those of `Record`.
    """

    purpose: Literal["gate", "calibrate"]
    base: Sequence[str]
    head: Sequence[str]
    alpha: float
    min_effect: float
    budget_s: float
    seed: int | None = None
    keyword: str | None = None
    interpreter: str | None = None
    session_options: Sequence[str] = field(default_factory=tuple)


def new_record(request: Request) -> Record:
    """Return an empty record."""
    return Record(
        purpose=request.purpose,
        sides=RecordedSides(RecordedSide([*request.base]), RecordedSide([*request.head])),
        alpha=request.alpha,
        min_effect=request.min_effect,
        budget_s=request.budget_s,
        target_s=_TARGET_S,
        seed=secrets.randbits(32) if request.seed is None else request.seed,
        keyword=request.keyword,
        interpreter=request.interpreter,
        session_options=[*request.session_options],
    )


def new_folder(name: str | None) -> Path:
    """Return the folder of a new record, which need not exist. Raises GateError if it holds a record already."""
    folder = Path(name) if name else WORK / "records" / time.strftime("%Y%m%d-%H%M%S")
    if (folder / "gate.json").exists():
        raise GateError(f"--record {folder}: it holds a gate record already; resume it or choose another folder")
    return folder


def open_record(option: str, name: str, purpose: str) -> tuple[Path, Record]:
    """Return the record that `option` names, and its folder. Raises SuiteError if another verb measured it."""
    folder = Path(name).absolute()
    record = read_record(folder)
    if record.purpose != purpose:
        raise GateError(f"{option} {visible(name)}: measured by `{record.purpose}`; expected a record of `{purpose}`")
    return folder, record


def note_built(record: Record, sides: tuple[BuiltSide, BuiltSide], folder: Path) -> dict[SideName, BuiltSide]:
    """Write into the record what was built; return the sides by name.

    Raises GateError if a side of a record that goes on is no longer what the record measured.
    """
    by_name = dict(zip(SIDES, sides, strict=True))
    for name, side in by_name.items():
        recorded = record.side(name)
        if recorded.built not in (None, side.identity):
            raise GateError(f"--resume {folder}: {name} is no longer what this record measured; begin a new gate")
        recorded.packages, recorded.built = side.packages, side.identity
    return by_name
