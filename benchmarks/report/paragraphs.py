"""Sentences on a terminal, with commands that can be copied as they stand."""

import re

from benchmarks.text.folding import fold
from benchmarks.text.width import WIDTH

_INDENT = "  "

# A word of a shell command, with whatever is quoted in it.
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"(?:\\.|[^"\\])*"|['"])+""")


def paragraph(note: str, width: int = WIDTH) -> list[str]:
    """Return the lines of a note. A command on a line of its own is indented, and continued with backslashes."""
    text, _, command = note.partition("\n")
    return [*fold(text, width), *(_folded(command, width) if command else [])]


def _folded(command: str, width: int) -> list[str]:
    """Return a shell command in lines of at most `width` characters, as far as its words allow."""
    first, *words = _WORD.findall(command)
    lines = [f"{_INDENT}{first}"]
    for word in words:
        # Two more characters for a backslash.
        if len(lines[-1]) + len(word) + 1 > width - 2:
            lines[-1] += " \\"
            lines.append(f"{_INDENT * 2}{word}")
        else:
            lines[-1] += f" {word}"
    return lines
