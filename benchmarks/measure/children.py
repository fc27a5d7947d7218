"""Forked workers: what they must not inherit, and that they die with the session even where it is killed."""

import ctypes
import os
import signal
import sys

# Handlers of the session's own; a worker that inherited them would not end when its pool tells it to.
_SESSION_SIGNALS = ("SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def prepare_children() -> None:
    """Have every process that is forked from now on start with default signals, and end when this one does.

    A forked `multiprocessing` worker waits for ever on a queue whose other end it holds itself once its parent was
    killed. On Linux the kernel ends it instead.
    """
    if not hasattr(os, "register_at_fork"):
        return
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def in_child() -> None:
        for name in _SESSION_SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    os.register_at_fork(after_in_child=in_child)
