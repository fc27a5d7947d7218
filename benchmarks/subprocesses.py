"""The processes that a verb starts: none of them outlives it, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

_RUNNING: "set[subprocess.Popen[bytes]]" = set()


@contextmanager
def registered(command: Sequence[str], folder: Path, **options: Any) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a process in `folder`; during the block it is one of those that `kill_all` kills.

    `options` are those of `subprocess.Popen`. The kernel tells it to end if this process is killed (Linux). Ending it
    otherwise is the caller's task.
    """
    parent = os.getpid()
    process = subprocess.Popen(  # noqa: S603 - a session of this suite
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        # No thread of a verb runs at that time, which could hold a lock of the child's.
        preexec_fn=None if _LIBC is None else lambda: end_with_parent(parent, signal.SIGTERM),
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


def end_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent, whose id is `parent`, ends (Linux only)."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, number)
    # The kernel sends no signal if the parent was killed before the line above.
    if os.getppid() != parent:
        os._exit(1)
