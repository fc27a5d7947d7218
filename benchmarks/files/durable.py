"""Atomic, durable writes."""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.errors import StoreTrouble
from benchmarks.files.system import LOCK, NEW, sync_folder, try_lock

# The store's lock is held only while a file is written.
LOCK_TIMEOUT_S = 30.0


def make_folder(root: Path, *parts: str) -> Path:
    """The folder `root/parts...`, made where it is missing.

    Raises StoreTrouble where a part is a symbolic link: what is written would lie outside of the store.
    """
    path = root
    try:
        path.mkdir(parents=True, exist_ok=True)
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise StoreTrouble(
                    f"{path}: a symbolic link; the store only writes to its own folders: remove the link"
                )
            if not path.is_dir():
                path.mkdir(exist_ok=True)
                share(path, path.parent)
                sync_folder(path.parent)
    except OSError as error:
        raise trouble(path, error) from None
    return path


def write(path: Path, content: bytes, through: Path) -> None:
    """Write a file atomically and durably, through the temporary file `through` on the same file system.

    An existing file is replaced. Raises StoreTrouble, and then `path` is what it was before.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            through.unlink()
        try:
            descriptor = os.open(through, os.O_WRONLY | NEW, 0o666)
            try:
                share(descriptor, path.parent)
                write_all(descriptor, content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            through.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                through.unlink()
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise trouble(path, error) from None


def share(new: int | Path, folder: Path) -> None:
    """Let everybody who may read or write a folder read or write a new file or folder in it, whatever the umask is.

    Otherwise colleagues could not read the runs of somebody with umask 077 in a history that they share. In a folder
    for everybody's own files (`/tmp`) permissions stay as they are.
    """
    with contextlib.suppress(OSError):
        wanted, now = folder.stat().st_mode, os.stat(new).st_mode  # noqa: PTH116 - or a descriptor
        added = wanted & (0o777 if stat.S_ISDIR(now) else 0o666)
        if not wanted & stat.S_ISVTX and added & ~now:
            os.chmod(new, stat.S_IMODE(now) | added)  # noqa: PTH101 - or a descriptor


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a write may take fewer than it was given."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


@contextlib.contextmanager
def locked(path: Path, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
    """Hold the lock file `path`; the kernel releases it when this process ends. Raises StoreTrouble."""
    try:
        descriptor = os.open(path, LOCK, 0o666)
    except OSError as error:
        raise trouble(path, error) from None
    share(descriptor, path.parent)
    try:
        end = time.monotonic() + timeout_s
        while not try_lock(descriptor):
            if time.monotonic() > end:
                raise StoreTrouble(
                    f"{path}: another process has held the store's lock for {timeout_s:g} s; find it with "
                    "`fuser` and end it"
                )
            time.sleep(0.01)
        yield
    finally:
        # A failing disk may report an error here, but the data is already synced.
        with contextlib.suppress(OSError):
            os.close(descriptor)


def trouble(path: Path, error: OSError) -> StoreTrouble:
    """Return the one-line message for an error of the operating system."""
    return StoreTrouble(f"{path}: {error.strerror or error}; the store must be a writable folder with free space")
