"""Recordings: the times of every round of many pairs of identical code, one small file each.

NAME.json.gz: {"format": 1, "note", "packages", "sizing_s", "cases", "pairs"}. A pair has its `seconds` and, for each
case in the order of `cases`, base's and head's rounds in seconds, or null where it was not measured; in newer
recordings also the times until the last batch had completed, in `completed_s`, or null where these are not known.
"""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from benchmarks.errors import GateError
from benchmarks.files.reading import read_bytes
from benchmarks.gate.measurements import PairRounds, RoundsOfBoth, rounds_of_both
from benchmarks.gate.record import GateCase, Record, Seconds, read_record
from benchmarks.gate.record_folder import pair_files
from benchmarks.history.run import read_run
from benchmarks.text.printable import visible

FORMAT = 1

_SUFFIX = ".json.gz"

# 1,000 pairs of 100 cases are about 15 MB.
_MOST_BYTES = 2**26

# No clock measures a round more exactly than to a microsecond.
_DIGITS = 6

# Deflate, no flags, no time, strongest compression, written on Unix.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"

_Round = Annotated[float, Meta(ge=1e-9, le=1e6)]


_Both = tuple[tuple[_Round, ...], tuple[_Round, ...]]


class _Format(Struct):
    format: int


class _Pair(Struct, forbid_unknown_fields=True):
    seconds: Annotated[float, Meta(ge=1e-3, le=1e9)]
    rounds_s: list[_Both | None]
    completed_s: list[_Both | None] | None = None


class _Document(Struct, forbid_unknown_fields=True):
    """The content of a recording's file."""

    format: int
    note: str
    packages: dict[str, str]
    sizing_s: Seconds
    cases: tuple[GateCase, ...]
    pairs: list[_Pair]

    def __post_init__(self) -> None:
        if len({case.nodeid for case in self.cases}) < len(self.cases):
            raise ValueError("two cases have the same nodeid")


@dataclass(frozen=True)
class RecordedPair:
    """A pair of processes: its wall time in seconds, and the rounds of each case that it measured."""

    seconds: float
    rounds: Mapping[str, PairRounds]


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
    """Return the recordings in a folder, or the one made of a gate record. Raises GateError if there is none."""
    if (folder / "gate.json").exists():
        return [from_record(folder)]
    found = [_read(path) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    if not found:
        raise GateError(f"{visible(folder)}: no recording; expected files named *{_SUFFIX}, or a gate record")
    return found


def from_record(folder: Path) -> Recording:
    """Return the complete pairs of a gate record. Raises GateError if its sides are not the same code."""
    record = read_record(folder)
    if record.sides.base != record.sides.head:
        raise GateError(f"{visible(folder)}: base and head differ; a replay needs pairs of identical code")
    whole = record.complete_pairs
    files = pair_files(folder, whole)
    runs = [(pair.seconds, {side: read_run(path) for side, path in files[pair.name].items()}) for pair in whole]
    pairs = tuple(RecordedPair(seconds, rounds_of_both(run["base"], run["head"])) for seconds, run in runs)
    sizing_s = max(0.0, record.spent_s - sum(pair.seconds for pair in record.pairs))
    return Recording(folder.name, _note(record), record.sides.base.packages, sizing_s, tuple(record.cases), pairs)


def pack(recording: Recording) -> bytes:
    """Return the content of a recording's file; the same recording gives the same bytes."""
    pairs = [_packed(recording, pair) for pair in recording.pairs]
    document = {
        "format": FORMAT,
        "note": recording.note,
        "packages": dict(recording.packages),
        "sizing_s": round(recording.sizing_s, 1),
        "cases": msgspec.to_builtins(recording.cases),
        "pairs": pairs,
    }
    return _gzip(json.dumps(document, allow_nan=False).encode())


def _packed(recording: Recording, pair: RecordedPair) -> dict[str, object]:
    in_order = _in_order(recording, pair)
    packed: dict[str, object] = {
        "seconds": round(pair.seconds, 3),
        "rounds_s": [_rounded(rounds.returned if rounds else None) for rounds in in_order],
    }
    if any(rounds and rounds.completed for rounds in in_order):
        packed["completed_s"] = [_rounded(rounds.completed if rounds else None) for rounds in in_order]
    return packed


def _in_order(recording: Recording, pair: RecordedPair) -> list[PairRounds | None]:
    return [pair.rounds.get(case.nodeid) for case in recording.cases]


def _gzip(content: bytes) -> bytes:
    """Compress to the same bytes everywhere (RFC 1952): gzip.compress writes an OS byte that depends on Python."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(content) + deflate.flush()
    return _GZIP_HEADER + packed + struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def _note(record: Record) -> str:
    specs = " ".join(record.sides.base.spec) or "this checkout"
    return f"{specs} against itself, seed {record.seed}"


def _rounded(both: RoundsOfBoth | None) -> list[list[float]] | None:
    return None if both is None else [[round(second, _DIGITS) for second in side] for side in both]


def _read(path: Path) -> Recording:
    content = read_bytes(path)
    try:
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(content, _MOST_BYTES)
        if not unpacker.eof or unpacker.unused_data:
            raise ValueError("cut off, or followed by something else")
        if (number := msgspec.json.decode(text, type=_Format).format) != FORMAT:
            raise GateError(f"{visible(path)}: format {number}; this program reads {FORMAT}")
        document = msgspec.json.decode(text, type=_Document)
        pairs = tuple(_pair(pair, document.cases) for pair in document.pairs)
    except (zlib.error, ValueError, RecursionError) as error:
        raise GateError(f"{visible(path)}: {visible(error)}; expected a recording of this program") from None
    name = path.name.removesuffix(_SUFFIX)
    return Recording(name, document.note, document.packages, document.sizing_s, document.cases, pairs)


def _pair(pair: _Pair, cases: tuple[GateCase, ...]) -> RecordedPair:
    rounds = {}
    completed_s = pair.completed_s or [None] * len(cases)
    for case, both, completed in zip(cases, pair.rounds_s, completed_s, strict=True):
        if both is not None:
            if len({len(side) for side in (*both, *(completed or ()))}) != 1 or not both[0]:
                raise ValueError(f"rounds of {case.nodeid}: expected equally many on both sides")
            rounds[case.nodeid] = PairRounds(both, completed)
    if not rounds:
        raise ValueError("a pair without a case")
    return RecordedPair(pair.seconds, rounds)
