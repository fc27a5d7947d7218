"""What a verb writes while it runs: its progress, on stderr, and in `__main__` its answer."""

import contextlib
import os
import sys
import time
from typing import TextIO

from benchmarks.text.folding import fold_lines

# How often a line is written if stderr is not a terminal.
_EVERY_S = 10.0

# Return to the start of the line and erase it (ECMA-48, "erase in line").
_ERASE = "\r\x1b[K"


class Teller:
    """Show lines of progress: on a terminal each replaces the one before, elsewhere one is written now and then.

    A line is cut to the terminal's width, because a line that wraps could not be erased. The last one is erased at the
    end of the `with` block.
    """

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._last_s = float("-inf")

    def __enter__(self) -> "Teller":
        """Return the object itself."""
        return self

    def __call__(self, line: str) -> None:
        """Show a line."""
        if self._on_terminal:
            write(sys.stderr, f"{_ERASE}{_cut(line, os.get_terminal_size(sys.stderr.fileno()).columns)}")
        elif time.monotonic() - self._last_s >= _EVERY_S:
            self._last_s = time.monotonic()
            write(sys.stderr, f"{line}\n")

    def __exit__(self, *_: object) -> None:
        """Erase the last line."""
        if self._on_terminal:
            write(sys.stderr, _ERASE)


def _cut(line: str, columns: int) -> str:
    """Return what fits; some terminals wrap a line that fills the last column. 0 columns: the width is unknown."""
    width = (columns or 80) - 1
    return line if len(line) <= width else f"{line[: width - 3]}..."


def tell(text: str) -> None:
    """Write permanent lines to stderr, folded at blanks; errors are ignored: there is no other place to report them."""
    tell_as_it_is(fold_lines(text))


def tell_as_it_is(text: str) -> None:
    """Write permanent lines to stderr, for programs and messages with paths in them; errors are ignored."""
    with contextlib.suppress(OSError):
        write(sys.stderr, f"{text}\n")


def write(stream: TextIO, text: str) -> None:
    """Write a text at once. If the stream's reader is gone, as after `head`, the rest is discarded.

    Raises OSError for other errors, such as a full disk.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # What is left in the buffer would fail again at the interpreter's end.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise
