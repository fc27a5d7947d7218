"""Make text from outside safe to print: control characters are escaped, so that no terminal interprets them."""

import re
from typing import Any

# Escape sequences, carriage returns and the like; also the marks that reverse the direction of text.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def unprintable(text: str) -> bool:
    """Whether a terminal would interpret anything in `text`."""
    return not text.isprintable() and UNPRINTABLE.search(text) is not None


def visible(text: object) -> str:
    """Return `text` in one line, with whatever a terminal would interpret escaped."""
    return UNPRINTABLE.sub(lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), str(text))


def escaped(value: Any) -> Any:
    """Return parsed JSON or TOML with every text in it, keys included, made visible. Raises ValueError.

    That is the one rule for text from files: `files.reading` applies it to each document, so that nothing that prints,
    or makes XML, has to think of it. Two keys of an object that become the same are refused.
    """
    if isinstance(value, str):
        return visible(value) if unprintable(value) else value
    if isinstance(value, list):
        return [escaped(item) if isinstance(item, str | list | dict) else item for item in value]
    if isinstance(value, dict):
        result = {escaped(key): escaped(item) for key, item in value.items()}
        if len(result) < len(value):
            raise ValueError("two keys of an object differ in unprintable characters only")
        return result
    return value
