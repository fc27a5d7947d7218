"""A gate record: a folder from which any verdict can be computed again.

RECORD/
  gate.json             what was asked, the sides, the cases and their sizes, every pair with its order and seeds
  runs/                 a store: one stock run file for each process
  logs/                 what each process said
  plan.json             the plan of the pair that runs now
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.gate.errors import GateError
from benchmarks.history.durable import make_folder, write
from benchmarks.history.reading import read_document, visible
from benchmarks.history.store import Store

# Raised when a key changes its meaning or goes. 1: the first. 2: `workers` of a case, in place of `one_worker`.
FORMAT = 2

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
    """A pair: its cases (node ids) in order, who went first in each round (b or h), and what went wrong."""

    name: str
    seconds: float
    cases: tuple[str, ...]
    first: Mapping[str, str]
    why: str
    side: str | None
    in_flight: str | None


@dataclass
class Record:
    """What a gate knows. `sides`: by name, what was asked for and what is installed; times in seconds.

    `trouble` is, by case, the side and the reason for which it can't be timed. `state` is running, done or interrupted.
    """

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
        return Record(**document, cases=cases, pairs=pairs)
    except (KeyError, TypeError, AttributeError) as error:
        raise GateError(f"{visible(path)}: {error!r}; expected a gate record of this program") from None


def runs_of(folder: Path) -> Store:
    """The record's run files."""
    return Store(folder / "runs")


def machine_of(folder: Path) -> str:
    """The name of the machine that measured the record, as in the store. There is a run."""
    return runs_of(folder).files()[0].path.parent.name
