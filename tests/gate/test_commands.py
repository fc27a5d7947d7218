"""External commands: how they end."""

import contextlib
import os
import signal
import threading
import time

import psutil
import pytest

from benchmarks.gate.commands import output_of

# Starts a process, as a builder starts a compiler, and writes down its id.
BUILDER = "sleep 600 & echo $! > started; mv started child; wait"


@pytest.fixture
def usual_handlers():
    """Set the handlers of signals back after the test."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("usual_handlers")
def test_a_builder_ends_with_the_gate_that_started_it(tmp_path):
    """SIGTERM ends the builder and what it has started, which would go on for minutes."""
    child = tmp_path / "child"

    def end_once_it_builds():
        while not child.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_once_it_builds, daemon=True).start()
    with pytest.raises(SystemExit) as ended:
        output_of("building", ["/bin/sh", "-c", BUILDER], tmp_path)
    assert ended.value.code == 143
    pid = int(child.read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(60)
    assert not psutil.pid_exists(pid)
