"""Clusters that run already: a scheduler and two workers started one by one, and what can be wrong with them."""

import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.distributed.clusters import Dask, free_port, until
from tests.run_session import ROOT, command, environment, session
from tests.soak import full_only

OWN = ("--workload-path", str(ROOT / "tests" / "own"))
PRICES = (*OWN, "--workload", "pricing:price", "--task-args", "pricing:ORDERS")
GRID = "benchmarks/suite/test_workload.py"
SHORT = ("--benchmark-only", "--rounds", "2", "--batch-sizes=10")


def with_slow_tasks(store, *options):
    """A session whose tasks can be interrupted, as a process."""
    slow = (*OWN, "--workload", "pricing:slow", "--task-args", "pricing:PAUSES")
    return subprocess.Popen(
        command(store, *SHORT, *slow, "--n-jobs=2", *options, GRID, "-k", "dask or ray or loky"),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_workers_elsewhere_are_given_the_user_s_modules(tmp_path, dask):
    """They were started in another folder, and know neither this suite nor the user's function."""
    for _ in range(2):
        dask.add_worker()
    options = ("--backends", "loky,dask", "--n-jobs=2,4", "--dask-scheduler", dask.address)
    done = session(tmp_path / "store", *SHORT, *PRICES, *options, GRID)
    assert done.exit_code == 0, done.output
    two, four = (done.times[f"pricing:price-dask-n{jobs}-b10"]["extra_info"] for jobs in (2, 4))
    assert two["worker_processes"] == 2
    assert (two["cluster"], two["cluster_threads"]) == (dask.address, 2)
    assert "n_jobs_ignored" not in two
    assert (four["n_jobs_ignored"], four["effective_n_jobs"]) == (True, 2)
    assert four["alias_of"] == "pricing:price-dask-n2-b10"


@full_only("two sessions", "distributed-soak")
def test_a_function_that_has_changed_is_given_anew(tmp_path, dask):
    """A cluster outlives sessions; what its workers have imported does not."""
    folder = tmp_path / "mine"
    folder.mkdir()
    dask.add_worker()
    dask.add_worker()
    options = ("--workload-path", str(folder), "--workload", "job:work", "--task-args", "job:ALL", "--n-jobs=2")
    for number in (1, 2):
        (folder / "job.py").write_text(f"ALL = list(range(40))\n\n\ndef work(n):\n    return n * {number}\n")
        cluster = ("--backends", "dask", "--dask-scheduler", dask.address)
        done = session(tmp_path / f"store{number}", *SHORT, *options, *cluster, GRID)
        assert done.exit_code == 0, done.output


def test_a_worker_that_is_killed_fails_its_case_only(tmp_path, dask):
    """dask does the tasks again on the other one: the time would be one of something else."""
    for _ in range(2):
        dask.add_worker()
    running = with_slow_tasks(tmp_path / "store", "--backends", "dask,loky", "--dask-scheduler", dask.address)
    until(lambda: _busy(dask), "task on a worker")
    _kill(dask.workers[0])
    output, _ = running.communicate(timeout=600)
    assert running.returncode == 1
    assert "EngineTrouble: a worker of dask was lost during the case (tcp://127.0.0.1:" in output
    assert "test_workload[pricing:slow-loky-n2-b10]" in output
    assert "1 failed, 1 passed" in output


@full_only("a cluster of its own", "distributed-soak")
def test_a_cluster_that_is_killed_ends_the_call(tmp_path, dask):
    """joblib would wait for ever."""
    for _ in range(2):
        dask.add_worker("--no-nanny")
    running = with_slow_tasks(tmp_path / "store", "--backends", "dask,loky", "--dask-scheduler", dask.address)
    until(lambda: _busy(dask), "task on a worker")
    for worker in dask.workers:
        _kill(worker)
    output, _ = running.communicate(timeout=600)
    assert running.returncode == 1
    assert "EngineTrouble: a worker of dask was lost during the case" in output
    assert "CaseTimeout" not in output
    assert "1 failed, 1 passed" in output


def _busy(dask):
    """Whether a worker has been given the modules, and then some time for the tasks."""
    given = all(b"joblib_suite_modules" in log.read_bytes() for log in dask.logs)
    if given:
        time.sleep(1.5)
    return given


def _kill(worker):
    """The worker's own process: the nanny's child, or the process itself."""
    children = [one for one in psutil.Process(worker.pid).children() if "spawn_main" in " ".join(one.cmdline())]
    os.kill(children[0].pid if children else worker.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--backends", "dask,loky", "--dask-scheduler", "tcp://127.0.0.1:{port}"), "no scheduler of dask answers at"),
        (("--backends", "ray,loky", "--ray-address", "127.0.0.1:{port}"), "no cluster of ray answers at 127.0.0.1:"),
    ],
    ids=["dask", "ray"],
)
def test_nobody_at_the_address(tmp_path, options, said):
    """Both cases fail for one reason, which is told once; the others are measured."""
    port = free_port()
    options = [option.format(port=port) for option in options]
    done = session(tmp_path, *SHORT, *PRICES, "--n-jobs=2,4", *options, GRID, "-k", "dask or ray or loky")
    assert done.exit_code == 1
    assert sum(line.startswith(f"NoEngine: {said}") for line in done.output.splitlines()) == 1
    assert re.search(r"-n2-b\d+ and 1 more\] _", done.output)
    assert "2 failed, 2 passed" in done.output
    assert "Traceback" not in done.output


