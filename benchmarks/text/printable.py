"""Make text from outside safe to print: control characters are escaped, never obeyed by a terminal."""

import re

# Escape sequences, carriage returns and the like; also the marks that turn the direction of text round.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def unprintable(text: str) -> bool:
    """Whether there is anything in `text` that a terminal would obey."""
    return not text.isprintable() and UNPRINTABLE.search(text) is not None


def visible(text: object) -> str:
    """`text` in one line, with whatever a terminal would obey spelled out."""
    return UNPRINTABLE.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode(), str(text))
