"""Text in UTF-16 or UTF-32, as Windows' PowerShell writes it when output is redirected to a file, read as UTF-8."""

import codecs
from collections.abc import Iterable, Iterator

from benchmarks.errors import Unreadable

# The byte-order marks, and how an object begins in text without one; UTF-32-LE begins as UTF-16-LE does.
_ENCODINGS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    "{".encode("utf-32-le"): "utf-32-le",
    "{".encode("utf-32-be"): "utf-32-be",
    "{".encode("utf-16-le"): "utf-16-le",
    "{".encode("utf-16-be"): "utf-16-be",
}


def as_utf8(pieces: Iterable[bytes], origin: str) -> Iterator[bytes]:
    """Yield pieces of text in UTF-8 where the first bytes say that they are in a wider encoding, else as they are.

    Raises Unreadable for text that is not in that encoding.
    """
    iterator = iter(pieces)
    first = next(iterator, b"")
    encoding = next((name for mark, name in _ENCODINGS.items() if first.startswith(mark)), None)
    if encoding is None:
        yield first
        yield from iterator
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(first).encode()
        for piece in iterator:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise Unreadable(
            f"{origin}: not {encoding.upper()} text, although it begins like it; was it cut off?"
        ) from None
