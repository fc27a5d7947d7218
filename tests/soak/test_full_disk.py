"""A full disk: a real one, small and in memory."""

import subprocess

import pytest

from benchmarks.cli.check import verify
from benchmarks.errors import StoreTrouble
from benchmarks.history.journal import Journal
from benchmarks.history.recovery import recover
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from tests.documents import document, entry
from tests.history.test_journal import header
from tests.run_session import GRID, SMALL, session


@pytest.fixture
def small_disk(tmp_path, request):
    """A file system of 400 kB, or of the size that the test's parameter names."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={getattr(request, 'param', '400k')}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a file system here; a full disk is also injected in test_faults.py")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk):
    """Leave no room at all."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            return


def test_a_disk_that_fills_while_saving(small_disk):
    """A clear error, old runs intact, the journal recoverable once there is room."""
    store = Store(small_disk / "h")
    store.save(document(day=1), "old")
    old = store.files()[0].path.read_bytes()
    journal = Journal(store, header("loky-n2-b10", "loky-n2-b100"), "one")
    journal.append(entry("loky-n2-b10"))
    fill(small_disk)
    with pytest.raises(StoreTrouble, match="No space left on device"):
        store.save(document(*(entry(f"loky-n2-b{size}") for size in range(200)), session="one"), "new")
    with pytest.raises(StoreTrouble, match="No space left on device"):
        journal.append(entry("loky-n2-b100", [0.01] * 50_000))
    journal.close(keep=True)
    assert [file.path.read_bytes() for file in store.files()] == [old]
    (small_disk / "ballast").unlink()
    recover(store)
    assert [verify(file) for file in store.files()] == [None, None]
    assert "loky-n2-b10" in {case.param for case in read_run(store.files()[1].path).cases.values()}


def test_a_session_on_a_disk_that_is_full(small_disk):
    """Refused in a line before anything is measured, or stopped at the case that can't be kept; no traceback."""
    args = ("--benchmark-only", "--backends", "threading", "--n-jobs", "2", "--batch-sizes", "10,100", *SMALL, GRID)
    assert session(small_disk / "h", *args).exit_code == 0
    fill(small_disk)
    done = session(small_disk / "h", *args)
    assert done.exit_code == 4
    assert "No space left on device" in done.output
    assert "Traceback" not in done.output
    (small_disk / "ballast").unlink()
    assert len(session(small_disk / "h", *args).run_files) >= 2


def test_a_disk_that_fills_during_a_session(small_disk):
    """Many rounds: the journal outgrows the disk. At most the case in flight is lost."""
    few = ("--backends", "threading", "--n-jobs", "2", "--batch-sizes", "10,100,1000,auto", "--tasks", "10")
    done = session(small_disk / "h", "--benchmark-only", *few, "--longest", "10", "--rounds", "4000", "-k", "n2", GRID)
    assert done.exit_code == 4
    assert "the journal can't be written" in done.output
    assert "Traceback" not in done.output
    store = Store(small_disk / "h")
    finished = done.output.count("test_summation[") and len(
        [line for line in done.output.splitlines() if " left " in line and "test_summation[" in line]
    )
    for kept in (small_disk / "h").glob("store/writing/*"):
        kept.unlink()
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    recover(store)
    recovered = sum(len(read_run(file.path).cases) for file in store.files())
    assert recovered >= finished - 1
