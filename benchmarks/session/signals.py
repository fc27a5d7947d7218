"""Ending a session early: in order on a signal, and without waiting for a thread that hangs."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from benchmarks.measure.deadline import hurry_up

# The signals that end a session in order; Windows has no SIGHUP.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

# The signals that have asked this session to end.
_ASKED: list[int] = []


def end_in_order_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the session as Ctrl-C does: finished cases are saved, and no worker survives.

    The exit code is 128 plus the signal's number, unless something can't be saved. A case that hangs is broken off
    after a grace period.
    """

    def end(signum: int, frame: FrameType | None) -> None:
        hurry_up()
        _ASKED.append(signum)
        end_if_asked()

    if threading.current_thread() is threading.main_thread():
        for number in _ENDING:
            signal.signal(number, end)


def end_if_asked() -> None:
    """End the session if a signal has asked for it. Call this between cases, too.

    The exception of the signal's handler is lost where Python ignores exceptions, such as in a finalizer.
    """
    for signum in _ASKED:
        pytest.exit(f"ended by {signal.Signals(signum).name}", returncode=128 + signum)


@contextlib.contextmanager
def no_signal_ends_it() -> Iterator[None]:
    """Ignore SIGTERM and SIGHUP during the block, in which the session ends anyway and saves what it has measured.

    Who asks a session to end may ask again before it has ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.signal(number, lambda signum, frame: None) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def was_interrupted(exit_status: int) -> bool:
    """Return whether Ctrl-C or a signal has ended the session.

    loky may not know of a worker that it was just starting: Python waits until that ends by itself, in five minutes.
    """
    return exit_status == pytest.ExitCode.INTERRUPTED or exit_status > 128


def leave_now(exit_status: int) -> None:
    """End the process without joining its threads: a thread that hangs would never be joined."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)
