"""Folding sentences into lines."""

import textwrap

from benchmarks.text.width import WIDTH


def fold(sentence: str, width: int = WIDTH) -> list[str]:
    """Return a sentence in lines of at most `width` characters, folded at blanks.

    A path or a command that was cut at a hyphen could not be copied; one that is longer than a line stays whole.
    """
    return textwrap.wrap(sentence, width, break_long_words=False, break_on_hyphens=False)


def fold_lines(text: str) -> str:
    """Return a text with each of its lines folded; empty lines stay."""
    return "\n".join("\n".join(fold(line)) for line in text.split("\n"))
