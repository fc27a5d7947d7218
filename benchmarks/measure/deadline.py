"""Cutting off a case that hangs, or that waits for a worker that died.

This uses signals: they reach the main thread wherever it waits, they cost nothing until they arrive, and they need no
thread that could take time from a round.
"""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from benchmarks.subprocesses import SUITE_PROCESSES

# After the cut-off, joblib ends the call and its workers itself. If that hangs as well (a worker ignores SIGTERM, or
# died while it held a queue's lock), the processes are killed after this time, and the wait is broken off.
_GRACE_S = 3.0

# A process that has just been started has no command line for about this long.
_STARTING_S = 0.02

# Functions that start the grace period of the case that is guarded at present.
_HURRY: list[Callable[[], None]] = []


class CaseTimeout(Exception):
    """A case took longer than --case-timeout."""


class WorkerDied(Exception):
    """A worker process ended during a call, which would have waited for it forever."""


# Exceptions that end a case or the session from outside. Code that catches everything a task may raise must let them
# pass.
FROM_OUTSIDE = (CaseTimeout, WorkerDied, pytest.exit.Exception)


@contextmanager
def guarded(seconds: float, dead_worker: Callable[[], str | None], unblock: Callable[[], None]) -> Iterator[None]:
    """Raise CaseTimeout inside the block after `seconds`, or WorkerDied once a worker has died.

    `dead_worker` is called whenever a child process has ended; it returns a sentence if the call now waits in vain.
    `unblock` is called after all workers were killed. Without POSIX signals, or outside the main thread, the block runs
    unguarded.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    alarms = itertools.count(1)

    def on_alarm(signum: int, frame: FrameType | None) -> None:
        if next(alarms) == 2:
            kill_children()
            unblock()
        else:
            raise CaseTimeout(_cause(seconds))

    def on_child(signum: int, frame: FrameType | None) -> None:
        if (sentence := dead_worker()) is not None:
            next(alarms)
            signal.setitimer(signal.ITIMER_REAL, _GRACE_S, _GRACE_S)
            raise WorkerDied(sentence)

    def hurry() -> None:
        next(alarms)
        signal.setitimer(signal.ITIMER_REAL, _GRACE_S, _GRACE_S)

    _HURRY.append(hurry)
    before = {
        signal.SIGALRM: signal.signal(signal.SIGALRM, on_alarm),
        signal.SIGCHLD: signal.signal(signal.SIGCHLD, on_child),
    }
    signal.setitimer(signal.ITIMER_REAL, seconds, _GRACE_S)
    try:
        with _undisguised():
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _HURRY.remove(hurry)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisguised() -> Iterator[None]:
    """Raise an exception of `guarded` that led to another one: a pool that is torn down may fail in its own way."""
    try:
        yield
    except Exception as error:
        cause = error.__context__
        while cause is not None and not isinstance(cause, CaseTimeout | WorkerDied):
            cause = cause.__context__
        if cause is None:
            raise
        raise cause from None


def _cause(seconds: float) -> str:
    """Say which timer has just gone off: ours does so repeatedly, that of `signal.alarm` in a task replaces it."""
    _, interval_s = signal.getitimer(signal.ITIMER_REAL)
    if interval_s == 0:
        return "cut off by the task's own alarm (SIGALRM), which replaced the timer of --case-timeout"
    return f"cut off: the case took longer than --case-timeout {seconds:g} s"


def hurry_up() -> None:
    """Shorten the deadline because the session is ending: a pool that then hangs is killed after the grace period."""
    for hurry in _HURRY:
        hurry()


@contextmanager
def paused() -> Iterator[None]:
    """Stop the clock of `guarded` during the block, whose time does not count as the case's."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def kill_children() -> None:
    """Kill all descendants except the suite's own processes and the resource trackers, which clean up after workers."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        if child.pid in SUITE_PROCESSES:
            continue
        try:
            command = child.cmdline()
            if not command:  # it has just been started
                time.sleep(_STARTING_S)
                command = child.cmdline()
            if "resource_tracker" not in " ".join(command):
                child.kill()
        except psutil.NoSuchProcess:
            continue


def lingering(before: set[threading.Thread], patience_s: float) -> list[str]:
    """Return the names of threads that are not in `before` and still run after `patience_s`; they can't be killed."""
    threads = [thread for thread in threading.enumerate() if thread not in before]
    end = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]
