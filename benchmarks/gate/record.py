"""A gate record: a folder from which any verdict can be computed again.

RECORD/
  gate.json             what was asked, the sides, the cases and their sizes, every pair with its order and seeds
  runs/                 a store: one stock run file for each process
  logs/                 what each process said
  plan.json             the plan of the pair that runs now
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.errors import GateError
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.files.values import mapping, number, text, texts
from benchmarks.history.store import Store
from benchmarks.text.printable import visible

# Raised when a key changes its meaning or goes. 1: the first. 2: `workers` of a case, in place of `one_worker`.
# 3: `sha256` of a pair, `purpose`.
FORMAT = 3

STATES = ("running", "done", "interrupted")

# What a record can be for.
PURPOSES = ("gate", "calibrate")

_LOKY = "LokyBackend"


@dataclass(frozen=True)
class GateCase:
    """A case as the gate measures it: the class of its effective backend, its effective n_jobs, its size."""

    nodeid: str
    backend: str
    workers: int
    scale: float

    @property
    def executor(self) -> str:
        """What the case can share with another of the same name: loky's executor, which belongs to the process."""
        return f"{self.backend} with {self.workers}" if self.backend == _LOKY else self.nodeid


@dataclass(frozen=True)
class PairRecord:
    """A pair: its cases (node ids) in order, who went first in each round (b or h), and what went wrong.

    `sha256`, by side, says which run files were measured; empty for a pair that is void.
    """

    name: str
    seconds: float
    cases: tuple[str, ...]
    first: Mapping[str, str]
    why: str
    side: str | None
    in_flight: str | None
    sha256: Mapping[str, str]


@dataclass
class Record:
    """What a gate knows; times in seconds.

    `purpose` is the verb that measures; `sides`, by name, what was asked for and what is installed; `trouble`, by case,
    the side and the reason for which it can't be timed; `work` are the options by which a session chooses another work
    than the summation; `state` is running, done or interrupted.
    """

    purpose: str
    sides: dict[str, dict[str, Any]]
    alpha: float
    min_effect: float
    budget_s: float
    target_s: float
    seed: int
    keyword: str | None
    interpreter: str | None
    cases: list[GateCase] = field(default_factory=list)
    pairs: list[PairRecord] = field(default_factory=list)
    trouble: dict[str, list[str]] = field(default_factory=dict)
    spent_s: float = 0.0
    state: str = "running"
    work: list[str] = field(default_factory=list)

    @property
    def backends(self) -> list[str]:
        """The backends that were asked for, none where the profile's are measured."""
        return next((it.partition("=")[2].split(",") for it in self.work if it.startswith("--backends=")), [])

    def save(self, folder: Path) -> None:
        """Write gate.json whole or not at all. Raises StoreTrouble."""
        make_folder(folder)
        content = json.dumps({"format": FORMAT, **asdict(self)}, indent=1, allow_nan=False).encode()
        write(folder / "gate.json", content, folder / ".gate.json.writing")


def read_record(folder: Path) -> Record:
    """The record in a folder; raises HistoryError, naming what is wrong."""
    path = folder / "gate.json"
    if not path.is_file():
        raise GateError(f"{visible(folder)}: no gate.json; expected a gate record")
    document = read_document(path)
    try:
        if (found := document.pop("format")) != FORMAT:
            raise GateError(f"{visible(path)}: format {found}; expected {FORMAT}: use the program that wrote it")
        cases = [GateCase(**case) for case in document.pop("cases")]
        pairs = [PairRecord(**{**pair, "cases": tuple(pair["cases"])}) for pair in document.pop("pairs")]
        record = Record(**document, cases=cases, pairs=pairs)
        _check(record)
    except (KeyError, TypeError, AttributeError) as error:
        raise GateError(f"{visible(path)}: {error!r}; expected a gate record of this program") from None
    except ValueError as error:
        raise GateError(f"{visible(path)}: {visible(error)}") from None
    return record


def _check(record: Record) -> None:
    """Raise ValueError, naming the first value that can't be."""
    if record.purpose not in PURPOSES:
        raise ValueError(f"purpose: {record.purpose!r}; expected one of {', '.join(PURPOSES)}")
    if record.state not in STATES:
        raise ValueError(f"state: {visible(record.state)!r}; expected one of {', '.join(STATES)}")
    number(record.alpha, "alpha", 1e-9, 0.5)
    number(record.min_effect, "min_effect", 1e-6, 10)
    for name in ("budget_s", "target_s", "spent_s"):
        number(getattr(record, name), name)
    texts(record.work, "work")
    for side in ("base", "head"):
        _check_side(side, mapping(record.sides, "sides").get(side))
    for case in record.cases:
        check_case(case)
    _check_pairs(record.pairs)
    for why in mapping(record.trouble, "trouble").values():
        if len(texts(why, "trouble")) != 2:
            raise ValueError("trouble: expected a side and a reason for each case")


def _check_side(name: str, side: Any) -> None:
    texts(mapping(side, name).get("spec"), f"spec of {name}")
    texts(list(mapping(side.get("packages", {}), f"packages of {name}").values()), f"packages of {name}")


def _check_pairs(pairs: Sequence[PairRecord]) -> None:
    for pair in pairs:
        text(pair.name, "name of a pair")
        number(pair.seconds, "seconds of a pair")
        texts(pair.cases, "cases of a pair")
        text(pair.why, "why of a pair")
        texts(list(mapping(pair.sha256, "sha256 of a pair").values()), "sha256 of a pair")
    if len({pair.name for pair in pairs}) < len(pairs):
        raise ValueError("pairs: two have the same name")


def check_case(case: GateCase) -> None:
    """Raise ValueError where a case can't be one."""
    text(case.nodeid, "nodeid of a case")
    text(case.backend, "backend of a case")
    number(case.workers, "workers of a case", most=1e6)
    number(case.scale, "scale of a case", most=1e6)


def runs_of(folder: Path) -> Store:
    """The record's run files."""
    return Store(folder / "runs")


def discard(folder: Path) -> None:
    """The folder holds no record any more; logs stay."""
    (folder / "gate.json").unlink(missing_ok=True)


def digests(folder: Path, name: str) -> dict[str, str]:
    """SHA-256 of both sides' run files of a pair."""
    found = {file.name: file.path for file in runs_of(folder).files()}
    return {side: _sha256(found[f"{name}-{side}"]) for side in ("base", "head") if f"{name}-{side}" in found}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pair_files(folder: Path, pairs: Sequence[PairRecord]) -> dict[str, dict[str, Path]]:
    """The run files of these pairs, by pair and side. Raises GateError where one is missing, doubled or not the one."""
    found: dict[str, list[Path]] = {}
    for file in runs_of(folder).files():
        found.setdefault(file.name, []).append(file.path)
    for pair in pairs:
        for side in ("base", "head"):
            if len(paths := found.get(f"{pair.name}-{side}", [])) != 1:
                what = f"{len(paths)} run files of {pair.name}-{side}; expected one"
                raise GateError(f"{visible(folder)}: {what}: the record was changed")
            if _sha256(paths[0]) != pair.sha256.get(side):
                raise GateError(f"{visible(paths[0])}: not the file that was measured: the record was changed")
    return {pair.name: {side: found[f"{pair.name}-{side}"][0] for side in ("base", "head")} for pair in pairs}


def machine_of(folder: Path) -> str:
    """The name of the machine that measured the record, as in the store. There is a run."""
    return runs_of(folder).files()[0].path.parent.name
