"""Recordings: what every round of many pairs of identical code took, in one small file each.

NAME.json.gz: {"format": 1, "note", "packages", "sizing_s", "cases", "pairs"}. A pair has its `seconds` and, for each
case in the order of `cases`, base's and head's rounds in seconds, or null where it was not measured.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import GateError
from benchmarks.files.reading import read_bytes
from benchmarks.files.values import mapping, number, text
from benchmarks.gate.record import GateCase, Record, check_case, pair_files, read_record
from benchmarks.gate.tracks import Both, both_sides
from benchmarks.history.run import read_run
from benchmarks.text.printable import visible

FORMAT = 1

_SUFFIX = ".json.gz"

# 1,000 pairs of 100 cases are about 15 MB.
_MOST_BYTES = 2**26

# A round in microseconds is as exact as anybody's clock.
_DIGITS = 6


@dataclass(frozen=True)
class RecordedPair:
    """A pair of processes: its wall time in seconds, and the rounds of each case that it measured."""

    seconds: float
    rounds_s: Mapping[str, Both]


@dataclass(frozen=True)
class Recording:
    """Pairs of identical code, in order of time. `note` says what they are; `sizing_s` is what choosing sizes took."""

    name: str
    note: str
    packages: Mapping[str, str]
    sizing_s: float
    cases: tuple[GateCase, ...]
    pairs: tuple[RecordedPair, ...]

    def __post_init__(self) -> None:
        if not self.cases or not self.pairs:
            raise GateError(f"{self.name}: no case, or no pair of processes, was recorded; measure more")


def read_recordings(folder: Path) -> list[Recording]:
    """The recordings in a folder, or the one that a gate record makes. Raises GateError where there is none."""
    if (folder / "gate.json").exists():
        return [from_record(folder)]
    found = [_read(path) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    if not found:
        raise GateError(f"{visible(folder)}: no recording; expected files named *{_SUFFIX}, or a gate record")
    return found


def from_record(folder: Path) -> Recording:
    """The whole pairs of a gate record; raises GateError where its sides are not the same code."""
    record = read_record(folder)
    base, head = record.sides["base"], record.sides["head"]
    if base != head:
        raise GateError(f"{visible(folder)}: base and head differ; a replay needs pairs of identical code")
    whole = [pair for pair in record.pairs if not pair.why]
    files = pair_files(folder, whole)
    runs = [(pair.seconds, {side: read_run(path) for side, path in files[pair.name].items()}) for pair in whole]
    pairs = tuple(RecordedPair(seconds, both_sides(run["base"], run["head"])) for seconds, run in runs)
    sizing_s = max(0.0, record.spent_s - sum(pair.seconds for pair in record.pairs))
    return Recording(folder.name, _note(record), base.get("packages", {}), sizing_s, tuple(record.cases), pairs)


def pack(recording: Recording) -> bytes:
    """The content of a recording's file."""
    pairs = [
        {
            "seconds": round(pair.seconds, 3),
            "rounds_s": [_rounded(pair.rounds_s.get(c.nodeid)) for c in recording.cases],
        }
        for pair in recording.pairs
    ]
    document = {
        "format": FORMAT,
        "note": recording.note,
        "packages": dict(recording.packages),
        "sizing_s": round(recording.sizing_s, 1),
        "cases": [asdict(case) for case in recording.cases],
        "pairs": pairs,
    }
    # The same recording makes the same bytes.
    return gzip.compress(json.dumps(document, allow_nan=False).encode(), mtime=0)


def _note(record: Record) -> str:
    specs = " ".join(record.sides["base"]["spec"]) or "this checkout"
    return f"{specs} against itself, seed {record.seed}"


def _rounded(both: Both | None) -> list[list[float]] | None:
    return None if both is None else [[round(second, _DIGITS) for second in side] for side in both]


def _read(path: Path) -> Recording:
    content = read_bytes(path)
    try:
        unpacker = zlib.decompressobj(wbits=31)
        document = json.loads(unpacker.decompress(content, _MOST_BYTES))
        if not unpacker.eof or unpacker.unused_data:
            raise ValueError("cut off, or something follows")
        if document["format"] != FORMAT:
            raise GateError(f"{visible(path)}: format {document['format']}; this program knows {FORMAT}")
        cases = tuple(GateCase(**case) for case in document["cases"])
        for case in cases:
            check_case(case)
        if len({case.nodeid for case in cases}) < len(cases):
            raise ValueError("cases: two have the same nodeid")
        packages = mapping(document["packages"], "packages")
        said = {package: text(version, "packages") for package, version in packages.items()}
        pairs = tuple(_pair(entry, cases) for entry in document["pairs"])
        name = path.name.removesuffix(_SUFFIX)
        return Recording(
            name, text(document["note"], "note"), said, number(document["sizing_s"], "sizing_s"), cases, pairs
        )
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GateError(f"{visible(path)}: {error!r}; expected a recording of this program") from None


def _pair(entry: Mapping[str, Any], cases: tuple[GateCase, ...]) -> RecordedPair:
    found: dict[str, Both] = {}
    for case, both in zip(cases, entry["rounds_s"], strict=True):
        if both is not None:
            base, head = (tuple(number(second, "a round", 1e-9, 1e6) for second in side) for side in both)
            if len(base) != len(head) or not base:
                raise ValueError(f"rounds of {case.nodeid}: expected as many on both sides")
            found[case.nodeid] = base, head
    if not found:
        raise ValueError("a pair without a case")
    return RecordedPair(number(entry["seconds"], "seconds of a pair", 1e-3), found)
