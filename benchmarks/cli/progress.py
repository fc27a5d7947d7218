"""Progress of a verb that measures, on stderr."""

import os
import sys
import time

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
            sys.stderr.write(f"{_ERASE}{_cut(line, os.get_terminal_size(sys.stderr.fileno()).columns)}")
        elif time.monotonic() - self._last_s >= _EVERY_S:
            self._last_s = time.monotonic()
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        """Erase the last line."""
        if self._on_terminal:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()


def _cut(line: str, columns: int) -> str:
    """Return what fits; some terminals wrap a line that fills the last column. 0 columns: the width is unknown."""
    width = (columns or 80) - 1
    return line if len(line) <= width else f"{line[: width - 3]}..."


def tell(line: str) -> None:
    """Write a line of progress that stays."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
