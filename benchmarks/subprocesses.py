"""The processes that the suite starts for itself: none of them outlives the process that started it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# Ids of processes that a session has started for itself: they are no workers, and their resources are not a case's.
SUITE_PROCESSES: set[int] = set()

_RUNNING: "set[subprocess.Popen[bytes]]" = set()


@contextmanager
def registered(command: Sequence[str], folder: Path, **options: Any) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a process in `folder`; during the block it is one of those that `kill_all` kills.

    `options` are those of `subprocess.Popen`. The kernel tells it to end if this process is killed (Linux). Ending it
    otherwise is the caller's task.
    """
    process = subprocess.Popen(  # noqa: S603 - a session of this suite
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        # No thread of a verb runs at that time, which could hold a lock of the child's.
        preexec_fn=before_exec(signal.SIGTERM),
        **options,
    )
    _RUNNING.add(process)
    try:
        yield process
    finally:
        _RUNNING.discard(process)


def kill_all() -> None:
    """Kill the processes that are registered now; their workers end with them."""
    for process in list(_RUNNING):
        process.kill()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that the processes it started are ended as well.

    A second signal kills them at once without interrupting the end of the block, which ends them.
    """
    signals = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal signals
        signals += 1
        if signals > 1:
            kill_all()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            raise SystemExit(128 + number)

    # Windows has no SIGHUP. A job in a shell's background ignores SIGINT, and goes on ignoring it.
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers += [signal.SIGINT] if signal.getsignal(signal.SIGINT) is signal.default_int_handler else []
    handlers = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        # After a signal the process is about to exit; another one must not change its exit code.
        for number, handler in handlers.items() if not signals else ():
            signal.signal(number, handler)


def before_exec(number: int) -> Callable[[], None] | None:
    """Return Popen's `preexec_fn` for a process that gets a signal when this one ends; None where there is no such."""
    parent = os.getpid()
    return None if _LIBC is None else lambda: end_with_parent(parent, number)


def end_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent, whose id is `parent`, ends (Linux only)."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, number)
    # The kernel sends no signal if the parent was killed before the line above.
    if os.getppid() != parent:
        os._exit(1)
