"""A gate's record: what was asked, the sides, the cases and their sizes, every pair with its order.

Every verdict can be computed again from it and the run files beside it (see `record_folder`).
"""

import json
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from benchmarks.analysis.instructions import Counts
from benchmarks.analysis.profiles import FunctionChange
from benchmarks.errors import GateError
from benchmarks.files.decoding import decode_versioned
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.grid import shares_executor
from benchmarks.history.case_times import LONGEST_NAME
from benchmarks.options import forwarded_values
from benchmarks.text.printable import visible

# Increased when a key changes its meaning or is removed. 1: the first. 2: `workers` of a case, in place of
# `one_worker`. 3: `sha256` of a pair, `purpose`.
FORMAT = 3

SideName = Literal["base", "head"]
SIDES: tuple[SideName, SideName] = ("base", "head")

# The session that tries head's cases before any pair.
SIZING_OF_HEAD = "sizing-2"

# The session option that measures memory and CPU time.
RESOURCES_OPTION = "--resources"

Seconds = Annotated[float, Meta(ge=0, le=1e9)]
NodeId = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
PairName = Annotated[str, Meta(pattern=r"^pair-[0-9]{3,9}$")]


class GateCase(Struct, frozen=True, forbid_unknown_fields=True):
    """A case as the gate measures it.

    `backend` is the class of its effective backend, `workers` its effective n_jobs, `scale` the factor by which a
    call's work differs from the suite's.
    """

    nodeid: NodeId
    backend: Annotated[str, Meta(max_length=LONGEST_NAME)]
    workers: Annotated[int, Meta(ge=0, le=10**6)]
    scale: Annotated[float, Meta(ge=0, le=1e6)]

    @property
    def executor(self) -> str:
        """A name shared by the cases that can share an executor: loky's belongs to the process, not to the call."""
        return f"{self.backend} with {self.workers}" if shares_executor(self.backend) else self.nodeid


class PairRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """One pair of processes.

    `cases` are node ids in the order of measurement; `first` says by case who went first in each round (b or h).
    `void_reason` is empty for a complete pair; otherwise `failed_side` and `in_flight` are the side that failed and the
    case that it was measuring, where known. `sha256` are the digests of the run files by side, empty for a void pair.
    """

    name: PairName
    seconds: Seconds
    cases: tuple[NodeId, ...]
    first: dict[str, str]
    void_reason: str = msgspec.field(name="why")
    failed_side: SideName | None = msgspec.field(name="side")
    in_flight: str | None
    sha256: dict[str, str]


class RecordedSide(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One side: its specs as the user wrote them, its interpreter if it has one of its own, and its variables.

    Once it is built: its packages, its `BuiltSide.identity`, its interpreter's name, such as `CPython 3.13.0`, and the
    commits that it was made from.
    """

    spec: list[str]
    python: str | None = None
    variables: dict[str, str] = {}
    interpreter_name: str | None = None
    packages: dict[str, str] = {}
    built: str | None = None
    commits: list[str] = []


class RecordedSides(Struct, forbid_unknown_fields=True):
    """Base and head."""

    base: RecordedSide
    head: RecordedSide


class Failure(NamedTuple):
    """Why a case can't be timed, and on which side."""

    side: SideName
    reason: str


class Record(Struct, kw_only=True, forbid_unknown_fields=True):
    """The content of gate.json. Times are in seconds, effects and alpha are fractions.

    `purpose` is the verb that measures, `target_s` the length of a call that sizing aims at, `keyword` the value of -k.
    `instructions` are the counts by node id, one entry for each pair of processes that counted them, `explanations` the
    functions that changed in a slower case. `failures` holds the cases that can't be timed by node id, `left_out` the
    node ids of those for which the budget is too short. `session_options` choose another workload than the summation,
    other backends, and whether resources are measured.
    """

    purpose: Literal["gate", "calibrate"]
    sides: RecordedSides
    alpha: Annotated[float, Meta(ge=1e-9, le=0.5)]
    min_effect: Annotated[float, Meta(ge=1e-6, le=10)]
    budget_s: Seconds
    target_s: Seconds
    seed: int
    keyword: str | None
    interpreter: str | None
    cases: list[GateCase] = []
    pairs: list[PairRecord] = []
    failures: dict[str, Failure] = msgspec.field(default_factory=dict, name="trouble")
    left_out: list[str] = []
    spent_s: Seconds = 0.0
    state: Literal["done", "interrupted"] = "interrupted"
    session_options: list[str] = msgspec.field(default_factory=list, name="work")
    instructions: dict[str, list[Counts]] = {}
    explanations: dict[str, list[FunctionChange]] = {}

    def __post_init__(self) -> None:
        if len({pair.name for pair in self.pairs}) < len(self.pairs):
            raise ValueError("two pairs have the same name")
        self.option_values  # noqa: B018 - raises ValueError for an option that is not known

    @property
    def options_without_resources(self) -> list[str]:
        """The session options without the one that measures resources."""
        return [option for option in self.session_options if option != RESOURCES_OPTION]

    @property
    def option_values(self) -> dict[str, str]:
        """The values of the session options by flag, without `--resources`."""
        return forwarded_values("gate", self.options_without_resources)

    @property
    def backends(self) -> list[str]:
        """The backends that were asked for; none if the profile's backends are measured."""
        names = self.option_values.get("--backends")
        return names.split(",") if names is not None else []

    @property
    def runs_own_code(self) -> bool:
        """Whether the sessions run a function or a backend of the user's."""
        return "--backend-module" in self.option_values or ":" in self.option_values.get("--workload", "")

    @property
    def measures_resources(self) -> bool:
        """Whether the sessions measure memory and CPU time."""
        return RESOURCES_OPTION in self.session_options

    @property
    def complete_pairs(self) -> list[PairRecord]:
        """The pairs that count: both sides came to their end."""
        return [pair for pair in self.pairs if not pair.void_reason]

    @property
    def sound_cases(self) -> list[GateCase]:
        """The cases that can be timed."""
        return [case for case in self.cases if case.nodeid not in self.failures]

    def side(self, name: SideName) -> RecordedSide:
        """Return a side by its name."""
        return self.sides.base if name == "base" else self.sides.head

    def save(self, folder: Path) -> None:
        """Write gate.json atomically. Raises StoreTrouble."""
        make_folder(folder)
        document = {"format": FORMAT, **msgspec.to_builtins(self)}
        content = json.dumps(document, indent=1, allow_nan=False).encode()
        write(folder / "gate.json", content, folder / ".gate.json.writing")


def read_record(folder: Path) -> Record:
    """Return the record in a folder. Raises SuiteError with the file and the first value that is wrong."""
    path = folder / "gate.json"
    if not path.is_file():
        raise GateError(f"{visible(folder)}: no gate.json; expected a gate record")
    return decode_versioned(read_document(path), Record, FORMAT, visible(path))


def discard(folder: Path) -> None:
    """Remove the record from the folder; the logs stay."""
    (folder / "gate.json").unlink(missing_ok=True)
