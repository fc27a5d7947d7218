"""A gate whose record's disk fills: a clear end, never a verdict, and it goes on once there is room."""

import json

import pytest

from tests.run_gate import FEW, SAME, gate, processes_of, run_verb, started
from tests.soak import full_only
from tests.soak.test_full_disk import fill, small_disk

__all__ = ["small_disk"]  # a fixture


# Has room for all pairs of the gate that goes on.
@full_only("two gates take a minute")
@pytest.mark.parametrize("small_disk", ["4m"], indirect=True)
@pytest.mark.usefixtures("released")
def test_a_disk_that_fills(small_disk):
    """Exit code 2 with the reason; what was measured before is whole, and `--resume` goes on from there."""
    record = small_disk / "record"
    with started(*SAME, "--budget", "40s", "--record", str(record), *FEW) as running:
        for line in running.stderr:
            if line.startswith("pair 1"):
                fill(small_disk)
                break
        out, err = running.communicate(timeout=600)
    assert (running.returncode, out) == (2, ""), err
    assert "No space left on device" in err
    assert "Traceback" not in err
    assert not processes_of(small_disk)
    assert json.loads((record / "gate.json").read_text())["pairs"][0]["why"] == ""
    (small_disk / "ballast").unlink()
    code, out, err = gate("--resume", str(record))
    assert code in (0, 3), out + err
    assert json.loads((record / "gate.json").read_text())["state"] == "done"


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("verb", [("gate", *SAME), ("calibrate", "--side", "joblib==1.6.0")], ids=lambda verb: verb[0])
def test_a_disk_that_is_full_from_the_start(small_disk, verb):
    """One line with the reason and exit code 2; there is no record that can't be read."""
    fill(small_disk)
    code, out, err = run_verb(*verb, "--budget", "40s", "--record", str(small_disk / "record"), *FEW)
    assert (code, out) == (2, "")
    (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
    assert "No space left on device" in line
    assert not (small_disk / "record" / "gate.json").exists()
    assert list(small_disk.rglob("*.writing")) == []
    assert not processes_of(small_disk)
