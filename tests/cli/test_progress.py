"""Progress of the verbs that measure."""

import os
import sys

import pytest

from benchmarks.cli.progress import Teller, tell


class Terminal:
    """A stand-in for stderr on a terminal."""

    def __init__(self):
        self.written = ""

    def isatty(self):
        """Say that it is a terminal."""
        return True

    def fileno(self):
        """Return the descriptor of stderr."""
        return 2

    def write(self, text):
        """Keep the text."""
        self.written += text

    def flush(self):
        """Nothing is buffered."""


@pytest.mark.parametrize(("columns", "shown"), [(40, "x" * 36 + "..."), (0, "x" * 76 + "..."), (300, "x" * 200)])
def test_a_long_line_stays_on_one_row(monkeypatch, columns, shown):
    """A line longer than the terminal is cut, so that erasing one row erases all of it."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    with Teller() as tell:
        tell("x" * 200)
        tell("short")
    assert terminal.written == f"\r\x1b[K{shown}\r\x1b[Kshort\r\x1b[K"


def test_a_log_gets_a_line_now_and_then(capsys):
    """Lines that follow one another quickly are left out of a log."""
    with Teller() as tell:
        tell("first")
        tell("second")
    assert capsys.readouterr().err == "first\n"


def test_a_permanent_line_is_folded_at_blanks(capsys):
    """A hundred columns at most, except for a path, which is not cut."""
    path = "/" + "a-b/" * 40
    tell(f"{'word ' * 30}{path}\n\nlast")
    first, second, third, *rest = capsys.readouterr().err.splitlines()
    assert max(len(first), len(second)) <= 100
    assert (third, rest) == (path, ["", "last"])
