"""Verbs that are killed while their processes work: no process is left, and no file that can't be read."""

import random
import signal
import time
from contextlib import contextmanager

import psutil
import pytest

from benchmarks.advise.cost_model import read_model
from benchmarks.gate.record import read_record
from tests.documents import stored
from tests.report.html.runs import grid_run
from tests.run_gate import FEW, SAME, processes_of, started_verb
from tests.soak import size
from tests.soak.test_gate_kills import sides_of

# Only ends a hang.
LIMIT_S = 120


def wait_for(state):
    """Return what `state` returns as soon as that is true."""
    end = time.monotonic() + LIMIT_S
    while not (found := state()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def descendants(process):
    """Return the living processes below a process."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@contextmanager
def killed(seed, latest_s, *verb):
    """Kill a verb with SIGKILL, a random time after its first process has started; all of them end with it."""
    with started_verb(*verb) as running:
        wait_for(lambda: descendants(running) or running.poll() is not None)
        time.sleep(random.Random(seed).uniform(0, latest_s))
        below = descendants(running)
        running.kill()
        running.communicate(timeout=LIMIT_S)
        _, alive = psutil.wait_procs(below, timeout=LIMIT_S)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    yield


@pytest.mark.parametrize("seed", range(size(1, 50)))
def test_a_killed_report(tmp_path, seed):
    """The page is there whole or not at all."""
    pytest.importorskip("vl_convert", reason="the dependency group report is not installed")
    history, page = stored(tmp_path / "h", grid_run()).root, tmp_path / "page.html"
    with killed(seed, 2.0, "report", "--history", str(history), "-o", str(page)):
        assert not page.exists() or page.read_text().rstrip().endswith("</html>")


@pytest.mark.parametrize("seed", range(size(1, 50)))
def test_a_killed_recommendation(tmp_path, monkeypatch, seed):
    """The session that probes the machine ends as well and leaves no folder; a model is there whole or not at all."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    verb = ("recommend", "--task-time", "1ms", "--tasks", "100", "--models", str(tmp_path / "models"))
    with killed(seed, 8.0, *verb):
        assert all(read_model(path).costs for path in tmp_path.glob("models/*.json"))
        wait_for(lambda: not list(temporary.iterdir()))


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("seed", range(size(0, 50)))
def test_a_killed_gate(tmp_path, seed):
    """Its two sides end as well, and the record can be read."""
    record = tmp_path / "record"
    with killed(seed, 20.0, "gate", *SAME, "--budget", "60s", "--record", str(record), *FEW):
        assert not (record / "gate.json").exists() or read_record(record).state in ("interrupted", "done")
        wait_for(lambda: not processes_of(tmp_path))


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_while_sizes_are_chosen(tmp_path, number):
    """The gate ends with the first signal's exit code, and the side that was measured does not go on without it."""
    with started_verb("gate", *SAME, "--budget", "60s", "--record", str(tmp_path / "record"), *FEW) as running:
        wait_for(lambda: sides_of(psutil.Process(running.pid)))
        for _ in range(2):
            running.send_signal(number)
        out, err = running.communicate(timeout=LIMIT_S)
    assert (running.returncode, out) == (128 + number, ""), err
    assert "Traceback" not in err
    wait_for(lambda: not processes_of(tmp_path))
