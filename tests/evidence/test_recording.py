"""Recordings: written and read again, and what is refused."""

import gzip
import json
import math
from dataclasses import replace

import pytest
from msgspec import to_builtins

from benchmarks.errors import GateError
from benchmarks.gate.measurements import PairRounds
from benchmarks.gate.record import GateCase
from evidence.replay.recording import RecordedPair, Recording, pack, read_recordings
from tests.run_session import ROOT

CASES = tuple(GateCase(f"f.py::test[{name}]", "LokyBackend", 2, 1.0) for name in ("a", "b"))
BOTH = PairRounds(((0.11, 0.12), (0.13, 0.14)), ((0.1, 0.11), (0.12, 0.13)))
RETURNED = PairRounds(BOTH.returned, None)
RECORDED = Recording(
    name="some",
    note="joblib==1.6.0 against itself",
    packages={"joblib": "1.6.0"},
    sizing_s=40.0,
    cases=CASES,
    pairs=(
        RecordedPair(5.0, {CASES[0].nodeid: BOTH, CASES[1].nodeid: RETURNED}),
        RecordedPair(4.0, {CASES[1].nodeid: RETURNED}),
    ),
)


def test_what_is_packed_is_read_again(tmp_path):
    """The same recording makes the same bytes; a case that a pair has not measured is left out."""
    (tmp_path / "some.json.gz").write_bytes(pack(RECORDED))
    assert read_recordings(tmp_path) == [RECORDED]
    assert pack(RECORDED) == pack(replace(RECORDED))


def damaged(**changes):
    """The content of a recording with some keys changed."""
    document = json.loads(gzip.decompress(pack(RECORDED)))
    return gzip.compress(json.dumps({**document, **changes}).encode(), mtime=0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no gzip", "incorrect header"),
        (gzip.compress(b"{", mtime=0), "expected a recording"),
        (gzip.compress(b"[]", mtime=0), "expected a recording"),
        (pack(RECORDED)[:50], "expected a recording"),
        (damaged(format=99), "format 99; this program reads 1"),
        (damaged(pairs=[]), "no case, or no pair"),
        (damaged(cases=[]), "expected a recording"),
        (
            damaged(pairs=[{"seconds": 1, "rounds_s": [[[0.1], [0.1, 0.2]], None]}]),
            "expected equally many on both sides",
        ),
        (damaged(pairs=[{"seconds": 1, "rounds_s": [[[0.1], [-0.1]], None]}]), "`float` >= 1e-09"),
        (damaged(pairs=[{"seconds": 1, "rounds_s": [[[], []], None]}]), "expected equally many on both sides"),
        (damaged(pairs=[{"seconds": 1, "rounds_s": [None, None]}]), "a pair without a case"),
        (damaged(pairs=[{"seconds": math.nan, "rounds_s": [None, None]}]), "malformed"),
        (damaged(pairs=[{"seconds": -1, "rounds_s": [[[0.1], [0.1]], None]}]), r"pairs\[0\].seconds"),
        (damaged(pairs=[{"seconds": 1, "rounds_s": [[[math.nan], [0.1]], None]}]), "malformed"),
        (damaged(sizing_s=10**400), "out of range"),
        (damaged(packages=None), "packages"),
        (damaged(note=3), "note"),
        (damaged(cases=[{"nodeid": None, "backend": "", "workers": 1, "scale": 1}]), "nodeid"),
        (damaged(cases=[to_builtins(CASES[0])] * 2), "two cases have the same nodeid"),
        (pack(RECORDED)[:-4], "cut off"),
        (pack(RECORDED) + b"x", "followed by something"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path, content, why):
    """In one line that names the file."""
    (tmp_path / "bad.json.gz").write_bytes(content)
    with pytest.raises(GateError, match=why) as refused:
        read_recordings(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_folder_without_any(tmp_path):
    """It says what is expected there."""
    with pytest.raises(GateError, match="no recording; expected files named"):
        read_recordings(tmp_path)


def test_a_bomb_takes_no_memory(tmp_path):
    """What unpacks to more than any recording is not unpacked any further."""
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(bytes(10**8)))
    with pytest.raises(GateError, match="expected a recording"):
        read_recordings(tmp_path)


@pytest.mark.parametrize("use", ["tuning", "held-out"])
def test_those_in_the_repository_can_be_read(use):
    """Each says what it is and what it was used for; all are of identical code."""
    for recording in read_recordings(ROOT / "evidence/data/pairs" / use):
        assert recording.packages["joblib"]
        assert "against itself" in recording.note
        assert "served for tuning" in recording.note or (use == "held-out" and "served for no tuning" in recording.note)
