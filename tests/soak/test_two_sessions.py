"""Two sessions that measure into one store at random moments: each names the other, or neither does."""

import random
import subprocess
import time

import pytest

from benchmarks.cli.check import verify
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.run_session import GRID, ROOT, SMALL, command, environment
from tests.soak import size

ARGS = ("--benchmark-only", "--backends", "threading", "--n-jobs", "2", *SMALL, "--rounds", "40", GRID)


@pytest.mark.parametrize("seed", range(size(0, 20)))
def test_two_sessions(tmp_path, seed):
    """Both runs are whole, have numbers of their own, and agree on whether the sessions overlapped."""
    sessions = []
    for delay_s in (0.0, random.Random(seed).uniform(0, 6)):
        time.sleep(delay_s)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        sessions.append(subprocess.Popen(command(tmp_path, *ARGS), cwd=ROOT, env=environment(), **quiet))
    assert [one.wait(300) for one in sessions] == [0, 0]
    files = Store(tmp_path).files()
    assert [file.number for file in files] == [1, 2]
    assert [verify(file) for file in files] == [None, None]
    first, second = (read_run(file.path) for file in files)
    assert first.session != second.session
    assert (first.other_sessions, second.other_sessions) in [((), ()), ((second.session,), (first.session,))]
    assert list(Store(tmp_path).own("journal").iterdir()) == []
