"""Cases that hang or whose workers die: the case is named, the rest goes on, nothing is left behind."""

import contextlib
import re
import signal
import time
from pathlib import Path
from subprocess import DEVNULL

import psutil
import pytest

from tests.run_session import GRID, ROOT, SMALL, command, environment, hear_interrupts, session
from tests.soak import full_only, size

ONE_CELL = ("--n-jobs", "2", "--batch-sizes", "10", *SMALL, GRID)


def test_hung_and_dead_workers_fail_their_cases_only(tmp_path):
    """Two cases hang in worker processes, two lose a worker; the cases after them are measured."""
    backends = "hanging-loky,hanging-multiprocessing,dying-loky,dying-multiprocessing,loky,multiprocessing"
    done = session(tmp_path, "--benchmark-only", "--case-timeout", "3", "--backends", backends, *ONE_CELL, faulty=True)
    failed = {name.partition("[")[2]: why for name, why in done.run["joblib_suite"]["cases"]["failed"].items()}
    assert done.exit_code == 1
    assert set(done.times) >= {"loky-n2-b10", "multiprocessing-n2-b10"}
    assert "--case-timeout 3 s" in failed["hanging-loky-n2-b10]"]
    assert "--case-timeout 3 s" in failed["hanging-multiprocessing-n2-b10]"]
    assert "TerminatedWorkerError" in failed["dying-loky-n2-b10]"]
    assert "died with exit code 3" in failed["dying-multiprocessing-n2-b10]"]
    assert done.run["joblib_suite"]["state"] == "partial"


@full_only("waits for threads that hang")
def test_after_hung_threads_the_rest_is_reported_as_not_run(tmp_path):
    """Nobody can end a thread: what comes after it would be measured beside it."""
    backends = "threading,hanging-threads,multiprocessing"
    done = session(tmp_path, "--benchmark-only", "--case-timeout", "2", "--backends", backends, *ONE_CELL, faulty=True)
    cases = done.run["joblib_suite"]["cases"]
    assert done.exit_code == 1
    assert "threading-n2-b10" in done.times
    assert [name.partition("[")[2] for name in cases["failed"]] == ["hanging-threads-n2-b10]"]
    assert [name.partition("[")[2] for name in cases["not_run"]] == ["multiprocessing-n2-b10]"]
    assert all("left threads behind" in why for why in cases["not_run"].values())


@pytest.mark.parametrize(
    ("backend", "number"),
    [
        ("loky", signal.SIGINT),
        ("multiprocessing", signal.SIGTERM),
        ("loky", signal.SIGKILL),
        *size([], [("multiprocessing", signal.SIGINT), ("loky", signal.SIGTERM), ("multiprocessing", signal.SIGKILL)]),
    ],
)
def test_an_aborted_session_leaves_nothing_behind(tmp_path, number, backend):
    """Ended in the middle of a case, in whichever way: no process, no semaphore, no temporary folder."""
    args = ("--benchmark-only", "--backends", backend, "-k", f"{backend}-n2", *ONE_CELL, "--rounds", "100000")
    started = psutil.Popen(
        command(tmp_path, *args),
        cwd=ROOT,
        env=environment(),
        stdout=DEVNULL,
        stderr=DEVNULL,
        preexec_fn=hear_interrupts,
    )
    try:
        wait_for(lambda: len(workers(started)) >= 2, "two workers")
        processes = started.children(recursive=True)
        started.send_signal(number)
        started.wait(120)
        wait_for(lambda: not any(alive(process) for process in processes), f"the end of {processes}")
        wait_for(lambda: not left_on_disk(started.pid), "the end of semaphores and folders")
    finally:
        if started.is_running():
            started.kill()


def workers(session_process):
    """The pool's workers among the children of a session: forked ones look like it, loky's say so."""
    found = []
    for child in session_process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            line = child.cmdline()
            if line == session_process.cmdline() or "LokyProcess" in " ".join(line):
                found.append(child)
    return found


def alive(process):
    """A zombie waits for its parent to take note, which not every container's first process does."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def left_on_disk(pid):
    """What loky and joblib keep in memory-backed files under names with their process's id."""
    shared = Path("/dev/shm")  # noqa: S108
    return [
        path
        for path in (shared.iterdir() if shared.exists() else ())
        if re.search(rf"(loky|joblib)\D*{pid}\D", path.name)
    ]


def wait_for(happened, what, seconds=120.0):
    """Poll until `happened()`; the bound only ends a hang."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


def test_a_session_that_is_asked_to_end_twice_saves_its_finished_cases(tmp_path):
    """The first SIGTERM arrives in a finalizer, whose exceptions are lost, the second one while the run is saved."""
    twice = ("-p", "tests.asked_to_end")
    done = session(tmp_path, *twice, "--benchmark-only", "--backends", "threading", "--n-jobs", "2,3", *ONE_CELL[2:])
    assert done.exit_code == 128 + signal.SIGTERM
    assert len(done.times) == 2  # the case in which the first one arrives ends as usual
    assert done.run["joblib_suite"]["state"] == "partial"


def test_a_session_that_is_interrupted_while_a_worker_starts_does_not_wait_for_it(tmp_path):
    """Python would wait until the worker ends by itself, after five minutes; the session's time limit is shorter."""
    meanwhile = ("-p", "tests.asked_while_a_worker_starts")
    done = session(tmp_path, *meanwhile, "--benchmark-only", "--backends", "loky", *ONE_CELL, timeout_s=240)
    assert done.exit_code == 128 + signal.SIGTERM
    assert "loky-n2-b10" not in done.times
    assert done.run["joblib_suite"]["state"] == "partial"