def test_a_cluster_without_workers(tmp_path, dask):
    """There is nobody to do anything."""
    options = ("--backends", "dask", "--n-jobs=2", "--dask-scheduler", dask.address)
    done = session(tmp_path / "store", *SHORT, *PRICES, *options, GRID, "-k", "dask")
    assert done.exit_code == 1
    assert "has no worker: start one with `dask worker tcp://127.0.0.1:" in done.unwrapped


@full_only("installs another joblib", "distributed-soak")
def test_versions_that_differ(tmp_path, stack):
    """A cluster with another joblib: named, with both versions."""
    from uv import find_uv_bin

    uv, python = find_uv_bin(), tmp_path / "other" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "other"], check=True)
    here = subprocess.run([uv, "pip", "freeze", "--python", sys.executable], check=True, capture_output=True, text=True)
    kept = [line for line in here.stdout.splitlines() if line.startswith(("distributed==", "numpy==", "cloudpickle=="))]
    # uv's own certificates do not know a proxy's; the second name is that of older versions.
    certificates = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    install = [uv, "pip", "install", "--quiet", "--python", python, "joblib==1.5.3", *kept]
    subprocess.run(install, check=True, env=os.environ | certificates)
    dask = Dask(tmp_path, stack)
    dask.add_worker(python=python)
    options = ("--backends", "dask", "--n-jobs=2", "--dask-scheduler", dask.address)
    done = session(tmp_path / "store", *SHORT, *PRICES, *options, GRID, "-k", "dask")
    assert done.exit_code == 1
    assert "NoEngine: versions differ: joblib is 1.6.0 here and 1.5.3 on tcp://127.0.0.1:" in done.unwrapped
    assert "install the same version there" in done.unwrapped


def test_ray_elsewhere(tmp_path, ray):
    """The user's modules get there; more jobs than processors are refused; a worker's death fails its case."""
    options = ("--backends", "ray", "--n-jobs=2,4", "--ray-address", ray)
    done = session(tmp_path / "store", *SHORT, *PRICES, *options, GRID, "-k", "ray")
    assert done.exit_code == 1
    facts = done.times["pricing:price-ray-n2-b10"]["extra_info"]
    assert (facts["cluster"], facts["effective_n_jobs"]) == (ray, 2)
    assert "EngineTrouble: the cluster of ray at" in done.unwrapped
    assert "has 2 processors, but 4 jobs need 4: ask for fewer jobs with --n-jobs, or add nodes" in done.unwrapped
    until(lambda: not _actors(ray), "end of the first session's actors")
    running = with_slow_tasks(tmp_path / "store2", "--backends", "ray,loky", "--ray-address", ray)
    busy = until(lambda: _actors(ray, ".run_batch"), "task on an actor of ray")
    os.kill(busy[0].pid, signal.SIGKILL)
    output, _ = running.communicate(timeout=600)
    assert running.returncode == 1
    assert "EngineTrouble: a worker of ray died during a call" in output
    assert "1 failed, 1 passed" in output


def _actors(address, method=""):
    """The processes that run tasks on this cluster of ray, not on another test's; those in `method`, if it is given."""
    processes = [one for one in psutil.process_iter() if f"PoolActor{method}" in " ".join(_command(one))]
    return [one for one in processes if address in " ".join(_command(_parent(one)))]


def _parent(process):
    try:
        return process.parent()
    except psutil.Error:
        return None


def _command(process):
    try:
        return process.cmdline() if process else []
    except psutil.Error:
        return []


@full_only("a cluster of another kind", "distributed-soak")
def test_ipyparallel_by_a_module_of_the_user_s(tmp_path):
    """The documented example."""
    module = ("--workload-path", str(ROOT / "docs" / "examples"), "--backend-module", "ipyparallel_backend")
    small = ("--tasks", "200", "--longest", "100", "--n-jobs=2", "--backends", "loky,ipyparallel")
    done = session(tmp_path, *SHORT, *small, *module, "benchmarks/suite/test_summation.py")
    assert done.exit_code == 0, done.output
    facts = done.times["ipyparallel-n2-b10"]["extra_info"]
    assert (facts["effective_n_jobs"], facts["alias_of"]) == (2, None)
    assert facts["worker_processes"] >= 1
