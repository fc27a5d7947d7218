"""Run files with very many rounds, read in bounded memory.

pytest-benchmark stores every round of a fast function, often 100,000 of them. Judging a case needs a few sums over its
rounds, so a long list of rounds is summarised while the file is read, and the numbers are never in memory together.
"""

import contextlib
import json
import math
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import Unreadable
from benchmarks.files.reading import MOST_BYTES, open_to_read, parse_document, read_pieces
from benchmarks.files.wide_text import as_utf8
from benchmarks.text.printable import visible

# Longer lists are summarised. The suite itself never makes so many rounds.
MOST_ROUNDS = 10_000

# As much of a file is kept before lists of more than that are summarised as well: hundreds of cases that take a
# millisecond have 1,000 rounds each.
_MOST_KEPT, _MOST_ROUNDS_LATER = MOST_BYTES // 2, 100

# Five times what pytest-benchmark writes for nine functions of 10 us, so that reading takes seconds at most.
MOST_FILE_BYTES = 160 * 2**20
_MOST_SUMMARISED = 5_000_000

# `"data": [` outside of a string: inside of one, a quotation mark has a backslash before it.
_BEGIN = re.compile(rb'"data"\s{0,40}:\s{0,40}\[')
_LONGEST_BEGIN = 100

_LONGEST_NUMBER = 10_000

# An indented file has more blanks in a list than digits.
_BLANKS = re.compile(rb",\s+")

_WITHOUT_ROUNDS = "a copy without its rounds is smaller: jq 'del(.benchmarks[].stats.data)'"
_WITHOUT_PARAMS = "a copy without its parameters is smaller: jq 'del(.benchmarks[] | .params, .extra_info)'"

# Larger numbers count as infinite: their sums might overflow.
_LARGEST = 1e100

# What a list of numbers consists of, NaN and Infinity included, which are refused with their case and not here.
_OTHER = re.compile(rb"[^-+0-9.eE,\sNaInfity]")


@dataclass(frozen=True)
class RoundsSummary:
    """What judging needs of a case's rounds. Times are in seconds; `log_mean` is the mean of their logarithms."""

    rounds: int
    mean_s: float
    log_mean: float
    fastest_s: float
    slowest_s: float

    @property
    def geometric_mean_s(self) -> float:
        """The centre of a run's rounds: of the usual ones it varies least from run to run (see docs/figures.md)."""
        return math.exp(self.log_mean)


def summarize_rounds(rounds_s: Sequence[float]) -> RoundsSummary:
    """Return the summary of at least one round."""
    return _Sums().add(rounds_s).summary()


def read_run_document(path: Path) -> dict[str, Any]:
    """Return the JSON object in a run file.

    A list of more than MOST_ROUNDS rounds, and of fewer in a large file, has one RoundsSummary in it instead. Numbers
    may be infinite or NaN. Raises Unreadable, also for a file above MOST_FILE_BYTES, or if more than MOST_BYTES are
    left of it without those lists.
    """
    origin = visible(path)
    descriptor = open_to_read(path)
    try:
        if (size := os.fstat(descriptor).st_size) > MOST_FILE_BYTES:
            raise Unreadable(f"{origin}: {size:,} bytes; a run file has at most {MOST_FILE_BYTES:,}; {_WITHOUT_ROUNDS}")
        reader = _Reader(origin)
        for piece in as_utf8(read_pieces(descriptor, origin, MOST_FILE_BYTES), origin):
            reader.feed(piece)
        content = reader.finish()
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    return parse_document(content, origin, finite=False, replacements=reader.replacements)


class _Sums:
    """Sums over rounds that come in parts."""

    def __init__(self) -> None:
        self.rounds = 0
        self._sums: list[float] = []
        self._log_sums: list[float] = []
        self._fastest_s, self._slowest_s = math.inf, -math.inf

    def add(self, rounds_s: Sequence[float]) -> "_Sums":
        """Add some rounds. Raises ValueError for none, which means two adjacent commas."""
        if not rounds_s:
            raise ValueError("no rounds")
        self.rounds += len(rounds_s)
        if not all(abs(value) < _LARGEST for value in rounds_s):
            # Infinity, not NaN: no later round is below or above it.
            self._fastest_s, self._slowest_s = -math.inf, math.inf
            return self
        self._sums.append(math.fsum(rounds_s))
        self._fastest_s = min(self._fastest_s, *rounds_s)
        self._slowest_s = max(self._slowest_s, *rounds_s)
        self._log_sums.append(math.fsum(map(math.log, rounds_s)) if min(rounds_s) > 0 else math.nan)
        return self

    def summary(self) -> RoundsSummary:
        """Return the summary of all rounds."""
        mean_s, log_mean = math.fsum(self._sums) / self.rounds, math.fsum(self._log_sums) / self.rounds
        return RoundsSummary(self.rounds, mean_s, log_mean, self._fastest_s, self._slowest_s)


