"""Temporary folders of processes that are killed."""

import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from benchmarks.files.temporary import TemporaryFolder
from tests.run_session import ROOT, environment

# Makes a folder with a file in it, and a process that holds it; waits to be killed.
HOLDER = """
import subprocess, sys
from benchmarks.files.temporary import TemporaryFolder
with TemporaryFolder("held-", sys.argv[1]) as folder:
    (folder.path / "file").write_text("content")
    child = subprocess.Popen(["sleep", "60"], pass_fds=[folder.alive], start_new_session=True)
    print(child.pid, flush=True)
    sys.stdin.read()
"""

# Only ends a hang.
LIMIT_S = 60


def wait_for_none(folder):
    """Wait until nothing is in a folder."""
    end = time.monotonic() + LIMIT_S
    while list(folder.iterdir()):
        assert time.monotonic() < end, "the folder is still there"
        time.sleep(0.01)


@contextmanager
def holder(folder):
    """Start a process that makes a temporary folder in `folder`, and yield it with the one that it has started."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        child = psutil.Process(int(process.stdout.readline()))
        try:
            yield process, child
        finally:
            process.kill()
            if child.is_running():
                child.kill()


def test_the_folder_of_a_killed_process_is_removed_when_nobody_writes_to_it_any_more(tmp_path):
    """A process that was given the descriptor keeps the folder; its end removes it."""
    with holder(tmp_path) as (process, child):
        process.kill()
        process.wait()
        (folder,) = tmp_path.iterdir()
        assert (folder / "file").read_text() == "content"
        child.kill()
        wait_for_none(tmp_path)


def test_a_folder_that_is_closed_leaves_neither_itself_nor_a_process(tmp_path):
    """The remover ends as well."""
    before = set(psutil.Process().children())
    with TemporaryFolder("closed-", str(tmp_path)) as folder:
        (folder.path / "file").write_text("content")
        assert len(set(psutil.Process().children()) - before) == 1
    assert list(tmp_path.iterdir()) == []
    assert set(psutil.Process().children()) <= before


def test_a_folder_that_cannot_be_made(tmp_path):
    """No process is left."""
    before = set(psutil.Process().children())
    with pytest.raises(FileNotFoundError):
        TemporaryFolder("lost-", str(tmp_path / "missing"))
    assert set(psutil.Process().children()) <= before
