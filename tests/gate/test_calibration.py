"""Calibrations: computed from a record of identical code, stored, and read again."""

import json
import math

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from benchmarks.errors import GateError, SuiteError
from benchmarks.gate.calibration import (
    Calibration,
    CaseNoise,
    calibrate,
    calibration_path,
    detectable_effect,
    expectation,
    read_calibration,
    save_calibration,
)
from benchmarks.gate.schedule import expected_pairs
from evidence.replay.recording import from_record
from tests.documents import entry
from tests.gate.records import NAMES, measured, record, side

WHEN = "2026-11-24T00:00:00+00:00"
NOISE = CaseNoise(noise=0.05, pairs=12, when=WHEN, call_s=0.04, pair_s=0.9)
FOUND = Calibration("machine", {"joblib": "1.6.0"}, {"f.py::test[a]": NOISE}, {}, None)


ODD = json.dumps({"format": 1, **to_builtins(replace(FOUND, cases={"a": replace(NOISE, noise="x")}))})


def test_what_is_kept_is_known_again(tmp_path):
    """A calibration is read again on its machine only; cases that were not calibrated again keep their noise."""
    assert read_calibration(tmp_path, "machine") is None
    save_calibration(tmp_path, FOUND)
    assert read_calibration(tmp_path, "machine") == FOUND
    assert read_calibration(tmp_path, "another") is None
    other = replace(NOISE, noise=0.01)
    save_calibration(tmp_path, replace(FOUND, cases={"f.py::test[b]": other}))
    assert read_calibration(tmp_path, "machine").cases == {"f.py::test[a]": NOISE, "f.py::test[b]": other}


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"format": 1, "cases": 3}', '{"format": 1, "cases": {"a": {}}}', ODD]
)
def test_a_damaged_calibration_is_named(tmp_path, content):
    """A damaged calibration is refused by name, and calibrating again replaces it."""
    save_calibration(tmp_path, FOUND)
    calibration_path(tmp_path, "machine").write_text(content)
    with pytest.raises(SuiteError, match=r"machine\.json"):
        read_calibration(tmp_path, "machine")
    save_calibration(tmp_path, FOUND)
    assert read_calibration(tmp_path, "machine") == FOUND


def test_one_of_another_version_is_as_good_as_none(tmp_path):
    """A calibration of another format counts as none."""
    save_calibration(tmp_path, FOUND)
    path = calibration_path(tmp_path, "machine")
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    assert read_calibration(tmp_path, "machine") is None


def test_too_few_pairs_are_no_calibration(tmp_path):
    """The message says how many pairs there are, how many are needed, and how to get them."""
    with pytest.raises(GateError, match=r"0 complete pairs .*; expected 3 or more"):
        calibrate(tmp_path, record(), WHEN)


def test_the_gate_says_what_it_expects_to_see():
    """The expectation uses the machine's noise if it is known; more noise or less time detects less."""
    gate = record()
    assert "not calibrated" in expectation(gate, 30, None)
    assert "not calibrated" in expectation(gate, 30, replace(FOUND, cases={"another": NOISE}))
    assert "calibrated 2026-11-24, median noise of a pair 5.0%" in expectation(gate, 30, FOUND)
    assert "no slowdown" in expectation(gate, 3, FOUND)
    seen = [detectable_effect(gate, 4, 40, noise) for noise in (0.03, 0.06, 0.12)]
    assert seen == sorted(seen)
    assert detectable_effect(gate, 4, 5, 0.01) is None
    assert expected_pairs(50, 0.8, 540) > 20
    assert expected_pairs(50, 0.8, 60) == 3
    assert expected_pairs(50, 0.8, 0) == 0


def test_a_record_becomes_a_calibration(tmp_path):
    """A calibration has the noise that each case was given, and the two speeds of the machine."""
    noises = (0.005, 0.02, 0.08, 0.01)
    found = calibrate(tmp_path, measured(tmp_path, noises), WHEN)
    assert [found.cases[entry(name)["fullname"]].pairs for name in NAMES] == [8] * 4
    for name, noise in zip(NAMES, noises, strict=True):
        case = found.cases[entry(name)["fullname"]]
        # Seven rounds per side, each with this noise.
        assert case.noise == pytest.approx(noise * math.sqrt(2 / 7), rel=0.7)
        assert 0.03 < case.call_s < 0.07
        assert case.pair_s > 14 * case.call_s
    assert found.speeds.ratio == pytest.approx(1.6, rel=0.03)
    assert found.machine.startswith("Linux-CPython-3.11.7-2-cores")


def test_a_record_becomes_a_recording(tmp_path):
    """A record of identical code can be replayed; one whose sides differ is refused."""
    gate = measured(tmp_path, (0.01,) * 4)
    recording = from_record(tmp_path)
    assert len(recording.pairs) == 8
    assert recording.cases == tuple(gate.cases)
    assert recording.sizing_s == 100.0 - 8 * 6.0
    assert all(len(side) == 7 for pair in recording.pairs for it in pair.rounds.values() for side in it.returned)
    gate.sides.head = side("1.5.3")
    gate.save(tmp_path)
    with pytest.raises(GateError, match="base and head differ"):
        from_record(tmp_path)
