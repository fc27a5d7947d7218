"""Ends the workers of a session that was killed.

Run as a script, in a process of its own (see `children.watch`). It sleeps on its standard input; when the session is
gone the input ends, and every process that carries the session's mark in its environment is killed: loky's workers
would otherwise wait five minutes. Resource trackers are spared: they remove what the workers leave, and end then.
"""

import os
import signal
import sys
import time
from pathlib import Path

_ROUNDS = 20
_PAUSE_S = 0.1


def marked(mark: bytes) -> list[int]:
    """Ids of the other processes of this user that carry `mark`, resource trackers excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                carries = mark in (entry / "environ").read_bytes().split(b"\0")
                if carries and b"resource_tracker" not in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def main(mark: bytes) -> None:
    """Wait for the session's end, then kill until nothing is left; a dying pool may still start a worker."""
    sys.stdin.buffer.read()
    for _ in range(_ROUNDS):
        left = marked(mark)
        if not left:
            return
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
