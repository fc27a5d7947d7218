"""Open new records, resumed records, and records to judge again."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.errors import GateError
from benchmarks.gate.environments import BuiltSide, Use, build
from benchmarks.gate.record import SIDES, Record, RecordedSide, RecordedSides, SideName, read_record
from benchmarks.gate.specs import SideSpec, parse_side
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# What gates share: environments, records, bisections, calibrations.
WORK = ROOT / ".gate"

# Many short calls tell more than few long ones in the same time, until joblib's 10 ms poll dominates; see
# docs/gate-validation.md.
_TARGET_S = 0.04


@dataclass(frozen=True)
class Request:
    """What a user asks a gate for: the specs of both sides, how to judge, how long, and what to measure.

    `seed` is None for a random one. `pythons` and `variables` are those of base and head, where they have their own.
    The other fields are those of `Record`.
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
    pythons: tuple[str | None, str | None] = (None, None)
    variables: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})


@dataclass(frozen=True)
class BuiltRecord:
    """A record that can be measured: its folder, its built sides, and `tell`, which shows a line of progress."""

    folder: Path
    record: Record
    sides: Mapping[SideName, BuiltSide]
    tell: Callable[[str], None]


def new_record(request: Request) -> Record:
    """Return an empty record."""
    base, head = (
        RecordedSide([*spec], python, {**variables})
        for spec, python, variables in zip(
            (request.base, request.head), request.pythons, request.variables, strict=True
        )
    )
    return Record(
        purpose=request.purpose,
        sides=RecordedSides(base, head),
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
        raise GateError(f"--record {folder}: it already holds a gate record; resume it or choose another folder")
    return folder


def open_record(option: str, name: str, purpose: str) -> tuple[Path, Record]:
    """Return the folder that `option` names, and the record in it. Raises SuiteError if another verb measured it."""
    folder = Path(name).absolute()
    record = read_record(folder)
    if record.purpose != purpose:
        raise GateError(f"{option} {visible(name)}: measured by `{record.purpose}`; expected a record of `{purpose}`")
    return folder, record


def side_specs(record: Record) -> tuple[SideSpec, SideSpec]:
    """Return base and head as the record describes them. Raises GateError if one can't be built any more."""
    base, head = (
        parse_side(f"--{name}", side.spec, side.python, side.variables)
        for name, side in zip(SIDES, (record.sides.base, record.sides.head), strict=True)
    )
    return base, head


def build_sides(
    record: Record, folder: Path, specs: tuple[SideSpec, SideSpec], root: Path = ROOT, work: Path = WORK
) -> dict[SideName, BuiltSide]:
    """Build the sides of a record, write into it what was built, and return the sides by name.

    `root` is this repository. Raises GateError if a side can't be built or measured, or if a side of a resumed record
    is no longer what the record measured.
    """
    use = Use(record.backends, record.runs_own_code)
    by_name = dict(zip(SIDES, build(*specs, root, work, record.interpreter, use), strict=True))
    for name, side in by_name.items():
        recorded = record.side(name)
        if recorded.built not in (None, side.identity):
            raise GateError(f"{folder}: {name} or this suite is no longer what this record measured; start a new gate")
        recorded.packages, recorded.built = side.packages, side.identity
        recorded.interpreter_name, recorded.commits = side.interpreter_name, [*side.commits]
    return by_name
