"""Clusters that the suite starts and ends by itself."""

import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psutil
import pytest

from tests.run_session import ROOT, command, environment, hear_interrupts, session
from tests.soak import full_only, size

GRID = "benchmarks/suite/test_summation.py"
SMALL = ("--benchmark-only", "--tasks", "200", "--longest", "100", "--rounds", "2")
MARK = "ENGINE_TEST"


def marked(mark):
    """What runs of a session, and anything that it has started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and "resource_tracker" not in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """All engines beside joblib's own backends, in one session."""
    axes = ("--backends", "dask,ray,multiprocessing,loky", "--n-jobs=1,2", "--batch-sizes=10,auto")
    return session(tmp_path_factory.mktemp("store"), *SMALL, *axes, GRID)


def test_every_cell_is_measured_and_checked(measured):
    """Results are compared with the loop, as everywhere."""
    assert measured.exit_code == 0, measured.output
    assert measured.run["joblib_suite"]["cases"]["completed"] == 4 * 2 * 2 + 2


@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_cluster_has_a_worker_a_job(measured, engine):
    """n_jobs is obeyed where dask would ignore it, because the cluster is of that size."""
    facts = measured.times[f"{engine}-n2-b10"]["extra_info"]
    assert facts["effective_n_jobs"] == 2
    assert 1 <= facts["worker_processes"] <= 2
    assert facts["cluster"] == "embedded"
    assert facts["engine"].startswith(f"{engine} ")
    assert "n_jobs_ignored" not in facts
    assert facts["batches"][0]
    assert facts["alias_of"] is None


@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_one_worker_is_no_worker(measured, engine):
    """joblib runs the tasks itself: recorded as what it is."""
    facts = measured.times[f"{engine}-n1-b10"]["extra_info"]
    assert facts["alias_of"] == "sequential-n1-b10"
    assert facts["worker_processes"] == 0


def test_ray_leaves_multiprocessing_alone(measured):
    """It changes joblib's pool for the whole process: another one."""
    facts = measured.times["multiprocessing-n2-b10"]["extra_info"]
    assert (facts["effective_backend"], facts["worker_processes"]) == ("MultiprocessingBackend", 2)


@pytest.mark.parametrize("name", size(["array_out"], ["hashing", "sleeping", "array_in", "array_out", "uneven"]))
def test_every_built_in_workload_on_engines(tmp_path, name):
    """Arrays go there and come back whole."""
    options = ("--workload", name, "--backends", "dask,ray", "--n-jobs=2", "--batch-sizes=4", "--rounds=1")
    done = session(tmp_path, "--benchmark-only", *options, "benchmarks/suite/test_workload.py")
    assert done.exit_code == 0, done.output
    assert {f"{name}-{engine}-n2-b4" for engine in ("dask", "ray")} < set(done.times)


@full_only("a cluster of each kind", "distributed-soak")
def test_the_costs_of_a_task_stand_side_by_side(tmp_path):
    """In the summary: loky's, dask's and ray's."""
    done = session(tmp_path, *SMALL, "--backends", "loky,dask,ray", "benchmarks/suite", "-k", "no_op or loop")
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.output.splitlines() if line.startswith("A task that does nothing costs")]
    assert all(f"{name} " in line for name in ("loky", "dask", "ray"))


@full_only("starts clusters again and again", "distributed-soak")
def test_start_up_cases_start_and_end_the_cluster(tmp_path):
    """A cold start of dask is its cluster's."""
    done = session(tmp_path, *SMALL, "--backends", "dask", "benchmarks/suite/test_startup.py", "-k", "dask-n2")
    assert done.exit_code == 0, done.output
    cold, warm = (
        next(case["stats"]["min"] for case in done.run["benchmarks"] if case["name"].startswith(name))
        for name in ("test_cold_start", "test_warm_call")
    )
    assert cold > warm


def test_an_interrupted_session_leaves_no_process(tmp_path):
    """Ctrl-C in the middle of a case on a cluster; and everything has listened to loopback only."""
    mark = uuid.uuid4().hex
    args = (*SMALL, "--rounds", "1000000", "--backends", "dask,ray", "--n-jobs=2", "--batch-sizes=10")
    running = subprocess.Popen(
        command(tmp_path, *args, GRID, "-k", "dask"),
        cwd=ROOT,
        env={**environment(), MARK: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=hear_interrupts,
    )
    try:
        end = time.monotonic() + 300
        while sum("spawn_main" in " ".join(one.cmdline()) for one in marked(mark)) < 2:
            assert time.monotonic() < end, running.communicate()
            time.sleep(0.2)
        assert not beyond_loopback(marked(mark))
        time.sleep(2)
        running.send_signal(2)
        output, _ = running.communicate(timeout=300)
    finally:
        running.kill()
    assert running.returncode == 2, output
    end = time.monotonic() + 120
    while (left := marked(mark)) and time.monotonic() < end:
        time.sleep(0.2)
    assert not left
    assert b"Traceback" not in output


def test_ray_talks_to_this_machine_only(tmp_path, stack):
    """Its services listen to loopback, ask nobody where they are, and leave no file."""
    mark = uuid.uuid4().hex
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="t-"))
    args = (*SMALL, "--rounds", "10", "--backends", "ray", "--n-jobs=2", "--batch-sizes=10,auto")
    running = subprocess.Popen(
        command(tmp_path, *args, GRID),
        cwd=ROOT,
        env={**environment(), MARK: mark, "TMPDIR": folder},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    seen, raylets = set(), 0
    while running.poll() is None:
        alive = marked(mark)
        raylets += any("raylet" in one.name() for one in alive if one.is_running())
        seen |= beyond_loopback(alive)
        time.sleep(0.02)
    assert running.returncode == 0, running.communicate()
    assert raylets, "nobody looked while ray was running"
    assert not seen
    assert not list(Path(folder).glob("engine-*"))


def beyond_loopback(processes):
    """Addresses that these processes listen at or talk to, beyond this machine."""
    found = set()
    for process in processes:
        try:
            for one in process.net_connections("inet"):
                ends = [one.laddr, one.raddr]
                found |= {end.ip for end in ends if end and not end.ip.startswith(("127.", "::1", "::ffff:127."))}
        except (psutil.Error, OSError):
            continue
    return found
