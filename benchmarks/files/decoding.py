"""Typed decoding: a document from outside becomes a value whose every field has been checked.

The types say what is allowed (msgspec structs and dataclasses, bounds by `msgspec.Meta`); this module turns a refusal
into one line that names the file, the place in the document, what was found there and what was expected.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from benchmarks.errors import Unreadable
from benchmarks.text.printable import visible

T = TypeVar("T")

_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_LONGEST_VALUE = 60
_LONGEST_REFUSAL = 400


def decode_versioned(document: Mapping[str, Any], kind: type[T], version: int, origin: str) -> T:
    """Return the document as a value of `kind` if its `format` is `version`. Raises Unreadable."""
    content = dict(document)
    if (stated := content.pop("format", None)) != version or isinstance(stated, bool):
        raise Unreadable(f"{origin}: format {excerpt(stated)}; expected {version}: use the version that wrote it")
    return convert(content, kind, origin)


def convert(document: object, kind: type[T], origin: str) -> T:
    """Return the document as a value of `kind`. Raises Unreadable, naming `origin` and the first wrong value.

    No conversions are made between kinds of values.
    """
    try:
        return msgspec.convert(document, kind, strict=True)
    except msgspec.ValidationError as error:
        refusal = _refusal(document, str(error))  # with a key's name in it, which may be as long as the file
        raise Unreadable(f"{origin}: {refusal[:_LONGEST_REFUSAL]}") from None
    except UnicodeEncodeError as error:
        raise Unreadable(f"{origin}: {excerpt(error.object)} has half of a surrogate pair; expected text") from None


def excerpt(value: object) -> str:
    """Return a value in a few printable characters; the digits of a huge integer would take forever."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a huge number"
    text = visible(repr(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _refusal(document: object, message: str) -> str:
    """Return msgspec's message with the value that it is about, such as `stats.rounds is 0; expected `int` >= 1`."""
    said, at, path = message.partition(" - at `$")
    said = said[:1].lower() + said[1:]
    if not at:
        return said
    path = path.rstrip("`")
    field = path.lstrip(".")
    if "missing required field" in said:
        return f"{field}: {said}"
    try:
        return f"{field} is {excerpt(_value_at(document, path))}; {said}"
    except (KeyError, IndexError, TypeError):
        return f"{field}: {said}"


def _value_at(document: Any, path: str) -> object:
    """Return the value at a path of msgspec's, such as `.cases[0].scale`. Raises KeyError, IndexError, TypeError."""
    if "".join(match.group() for match in _STEP.finditer(path)) != path:
        raise KeyError(path)  # through the values of an object whose keys msgspec does not name
    for key, index in _STEP.findall(path):
        document = document[key] if key else document[int(index)]
    return document
