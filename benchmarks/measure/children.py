"""The session's worker processes: what they must not inherit, and that they end with it even where it is killed."""

import ctypes
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path

from benchmarks.measure import watchdog

# Handlers of the session's own; a worker that inherited them would not end when its pool tells it to.
_SESSION_SIGNALS = ("SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD")

# Those that ask a process to end.
_ENDING = ("SIGTERM", "SIGHUP")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_MARK = "BENCHMARK_SUITE_SESSION"
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# Ids of processes that the suite has started for itself: no workers, and no part of what a case needs.
OWN: set[int] = set()


def reset_signals_in_forks() -> None:
    """Have every process that is forked from now on start with default signals.

    What asks a process to end waits while it is forked: between the fork and the reset a signal would still find the
    session's handler, and Python forgets in a child what its handlers have not done yet. A pool that is closed while a
    worker is starting would then wait for that worker for ever.
    """
    masks: list[set[int]] = []  # a stack: one thread forks at a time, and a fork may be inside another's callbacks

    def before() -> None:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, [getattr(signal, name) for name in _ENDING]))

    def in_parent() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def in_child() -> None:
        for name in _SESSION_SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        in_parent()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def end_with_parent(libc: ctypes.CDLL) -> None:
    """Ask the kernel to kill this process when its parent ends."""
    from multiprocessing import parent_process

    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The kernel says nothing of a parent that was killed between the fork and the line above.
    if (parent := parent_process()) is not None and os.getppid() != parent.pid:
        os._exit(1)


def bind_forks() -> None:
    """Have every forked `multiprocessing` worker end when this process does, on Linux.

    It would wait for ever on a queue whose other end it holds itself once its parent was killed. Only those: resource
    trackers have to outlive the session to clean up after it.
    """
    from multiprocessing import util

    if _LIBC is not None:
        # The registry holds its objects weakly; this one lives as long as the module.
        util.register_after_fork(_LIBC, end_with_parent)


def watch(environment: MutableMapping[str, str]) -> Callable[[], None]:
    """Start the watchdog over workers that are not forked (loky's), and return what ends it.

    They are known by a mark that they inherit in `environment`. Without /proc there is no watchdog.
    """
    if not Path("/proc/self/environ").exists():
        return lambda: None
    environment[_MARK] = secrets.token_hex(8)
    process = subprocess.Popen(  # noqa: S603 - our own file
        [sys.executable, "-I", "-S", watchdog.__file__, f"{_MARK}={environment[_MARK]}"], stdin=subprocess.PIPE
    )
    OWN.add(process.pid)

    def end() -> None:
        OWN.discard(process.pid)
        process.kill()
        process.communicate()

    return end
