"""Read untrusted JSON and TOML in bounded time and memory, with printable text and one-line errors.

A run file may come from a fork's pull request or from a restored cache. Nothing in it is executed; what can't be a run
file is refused before it is parsed, because the parser's memory grows with a file's content, not with its size.
"""

import codecs
import contextlib
import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any

from benchmarks.errors import NoAccess, Unreadable
from benchmarks.files.system import NOFOLLOW, READ
from benchmarks.text.printable import UNPRINTABLE, escaped, visible

# A run of 1,000 cases with 500 rounds each is about 13 MB. Text takes up to 4 bytes a character once it is decoded.
MOST_BYTES = 16 * 2**20

# Without these signs a document has no text that `text.printable.escaped` would change, and most have none.
_MAYBE_UNPRINTABLE = re.compile(rf"\\[bfnrtu]|(?=[^\n\r\t]){UNPRINTABLE.pattern}")

# Python needs 50-100 bytes for each of these, however small they are in the file: with these bounds a file can't
# take more than 300 MB. A run of 1,000 cases has about 10,000, 60,000 and 600,000 of them.
_MOST = {"[": 200_000, "{": 200_000, '"': 1_000_000, ",": 2_000_000}


# What a JSON document may be instead of an object; else it is a number.
_KINDS = {list: "a list", str: "a string", bool: "true or false", NoneType: "null"}

# Other kinds of files that users take for run files, by their first bytes.
_OTHER_KINDS = {
    b"\x1f\x8b": "; it is compressed: unpack it first (gunzip)",
    b"BZh": "; it is compressed: unpack it first (bunzip2)",
    b"\xfd7zXZ\x00": "; it is compressed: unpack it first (unxz)",
    b"\x28\xb5\x2f\xfd": "; it is compressed: unpack it first (unzstd)",
    b"PK\x03\x04": "; it is a zip archive: unpack it first",
    b"version https://git-lfs": "; it is a pointer of Git LFS: get the file itself with `git lfs pull`",
    b"<<<<<<<": "; it contains merge conflict markers: choose one side",
    b"<": "; it is HTML or XML: was a page saved instead of the file?",
}


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of an ordinary file. Raises Unreadable for links, pipes, folders, and more than `most` bytes."""
    descriptor = open_to_read(path)
    try:
        return read_open(descriptor, visible(path), most)
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def open_to_read(path: Path) -> int:
    """Return the descriptor of a file, which may still be a pipe or a folder. Raises Unreadable for links."""
    try:
        if not NOFOLLOW and path.is_symlink():
            raise _link(path)
        return os.open(path, READ)
    except OSError as error:
        if path.is_symlink():
            raise _link(path) from None
        # A socket can't be opened at all, which is not a question of permissions.
        kind = Unreadable if error.errno == errno.ENXIO else NoAccess
        raise kind(f"{visible(path)}: {error.strerror}") from None
    except ValueError as error:
        raise Unreadable(f"{visible(path)}: {error}") from None


def _link(path: Path) -> Unreadable:
    return Unreadable(f"{visible(path)}: a symbolic link; expected the run file itself")


def read_open(descriptor: int, origin: str, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file that is open and stays open. Raises Unreadable as `read_bytes` does."""
    return b"".join(read_pieces(descriptor, origin, most))


def read_pieces(descriptor: int, origin: str, most: int) -> Iterator[bytes]:
    """Yield the bytes of an ordinary file in pieces of up to a MiB. Raises Unreadable.

    A file that grows meanwhile is cut off.
    """
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable(f"{origin}: not an ordinary file")
        if facts.st_size > most:
            raise Unreadable(f"{origin}: {facts.st_size:,} bytes; a run file has at most {most:,}")
        for _ in range(most // 2**20 + 1):
            if not (piece := os.read(descriptor, 2**20)):
                return
            yield piece
    except OSError as error:
        raise NoAccess(f"{origin}: {error.strerror}") from None


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object in a file; raises Unreadable."""
    return parse_document(read_bytes(path), visible(path))


def parse_document(
    content: bytes, origin: str, *, finite: bool = True, replacements: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the JSON object in `content`, which came from `origin`. Raises Unreadable.

    Stricter than JSON's own readers: no key twice, and finite numbers only unless `finite` is False. A byte-order mark
    is skipped, and unprintable text is escaped. An object whose only key is in `replacements` becomes the value there.
    """
    _refuse_many(content, origin)
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        document = json.loads(
            text,
            parse_constant=_refuse_constant if finite else float,
            object_pairs_hook=partial(_object, replacements=replacements or {}),
        )
        if _MAYBE_UNPRINTABLE.search(text):
            document = escaped(document)
        if finite:
            # Finds a number that is too large for a float (1e999), at a third of what looking at each number costs.
            json.dumps(document, allow_nan=False)
    except RecursionError:
        raise Unreadable(f"{origin}: nested too deeply for a run file") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{origin}: not UTF-8 text at byte {error.start}{_other_kind(content)}") from None
    except json.JSONDecodeError as error:
        what = "empty" if not content.strip() else f"not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}"
        raise Unreadable(f"{origin}: {what}{_other_kind(content) or _guess(error, content)}") from None
    except ValueError as error:
        raise Unreadable(f"{origin}: {_refusal(error)}") from None
    if not isinstance(document, dict):
        raise Unreadable(f"{origin}: {_KINDS.get(type(document), 'a number')}; expected a JSON object")
    return document


def _other_kind(content: bytes) -> str:
    """Return what a file is that is no JSON, and what to do, by how it begins; empty if that is not known."""
    return next((text for start, text in _OTHER_KINDS.items() if content.startswith(start)), "")


def _guess(error: json.JSONDecodeError, content: bytes) -> str:
    begins_with_text = b"{" in content and not content.lstrip().startswith(b"{")
    if error.msg == "Extra data" and error.doc.startswith("{", error.pos):
        return "; are several files in one? Split it, and name the files separated by commas"
    if error.msg == "Extra data" or begins_with_text:
        return "; was other output written to the same file?"
    ends_early = error.msg.startswith("Unterminated string") or not error.doc[error.pos :].strip()
    return "; was it cut off?" if ends_early else "; was it edited, or not written by pytest-benchmark?"


def read_toml(path: Path, most: int) -> dict[str, Any]:
    """Return the tables of a TOML file of up to `most` bytes, unprintable text escaped. Raises Unreadable."""
    try:
        content = read_bytes(path, most).removeprefix(codecs.BOM_UTF8)
        document: dict[str, Any] = escaped(tomllib.loads(content.decode()))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{visible(path)}: not TOML: {visible(error)}") from None
    return document


def _refuse_many(content: bytes, origin: str) -> None:
    for sign, most in _MOST.items():
        if (count := content.count(sign.encode())) > most:
            raise Unreadable(f"{origin}: {count:,} times {sign}; a run file has at most {most:,}")


def _refusal(error: ValueError) -> str:
    beyond = any(words in str(error) for words in ("JSON compliant", "integer string conversion"))
    return "a number is out of range; expected finite numbers" if beyond else str(error)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number; expected finite numbers")


def _object(pairs: list[tuple[str, Any]], replacements: Mapping[str, Any]) -> Any:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys: set[str] = set()
        twice = next(key for key, _ in pairs if key in keys or keys.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{visible(twice)[:60]}' occurs twice in one object")
    return replacements[pairs[0][0]] if len(pairs) == 1 and pairs[0][0] in replacements else result
