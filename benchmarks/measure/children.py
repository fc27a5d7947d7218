"""The worker processes of a session: which signal handlers they may keep, and how they end if the session is killed."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path

from benchmarks.measure import watchdog
from benchmarks.subprocesses import SUITE_PROCESSES, end_with_parent

# Signals for which the session has handlers; a worker that inherited a handler would not end when its pool tells it to.
_SESSION_SIGNALS = ("SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD")

# Signals that ask a process to end.
_TERMINATION_SIGNALS = ("SIGTERM", "SIGHUP")
_MARK = "BENCHMARK_SUITE_SESSION"


def reset_signals_in_forks() -> None:
    """Give every process that is forked from now on the default signal handlers.

    SIGTERM and SIGHUP are blocked during the fork. Otherwise a signal that arrives between the fork and the reset would
    run the session's handler, and Python drops pending handlers in a child: a pool that is closed while a worker is
    starting would wait for that worker forever.
    """
    masks: list[set[int]] = []  # a stack: the callbacks of a fork may themselves fork

    def before() -> None:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, [getattr(signal, name) for name in _TERMINATION_SIGNALS]))

    def in_parent() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def in_child() -> None:
        for name in _SESSION_SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        in_parent()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def bind_forks() -> None:
    """Make every forked `multiprocessing` worker end when this process does, on Linux.

    A worker whose parent was killed would wait forever on a queue whose other end it holds itself. Other children are
    not bound: resource trackers must outlive the session to clean up after it.
    """
    from multiprocessing import util

    # The registry holds a weak reference to its first argument, so that must live as long as the module.
    util.register_after_fork(_end_with_session, _end_with_session)


def _end_with_session(_: object) -> None:
    from multiprocessing import parent_process

    if (parent := parent_process()) is not None and parent.pid is not None:
        end_with_parent(parent.pid)


def watch(environment: MutableMapping[str, str]) -> Callable[[], None]:
    """Start the watchdog, which ends this session's workers if the session is killed; return a function that stops it.

    The watchdog is for workers that are not forked (loky's). It recognises them by a variable that they inherit in
    `environment`. Without /proc there is no watchdog.
    """
    if not Path("/proc/self/environ").exists():
        return lambda: None
    environment[_MARK] = secrets.token_hex(8)
    process = subprocess.Popen(  # noqa: S603 - our own file
        [sys.executable, "-I", "-S", watchdog.__file__, f"{_MARK}={environment[_MARK]}"], stdin=subprocess.PIPE
    )
    SUITE_PROCESSES.add(process.pid)

    def end() -> None:
        SUITE_PROCESSES.discard(process.pid)
        process.kill()
        process.communicate()

    return end
