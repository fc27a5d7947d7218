"""The cut-off of a hanging block, in the process of the test."""

import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from benchmarks.measure.deadline import CaseTimeout, WorkerDied, guarded, kill_children, lingering


def test_a_block_in_time_is_left_alone_and_handlers_are_put_back():
    """No alarm is left."""
    before = signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGCHLD)
    with guarded(30, lambda: None, bool):
        pass
    assert (signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGCHLD)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_sleeping_block_is_cut_off():
    """So are waits for locks, which is how joblib 1.2 waits for its results."""
    lock = threading.Lock()
    lock.acquire()
    with pytest.raises(CaseTimeout, match=r"--case-timeout 0\.1 s"), guarded(0.1, lambda: None, bool):
        time.sleep(20)
    with pytest.raises(CaseTimeout), guarded(0.1, lambda: None, bool):
        lock.acquire()


def test_what_a_pool_raises_while_it_is_torn_down_does_not_hide_the_cause():
    """multiprocessing asserts that a thread of its own is alive."""

    def hang():
        try:
            time.sleep(20)
        finally:
            raise AssertionError("Cannot have cache with result_handler not alive")

    with pytest.raises(CaseTimeout, match=r"--case-timeout 0\.1 s"), guarded(0.1, lambda: None, bool):
        hang()
    with pytest.raises(KeyError), guarded(30, lambda: None, bool):
        raise KeyError("another error")


def test_a_dead_worker_ends_the_wait():
    """Whenever a child ends, `guarded` checks whether a worker is missing."""
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)

    def wait_for_the_dead():
        child.stdin.close()
        time.sleep(120)

    with pytest.raises(WorkerDied, match="a worker is gone"), guarded(120, lambda: "a worker is gone", bool):
        wait_for_the_dead()
    child.wait()


def test_children_are_killed_and_trackers_are_not():
    """A tracker cleans up after the others, and ends by itself."""
    sleep = "import time; time.sleep(60)"
    worker = subprocess.Popen([sys.executable, "-c", sleep])
    tracker = subprocess.Popen([sys.executable, "-c", f"{sleep} # resource_tracker"])
    kill_children()
    assert worker.wait(60) == -signal.SIGKILL
    assert psutil.pid_exists(tracker.pid)
    assert tracker.poll() is None
    tracker.kill()
    tracker.wait()


def test_lingering_threads_are_named():
    """Threads that ended in time are not named."""
    release = threading.Event()
    before = set(threading.enumerate())
    threading.Thread(target=release.wait, name="hung", daemon=True).start()
    done = threading.Thread(target=bool, name="done")
    done.start()
    done.join()
    assert lingering(before, 0.2) == ["hung"]
    release.set()
    assert lingering(before, 60.0) == []


def test_an_alarm_of_the_task_s_own_is_not_called_a_timeout():
    """`signal.alarm` in a task replaces the timer of the cut-off, whose limit is not reached."""

    def task():
        signal.alarm(1)
        time.sleep(60)

    with pytest.raises(CaseTimeout, match="the task's own alarm"), guarded(300, lambda: None, bool):
        task()
