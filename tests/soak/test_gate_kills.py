"""Gates whose sides are killed at random moments: never a verdict by it, never a hung gate, no process left."""

import json
import random
import time

import psutil
import pytest

from tests.run_gate import FEW, SAME, processes_of, started
from tests.soak import size


def sides_of(gate):
    """The sessions that a gate measures with right now."""
    found = []
    for process in gate.children(recursive=True):
        try:
            if "pytest" in process.cmdline():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def kill_one(gate, rng, latest_s):
    """Kill one of the sides at a random moment; its command line, or None where the gate was over before."""
    time.sleep(rng.uniform(0.2, latest_s))
    end = time.monotonic() + 20
    while gate.is_running() and time.monotonic() < end:
        try:
            if sides := sides_of(gate):
                victim = rng.choice(sides)
                words = victim.cmdline()
                victim.kill()
                return words
        except psutil.NoSuchProcess:
            continue
    return None


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("seed", range(size(0, 50)))
def test_a_killed_side(tmp_path, seed):
    """One kill is nobody's fault: the pair is void and measured again; only a killed first session ends the gate."""
    rng = random.Random(seed)
    record = tmp_path / "record"
    with started(*SAME, "--budget", "18s", "--record", str(record), *FEW) as running:
        killed = kill_one(psutil.Process(running.pid), rng, latest_s=14)
        out, err = running.communicate(timeout=600)
    assert "Traceback" not in err
    while_sizing = killed is not None and not any(word.startswith("--in-turns") for word in killed)
    # On a busy machine the budget may be over before the first pair.
    nothing_measured = while_sizing or "took longer than the budget" in err
    assert running.returncode in ((0, 2, 3) if nothing_measured else (0, 3)), out + err
    assert "REGRESSION" not in out.partition("\n\n")[0]
    assert "BROKEN" not in out
    # A gate whose first session was killed has measured nothing, and may end before it writes its record.
    if running.returncode != 2 or (record / "gate.json").exists():
        pairs = json.loads((record / "gate.json").read_text())["pairs"]
        assert sum(bool(pair["side"]) for pair in pairs) <= 1
    end = time.monotonic() + 120  # only ends a hang
    while processes_of(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert not processes_of(tmp_path)
