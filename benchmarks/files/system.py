"""Flags of `os.open` and file locks, also on Windows, which lacks some of them.

The store opens files by descriptor, so that what is checked (an ordinary file, no link) is what is read.
"""

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)

# A named pipe would wait for a writer. On Windows, text would change its line ends.
_ALWAYS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | NOFOLLOW
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _ALWAYS
READ_WRITE = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | _ALWAYS
APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | _ALWAYS
LOCK = os.O_RDWR | os.O_CREAT | _ALWAYS
NEW = os.O_CREAT | os.O_EXCL | _ALWAYS

# Windows locks bytes against reading as well: one beyond the end of any file.
_LOCKED_BYTE = 2**40


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file if no other process has it.

    A POSIX lock: forked workers do not inherit it, and it goes when this process closes any descriptor of the file.
    """
    try:
        if fcntl is not None:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            _lock_byte(descriptor)
    except OSError:
        return False
    return True


def _lock_byte(descriptor: int) -> None:
    import msvcrt

    offset = os.lseek(descriptor, 0, os.SEEK_CUR)
    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    finally:
        os.lseek(descriptor, offset, os.SEEK_SET)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk, not only the files. Windows does that by itself, and opens no folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
