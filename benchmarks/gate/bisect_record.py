"""What a bisection leaves on disk: bisect.json, and the record of each gate beside it."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from benchmarks.errors import GateError
from benchmarks.files.decoding import decode_versioned
from benchmarks.files.durable import make_folder, write
from benchmarks.files.reading import read_document
from benchmarks.gate.bisection import Answer, Search
from benchmarks.gate.record import GateCase
from benchmarks.text.printable import visible

FORMAT = 1


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer for a candidate, and why it was skipped or what its gate measured."""

    candidate: int
    answer: Answer
    reason: str


class BisectRecord(Struct, kw_only=True, forbid_unknown_fields=True):
    """A bisection: what was asked, the candidates by spec and title, the slower case with its effect, the steps so far.

    `effect` is that of bad against good (0.08 is 8 %), None before the first gate.
    """

    good: str
    bad: str
    alpha: Annotated[float, Meta(ge=1e-9, le=0.5)]
    min_effect: Annotated[float, Meta(ge=1e-6, le=10)]
    budget_s: Annotated[float, Meta(ge=1, le=1e6)]
    keyword: str | None
    interpreter: str | None
    session_options: list[str]
    specs: list[str]
    titles: list[str]
    case: GateCase | None = None
    effect: float | None = None
    steps: list[Step] = []

    def __post_init__(self) -> None:
        if len(self.specs) != len(self.titles) or len(self.specs) < 2:
            raise ValueError("expected two or more specs with a title each")

    @property
    def search(self) -> Search:
        """The search as far as it has come."""
        return Search(len(self.specs) - 1, {step.candidate: step.answer for step in self.steps})

    def save(self, folder: Path) -> None:
        """Write bisect.json atomically. Raises StoreTrouble."""
        make_folder(folder)
        document = {"format": FORMAT, **msgspec.to_builtins(self)}
        content = json.dumps(document, indent=1, allow_nan=False).encode()
        write(folder / "bisect.json", content, folder / ".bisect.json.writing")


def read_bisection(folder: Path) -> BisectRecord:
    """Return the bisection in a folder. Raises SuiteError with the file and the first value that is wrong."""
    path = folder / "bisect.json"
    if not path.is_file():
        raise GateError(f"--resume {visible(folder)}: no bisect.json; expected the folder of a bisection")
    return decode_versioned(read_document(path), BisectRecord, FORMAT, visible(path))
