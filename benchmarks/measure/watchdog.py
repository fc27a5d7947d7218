"""The watchdog: ends the workers of a session that was killed.

This is a script with a process of its own (see `children.watch`). It waits for the end of its standard input, which
comes when the session ends. Then it kills every process that has the session's mark in its environment: loky's workers
would otherwise wait for five minutes. Resource trackers are left alone: they clean up after the workers and then end.
"""

import os
import signal
import sys
import time
from pathlib import Path

_ROUNDS = 20
_PAUSE_S = 0.1


def marked(mark: bytes) -> list[int]:
    """Return the ids of this user's other processes that carry `mark`, except for resource trackers."""
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                carries = mark in (entry / "environ").read_bytes().split(b"\0")
                if carries and b"resource_tracker" not in (entry / "cmdline").read_bytes():
                    pids.append(int(entry.name))
            except OSError:
                continue
    return pids


def main(mark: bytes) -> None:
    """Wait for the session's end, then kill repeatedly: a dying pool may still start a worker."""
    # Whoever ends what a killed session has left behind must not end this process before its work.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    for _ in range(_ROUNDS):
        pids = marked(mark)
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
