"""Temporary folders that are removed even if the process that made them is killed."""

import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from benchmarks.files import remover
from benchmarks.subprocesses import SUITE_PROCESSES


class TemporaryFolder:
    """A folder in the system's temporary folder, or in `parent`, until `close`.

    A process of its own removes it as soon as nobody holds the descriptor `alive` any more. A child process that writes
    to the folder needs the descriptor as well (`pass_fds`), so that the folder is not removed while it writes.
    """

    def __init__(self, prefix: str, parent: str | None = None) -> None:
        self.path = Path(parent or tempfile.gettempdir(), f"{prefix}{secrets.token_hex(6)}")
        # Started before the folder is there: at no moment does a kill leave the folder behind.
        self._remover = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", remover.__file__, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # What ends a process group (Ctrl-C, a closed terminal) must not end it.
            start_new_session=True,
        )
        SUITE_PROCESSES.add(self._remover.pid)
        try:
            self.path.mkdir(mode=0o700)
        except OSError:
            self.close()
            raise

    @property
    def alive(self) -> int:
        """The descriptor that keeps the folder."""
        assert self._remover.stdin is not None
        return self._remover.stdin.fileno()

    def close(self) -> None:
        """Remove the folder. A process that a task has left running may hold the descriptor, and is not waited for."""
        remover.remove(self.path)
        SUITE_PROCESSES.discard(self._remover.pid)
        self._remover.kill()
        self._remover.communicate()

    def __enter__(self) -> "TemporaryFolder":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
