"""Keep measuring and saving when a session's output has no reader or the disk is full."""

import os
import sys
from pathlib import Path
from typing import Any


def replace_closed_streams() -> None:
    """Give this process a stdout and a stderr if it was started without them; pytest flushes both at its end."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends


def survive_broken_output(config: Any, reporter: Any) -> None:
    """Let pytest's terminal reporter continue after a reader has left or a disk is full; the rest is discarded."""
    stream = reporter._tw._file = _Forgiving(reporter._tw._file)
    capture = config.pluginmanager.get_plugin("capturemanager")

    def empty_buffer() -> None:
        # The end of capturing gives stdout its broken file again, and then pytest flushes it, which would raise.
        if capture:
            capture.stop_global_capturing()
        stream.empty()

    config.add_cleanup(empty_buffer)


class _Forgiving:
    """A text stream whose errors are reported once, on stderr, and then ignored."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text, or nothing if an earlier one could not be written."""
        if not self._broken:
            self._attempt(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream, or do nothing if an earlier text could not be written."""
        if not self._broken:
            self.empty()

    def empty(self) -> None:
        """Leave nothing in the stream's buffer, even if an earlier text could not be written."""
        self._attempt(self._stream.flush)

    def _attempt(self, action: Any) -> None:
        try:
            action()
        except OSError as error:
            # What is left in the buffer would fail again at the interpreter's end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            if not (self._broken or isinstance(error, BrokenPipeError) or sys.stderr is None):
                sys.stderr.write(f"error: output: {error.strerror}; the session goes on, and its run is saved\n")
            self._broken = True
