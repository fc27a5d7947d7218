"""kill -9 at random moments of real sessions."""

import random
import subprocess
import time

import psutil

from benchmarks.cli.check import verify
from benchmarks.history.recovery import recover
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.run_session import GRID, ROOT, command, environment
from tests.soak import FULL, size

SIZES = ",".join(map(str, range(1, 21)))
ARGS = ("--backends", "threading,loky", "--n-jobs", "2", "--batch-sizes", SIZES, "--tasks", "40", "--longest", "40")


def test_at_random_moments(tmp_path):
    """After each: the store verifies, earlier runs are intact, at most the case in flight is lost."""
    generator, store = random.Random(17), Store(tmp_path / "h")
    before, lost, died, partial = {}, 0, 0, 0
    for number in range(size(3, 200)):
        finished, status = killed(store.root, tmp_path / "output", generator.uniform(0.6, 4.5))
        died += status != 0
        recover(store)
        assert {path: path.read_bytes() for path in before} == before, number
        files = store.files()
        assert [verify(file) for file in files] == [None] * len(files), number
        new = [file.path for file in files if file.path not in before]
        assert len(new) <= 1
        cases = sum(len(read_run(path).cases) for path in new)
        # A case is journalled before its line is printed, so no printed case may be missing.
        assert finished <= cases <= finished + 1, number
        partial += any(read_run(path).state == "partial" for path in new)
        lost += finished > cases
        before = {file.path: file.path.read_bytes() for file in files}
        assert list(store.own("journal").glob("*")) == []
    assert lost == 0
    # Three kills may all have come before the first case or after the last one.
    assert not FULL or (died > 0 and partial > 0)


def killed(root, output, seconds):
    """A session that is killed after so long: how many finished cases it had printed, and its exit status."""
    with output.open("wb") as stream:
        started = psutil.Popen(
            command(root, "--benchmark-only", *ARGS, "--rounds", "1", GRID),
            cwd=ROOT,
            env=environment() | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            status = started.wait(seconds)
        except psutil.TimeoutExpired:
            started.kill()
            status = started.wait(30)
    time.sleep(0.05)
    lines = [line for line in output.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return sum(" test_summation[" in line and "/" in line.split()[0] for line in lines if line.strip()), status
