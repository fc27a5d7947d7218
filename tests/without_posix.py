"""`python tests/without_posix.py VERB ...`: the verbs as on a system without POSIX, as far as that can be simulated.

There are no fork, no fcntl, no resource, no SIGHUP or SIGALRM, no flags such as O_NOFOLLOW, no affinity, and no /proc
or /sys. Windows' lock is one of ours, on a byte that is checked.
"""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

MISSING_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC")
MISSING_CALLS = ("fork", "forkpty", "register_at_fork", "sched_getaffinity", "sched_setaffinity", "killpg", "getuid")
MISSING_SIGNALS = ("SIGHUP", "SIGALRM", "SIGCHLD", "setitimer", "pthread_sigmask")


def remove_posix():
    """Remove what Windows does not have from this process's modules."""
    import fcntl

    def locking(descriptor, mode, count):
        place = os.lseek(descriptor, 0, os.SEEK_CUR)
        assert place > os.fstat(descriptor).st_size, "a lock on a byte of the file forbids others to read it"
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, count, place)

    windows = ModuleType("msvcrt")
    windows.LK_NBLCK, windows.locking = 2, locking
    sys.modules |= {"msvcrt": windows, "fcntl": None, "resource": None}
    for module, names in ((os, (*MISSING_FLAGS, *MISSING_CALLS)), (signal, MISSING_SIGNALS)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    read_text = Path.read_text

    def without_proc(self, *args, **options):
        if self.parts[:2] in (("/", "proc"), ("/", "sys")):
            raise FileNotFoundError(2, "No such file or directory", str(self))
        return read_text(self, *args, **options)

    Path.read_text = without_proc
    multiprocessing.set_start_method("spawn")


if __name__ == "__main__":
    # The libraries' own use of these modules has its own checks, but not at import time when the platform is Linux.
    import asyncio  # noqa: F401
    import concurrent.futures.process  # noqa: F401
    import subprocess  # noqa: F401

    sys.path.insert(0, str(Path(__file__).parents[1]))
    remove_posix()
    from benchmarks.__main__ import main

    sys.exit(main(sys.argv[1:]))
