"""Cut off a case that hangs, or that waits for a worker which died.

Signals reach the main thread wherever it waits, cost nothing while nothing happens, and leave no thread behind that
could take time from a round.
"""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from benchmarks.measure.children import OWN

# After the cut-off, joblib ends the call and its workers itself. Where that hangs as well (a worker that ignores
# SIGTERM, one that died holding a queue's lock), the processes are killed, then the wait itself is broken off.
_GRACE_S = 3.0

# A process that is being started has no command line yet.
_STARTING_S = 0.02

# What begins the killing, while a case is guarded.
_HURRY: list[Callable[[], None]] = []


class CaseTimeout(Exception):
    """A case took longer than --case-timeout."""


class WorkerDied(Exception):
    """A worker process ended during a call, and the call would have waited for it for ever."""


# What ends a case or the session from outside: whoever catches all that a task may raise has to let these pass.
FROM_OUTSIDE = (CaseTimeout, WorkerDied, pytest.exit.Exception)


@contextmanager
def guarded(seconds: float, dead_worker: Callable[[], str | None], unblock: Callable[[], None]) -> Iterator[None]:
    """Raise CaseTimeout or WorkerDied inside the block when it is time to.

    `dead_worker` returns a sentence once a worker has died whose task nobody will answer; `unblock` is called after
    all workers were killed. Without POSIX signals, or outside the main thread, the block runs unguarded.
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
            raise CaseTimeout(f"cut off: the case took longer than --case-timeout {seconds:g} s")

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
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _HURRY.remove(hurry)
        for number, handler in before.items():
            signal.signal(number, handler)


def hurry_up() -> None:
    """The session is ending: whatever a pool's end then waits for is killed after a moment, not at the deadline."""
    for begin in _HURRY:
        begin()


@contextmanager
def paused() -> Iterator[None]:
    """Stop the clock of `guarded` inside the block: the time there is not the case's own."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def kill_children() -> None:
    """Kill every worker process of this one, sparing the resource trackers that clean up after them, and our own."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        if child.pid in OWN:
            continue
        try:
            command = child.cmdline()
            if not command:  # it is just being started
                time.sleep(_STARTING_S)
                command = child.cmdline()
            if "resource_tracker" not in " ".join(command):
                child.kill()
        except psutil.NoSuchProcess:
            continue


def lingering(before: set[threading.Thread], patience_s: float) -> list[str]:
    """Names of the threads that started since `before` and still run after `patience_s`; nobody can kill those."""
    threads = [thread for thread in threading.enumerate() if thread not in before]
    end = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]
