"""Progress of a verb that measures through a session: one line on a terminal, a line now and then elsewhere."""

import sys
import time

# Elsewhere than on a terminal.
_EVERY_S = 10.0


class Teller:
    """Called with a line of progress; on a terminal the last one is taken away at the end."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last_s = float("-inf")

    def __enter__(self) -> "Teller":
        """Begin."""
        return self

    def __call__(self, line: str) -> None:
        """Show a line."""
        if self._live:
            sys.stderr.write(f"\r{line:<60}")
        elif time.monotonic() - self._last_s >= _EVERY_S:
            self._last_s = time.monotonic()
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        """End."""
        if self._live:
            sys.stderr.write(f"\r{'':<60}\r")
            sys.stderr.flush()


def tell(line: str) -> None:
    """Write a line of progress that stays, to stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