class _Reader:
    """A run file that comes in pieces: its content with long lists of rounds cut out.

    A list that was cut out has one object left in it, whose only key is random, so that no file can contain one.
    `replacements` holds the summaries by these keys.
    """

    def __init__(self, origin: str) -> None:
        self.replacements: dict[str, RoundsSummary] = {}
        self._origin = origin
        self._content = bytearray()
        self._rest = b""
        self._list: _List | None = None
        self._summarised = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        text, at, self._rest = self._rest + piece, 0, b""
        while at < len(text):
            if self._list is None:
                if not (begin := _BEGIN.search(text, at)):
                    # The rest may be the first half of a match.
                    cut = max(at, len(text) - _LONGEST_BEGIN)
                    self._keep(text[at:cut])
                    self._rest = text[cut:]
                    return
                self._keep(text[at : begin.end() - 1])
                at = begin.end()
                most_kept = MOST_ROUNDS if len(self._content) < _MOST_KEPT else _MOST_ROUNDS_LATER
                self._list = _List(self._origin, most_kept, _MOST_SUMMARISED - self._summarised)
            elif end := _OTHER.search(text, at):
                self._list.feed(text[at : end.start()])
                self._end_list(closed=end.group() == b"]")
                at = end.end()
                self._keep(end.group())
            else:
                self._list.feed(text[at:])
                at = len(text)

    def finish(self) -> bytes:
        """Return the content. The bytes of a file that was cut off are not complete, and the parser says so."""
        if self._list:
            self._end_list(closed=False)
        self._keep(self._rest)
        return bytes(self._content)

    def _end_list(self, closed: bool) -> None:
        assert self._list is not None
        items, self._list = self._list, None
        self._keep(b"[")
        if summary := items.finish(closed):
            self._summarised += summary.rounds
            key = uuid.uuid4().hex
            self.replacements[key] = summary
            self._keep(f'{{"{key}": null}}'.encode())
            # What follows numbers, such as text among the items of a parameter, is the parser's business.
            self._keep(b"" if closed else b"," + items.text)
        else:
            self._keep(_BLANKS.sub(b",", items.text))

    def _keep(self, text: bytes) -> None:
        self._content += text
        if len(self._content) > MOST_BYTES:
            raise Unreadable(
                f"{self._origin}: more than {MOST_BYTES:,} bytes beside long lists of rounds; {_WITHOUT_PARAMS}"
            )


class _List:
    """The numbers of one list: kept as text while they are few, summed up as soon as they are many."""

    def __init__(self, origin: str, most_kept: int, most: int) -> None:
        self.text = b""
        self._origin = origin
        self._most_kept = most_kept
        self._most = most
        self._sums: _Sums | None = None

    def feed(self, text: bytes) -> None:
        """Take the next part of the list."""
        self.text += text
        if self._sums is None and self.text.count(b",") < self._most_kept:
            if len(self.text) > MOST_BYTES:
                raise Unreadable(f"{self._origin}: {len(self.text):,} bytes for few rounds; was the file damaged?")
            return
        self._sums = self._sums or _Sums()
        # The last number may continue in the next part.
        numbers, comma, self.text = self.text.rpartition(b",")
        if comma:
            self._add(numbers)
        if len(self.text) > _LONGEST_NUMBER:
            raise Unreadable(f"{self._origin}: {len(self.text):,} bytes for one round; was the file damaged?")

    def finish(self, closed: bool) -> RoundsSummary | None:
        """Return the summary of many numbers, or None for few, which `text` has.

        If the list is not closed behind them, `text` has what stands behind the last comma.
        """
        if self._sums is None:
            return None
        if closed:
            self._add(self.text)
        return self._sums.summary()

    def _add(self, numbers: bytes) -> None:
        assert self._sums is not None
        try:
            self._sums.add([_float(value) for value in json.loads(b"[" + numbers + b"]")])
        except ValueError:
            raise Unreadable(f"{self._origin}: not JSON: a list of rounds is malformed; was it edited?") from None
        if self._sums.rounds > self._most:
            raise Unreadable(f"{self._origin}: more than {_MOST_SUMMARISED:,} rounds; {_WITHOUT_ROUNDS}")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf
