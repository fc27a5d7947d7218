"""The resources of a call, compared with independent sources: a known 200 MB, and the kernel's own accounts."""

import gc
import mmap
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from benchmarks.measure.resources import Meter, SamplerDied
from benchmarks.subprocesses import SUITE_PROCESSES
from tests.run_session import ROOT

HELD_BYTES = 200_000_000
TOLERANCE = 0.05


# More system calls than one look at a few processes makes: after so many, a look has begun and ended.
READS_OF_A_LOOK = 200


def until(condition):
    """Wait until a condition holds; the bound only ends a hang."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def hold(sampler, folder, holders=1):
    """Hold 200 MB until the sampler has looked while all `holders` hold; return what the kernel says, in bytes.

    `folder` is where the holders tell each other, `sampler` the sampler's pid.
    """
    held = mmap.mmap(-1, HELD_BYTES)
    for page in range(0, HELD_BYTES, mmap.PAGESIZE):
        held[page] = 1
    (folder / f"holds-{os.getpid()}").touch()
    until(lambda: len(list(folder.glob("holds-*"))) == holders)
    process = psutil.Process(sampler)
    before = process.io_counters().read_count
    until(lambda: process.io_counters().read_count > before + READS_OF_A_LOOK)
    told = rollup("self")
    (folder / f"seen-{os.getpid()}").touch()
    until(lambda: len(list(folder.glob("seen-*"))) == holders)
    held.close()
    return told


def sampler_of(meter):
    """Return the pid of a meter's sampler."""
    return meter._process.pid


def rollup(pid):
    """Return the proportional share (PSS) of a process from its smaps_rollup, in bytes."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)[1]) * 1024


def trackers():
    """Return the resource trackers among the children of this process."""
    return [child for child in psutil.Process().children(True) if "tracker" in " ".join(child.cmdline())]


def burn(seconds):
    """Use this many seconds of CPU time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def rest():
    """Leave the other tasks to other workers; return the pid of this one."""
    time.sleep(0.05)
    return os.getpid()


@pytest.fixture
def meter():
    """Provide a meter, and end its sampler after the test."""
    meter = Meter()
    yield meter
    meter.close()


@pytest.fixture
def frozen_heap():
    """Keep forked workers from copying this process's heap: a collection there writes into every object's header."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def no_loky():
    """Shut down loky's executor before and after the test."""
    get_reusable_executor().shutdown(wait=True, kill_workers=True)
    yield
    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def test_known_memory_in_the_parent(meter, tmp_path):
    """A call that holds 200 MB is reported with 200 MB, within 5 %, all of them in the session's own process."""
    told = []
    found = meter.measure(lambda: told.append(hold(sampler_of(meter), tmp_path)), pipes=False)
    assert found["memory"] == "pss"
    assert found["peak_pss_bytes"] - found["start_pss_bytes"] == pytest.approx(HELD_BYTES, rel=TOLERANCE)
    assert found["peak_pss_bytes"] - found["children_pss_bytes"] == pytest.approx(told[0], rel=TOLERANCE)


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_known_memory_in_workers(meter, no_loky, frozen_heap, backend, tmp_path):
    """Two workers that hold 200 MB at once are reported with 400 MB, as their own smaps_rollup says."""
    with Parallel(n_jobs=2, backend=backend, batch_size=1) as pool:
        pool([delayed(burn)(0.05)] * 4)  # from this module, which workers import once
        told = []
        found = meter.measure(
            lambda: told.extend(pool([delayed(hold)(sampler_of(meter), tmp_path, 2)] * 2)), pipes=True
        )
        beside = sum(rollup(child.pid) for child in trackers())
    assert found["peak_pss_bytes"] - found["start_pss_bytes"] == pytest.approx(2 * HELD_BYTES, rel=TOLERANCE)
    assert found["children_pss_bytes"] == pytest.approx(sum(told) + beside, rel=TOLERANCE)
    assert found["processes"] >= 3


def test_known_cpu_time_in_workers(meter, no_loky):
    """Each of four tasks uses 0.15 s of CPU time; workers that end during the call count as well."""

    def block():
        with Parallel(n_jobs=2, backend="multiprocessing") as pool:
            pool([delayed(burn)(0.15)] * 4)

    found = meter.measure(block, pipes=True)
    # Forking and ending workers cost something too.
    assert 0.6 <= found["cpu_s"] < 1.2
    assert "to_workers_bytes" not in found


def test_bytes_to_and_from_workers(meter, no_loky):
    """Two megabytes go to the workers and one comes back, in addition to what describes a batch."""
    with Parallel(n_jobs=2, backend="loky") as pool:
        started = set()
        until(lambda: started.update(pool([delayed(rest)()] * 4)) or len(started) == 2)  # starting reads files, too
        found = meter.measure(lambda: pool([delayed(bytes)(b"x" * 1_000_000), delayed(len)(b"y" * 1_000_000)]), True)
    assert found["to_workers_bytes"] == pytest.approx(2e6, rel=TOLERANCE)
    assert found["from_workers_bytes"] == pytest.approx(1e6, rel=TOLERANCE)


def test_switches_are_counted(meter):
    """Each sleep is one voluntary switch."""
    found = meter.measure(lambda: [time.sleep(1e-3) for _ in range(50)], pipes=False)
    assert 50 <= found["voluntary_switches"] < 100


def test_the_suites_own_processes_are_left_out(meter):
    """The sampler's CPU time is not part of what a case used."""
    used = []

    def wait():
        sampler = psutil.Process(sampler_of(meter))
        before = sum(sampler.cpu_times()[:2])
        until(lambda: sum(sampler.cpu_times()[:2]) > before + 0.3)
        used.append(sum(sampler.cpu_times()[:2]) - before)

    found = meter.measure(wait, pipes=False)
    assert sampler_of(meter) in SUITE_PROCESSES
    assert found["cpu_s"] < used[0]


def test_a_dead_sampler_is_named(meter):
    """The call raises an error instead of returning numbers, and the next call starts a new sampler."""

    def kill():
        subprocess.run(["pkill", "-KILL", "-P", str(os.getpid()), "-f", "sampler.py"], check=True)

    with pytest.raises(SamplerDied, match="samples memory"):
        meter.measure(kill, pipes=False)
    assert meter.measure(lambda: None, pipes=False)["samples"] >= 2


@pytest.mark.skipif(not Path("/usr/bin/time").exists(), reason="GNU time is not installed")
def test_what_gnu_time_says_of_the_same_process(tmp_path):
    """GNU time counts shared pages in full, so the difference that 200 MB make is compared, and CPU time directly."""
    peaks, told_peaks = [], []
    for work in ("burn(0.5)", "(hold(meter._process.pid, Path(sys.argv[1])), burn(0.5))"):
        code = (
            "import sys\n"
            "from pathlib import Path\n"
            "from benchmarks.measure.resources import Meter\n"
            "from tests.measure.test_resources import hold, burn\n"
            "meter = Meter()\n"
            f"found = meter.measure(lambda: {work}, pipes=False)\n"
            "meter.close()\n"
            "print(found['peak_pss_bytes'], found['cpu_s'])\n"
        )
        done = subprocess.run(
            ["/usr/bin/time", "-v", sys.executable, "-c", code, tmp_path],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        peak_bytes, cpu_s = map(float, done.stdout.split())
        peaks.append(peak_bytes)
        told_peaks.append(int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)[1]) * 1024)
        # Pages that are touched for the first time cost the kernel something too.
        assert 0.5 <= cpu_s < 1.2
    assert peaks[1] - peaks[0] == pytest.approx(told_peaks[1] - told_peaks[0], rel=TOLERANCE)
