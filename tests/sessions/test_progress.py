"""Progress, as it reaches a real terminal and a log."""

import os
import pty
import re
import subprocess

from benchmarks.files.status import FailureEvent, ProgressEvent, read_status
from tests.run_session import GRID, ROOT, SMALL, command, environment, session

CELLS = ("--backends", "threading", "--n-jobs", "2", "--batch-sizes", "10,100", *SMALL, "-k", "threading or loop", GRID)


def on_a_terminal(store, *args):
    """What a session writes to a pseudo-terminal, and its exit code."""
    controller, terminal = pty.openpty()
    started = subprocess.Popen(
        command(store, *args),
        cwd=ROOT,
        env={**environment(), "TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    written = b""
    try:
        while chunk := os.read(controller, 65536):
            written += chunk
    except OSError:  # the other end is closed
        pass
    return written.decode(), started.wait(120)


def test_a_terminal_gets_a_bar_that_goes_away(tmp_path):
    """Case and remaining time on one line, redrawn; no letters of pytest's in between."""
    written, exit_code = on_a_terminal(tmp_path, "--benchmark-only", *CELLS)
    assert exit_code == 0
    assert "1/3, about 0:0" in written
    assert "test_summation[threading-n2-b10]" in written
    assert "\x1b[2K" in written
    assert "3 passed" in written


def test_a_log_gets_a_line_a_case(tmp_path):
    """Nothing in it moves a cursor."""
    done = session(tmp_path, "--benchmark-only", *CELLS)
    lines = [line for line in done.output.splitlines() if re.match(r"\d/3, about \d:\d\d left +test_summation\[", line)]
    assert len(lines) == 3
    assert "\x1b" not in done.output


def test_quiet_progress_leaves_pytest_s_own(tmp_path):
    """No estimate anywhere."""
    done = session(tmp_path, "--benchmark-only", "--quiet-progress", *CELLS)
    assert "left " not in done.output
    assert "test_summation.py ..." in done.output


def test_the_status_file_has_progress_and_failures(tmp_path):
    """A verb that started the session reads both there, also if nothing is shown."""
    cells = ("--backends", "dropping", "--n-jobs", "2", "--batch-sizes", "10", *SMALL, GRID)
    status = tmp_path / "status"
    options = ("--benchmark-only", "--quiet-progress", f"--status-file={status}")
    session(tmp_path / "history", *options, *cells, faulty=True)
    events = read_status(status)
    (failure,) = [event for event in events if isinstance(event, FailureEvent)]
    assert failure.nodeid.endswith("test_summation[dropping-n2-b10]")
    assert failure.reason.startswith("WrongResult: ")
    progress = [event for event in events if isinstance(event, ProgressEvent)]
    assert [event.done for event in progress] == list(range(1, progress[0].total + 1))
