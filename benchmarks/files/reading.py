"""Reads JSON from strangers: in bounded time and memory, and with every refusal in one line.

A run file may come from a fork's pull request or from a restored cache. Nothing in it is executed; what can't be a run
file is refused before it is parsed, because the parser's memory grows with what a file says, not with what it weighs.
"""

import contextlib
import itertools
import json
import os
import stat
from pathlib import Path
from typing import Any

from benchmarks.errors import Unreadable
from benchmarks.text.printable import visible

# A run of 1,000 cases with 500 rounds each is about 13 MB. Text takes up to 4 bytes a character once it is decoded.
MOST_BYTES = 16 * 2**20

# Python needs 50-100 bytes for each of these, whatever little they weigh in the file: with these bounds a file can't
# take more than 300 MB. A run of 1,000 cases has about 10,000, 60,000 and 600,000 of them.
_MOST = {"[": 200_000, "{": 200_000, '"': 1_000_000, ",": 2_000_000}


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of an ordinary file; raises Unreadable for links, pipes, folders, and more than `most` bytes."""
    try:
        # O_NONBLOCK: opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = "a symbolic link; expected the run file itself" if path.is_symlink() else error.strerror
        raise Unreadable(f"{visible(path)}: {why}") from None
    except ValueError as error:
        raise Unreadable(f"{visible(path)}: {error}") from None
    try:
        return read_open(descriptor, visible(path), most)
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def read_open(descriptor: int, origin: str, most: int = MOST_BYTES) -> bytes:
    """As `read_bytes`, of a file that is open and stays open."""
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        raise Unreadable(f"{origin}: not an ordinary file")
    if facts.st_size > most:
        raise Unreadable(f"{origin}: {facts.st_size:,} bytes; a run file has at most {most:,}")
    try:
        # One read may give less than there is; a file that grows meanwhile is cut off.
        pieces = iter(lambda: os.read(descriptor, 2**20), b"")
        return b"".join(itertools.islice(pieces, most // 2**20 + 1))
    except OSError as error:
        raise Unreadable(f"{origin}: {error.strerror}") from None


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object in a file; raises Unreadable."""
    return parse_document(read_bytes(path), visible(path))


def parse_document(content: bytes, origin: str) -> dict[str, Any]:
    """The JSON object in `content`, which came from `origin`; raises Unreadable.

    Stricter than JSON's own readers: finite numbers only, no key twice.
    """
    for sign, most in _MOST.items():
        if (count := content.count(sign.encode())) > most:
            raise Unreadable(f"{origin}: {count:,} times {sign}; a run file has at most {most:,}")
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_distinct)
        # Finds a number that is too large for a float (1e999), at a third of what looking at each number costs.
        json.dumps(document, allow_nan=False)
    except RecursionError:
        raise Unreadable(f"{origin}: nested too deeply for a run file") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{origin}: not UTF-8 text at byte {error.start}") from None
    except json.JSONDecodeError as error:
        what = "empty" if not content.strip() else f"not JSON: {error.msg} at line {error.lineno}"
        raise Unreadable(f"{origin}: {what}; was it cut off?") from None
    except ValueError as error:
        beyond = any(words in str(error) for words in ("JSON compliant", "integer string conversion"))
        why = "a number is out of range; expected finite numbers" if beyond else error
        raise Unreadable(f"{origin}: {why}") from None
    if not isinstance(document, dict):
        raise Unreadable(f"{origin}: a JSON {type(document).__name__}; expected an object")
    return document


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number JSON knows; expected finite numbers")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{visible(twice)[:60]}' stands twice in one object")
    return result
