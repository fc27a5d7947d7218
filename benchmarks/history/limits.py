"""The limits file (TOML): what a case may cost, by pattern, the last match counting.

[[limit]]
match = "loky-*"
max_slowdown = "3%"
max_time = "20ms"
max_pss = "500MB"
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmarks.history.errors import Unreadable
from benchmarks.history.reading import read_bytes, visible

_SIZES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "kiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30}
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
_MOST_BYTES = 2**20


@dataclass(frozen=True)
class Limit:
    """One entry; None where it sets no limit.

    `max_slowdown` is a fraction (0.03 is 3 %), `max_time_s` in seconds, `max_pss_bytes` of a case's process tree.
    """

    match: str
    max_slowdown: float | None
    max_time_s: float | None
    max_pss_bytes: float | None

    def fits(self, names: Iterable[str | None]) -> bool:
        """Whether the pattern (as in a shell) matches one of a case's names."""
        return any(name is not None and fnmatchcase(name, self.match) for name in names)


def read_limits(path: Path) -> tuple[Limit, ...]:
    """The entries of a limits file; raises Unreadable, naming entry, key, value and what was expected."""
    origin = visible(path)
    try:
        document = tomllib.loads(read_bytes(path, _MOST_BYTES).decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{origin}: not TOML: {error}") from None
    entries = document.pop("limit", None)
    if document or not isinstance(entries, list) or not entries:
        extra = f" and not '{visible(next(iter(document)))}'" if document else ""
        raise Unreadable(f"{origin}: expected [[limit]] entries{extra}")
    return tuple(_limit(entry, f"{origin}: [[limit]] {place}") for place, entry in enumerate(entries, 1))


def unmatched(limits: Iterable[Limit], cases: Iterable[Iterable[str | None]]) -> list[str]:
    """The patterns that match no case: mistyped, or about a case that is gone."""
    names = [tuple(case) for case in cases]
    return [limit.match for limit in limits if not any(limit.fits(case) for case in names)]


def limit_of(limits: Iterable[Limit], names: Iterable[str | None]) -> Limit:
    """What holds for a case: for each key the last entry that matches and sets it."""
    names = tuple(names)
    found: dict[str, float | None] = dict.fromkeys(name for name, _ in _KEYS.values())
    for limit in limits:
        if limit.fits(names):
            found |= {name: value for name in found if (value := getattr(limit, name)) is not None}
    return Limit("", **found)


def parse_percent(text: object) -> float:
    """`5%` as 0.05; raises ValueError with what was expected."""
    match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*%\s*", text, re.ASCII) if isinstance(text, str) else None
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a percentage above 0, such as 5% or 2.5%")
    return float(match[1]) / 100


def parse_span(text: str) -> float:
    """`10m`, `90s` or `1h` in seconds; raises ValueError with what was expected."""
    match = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*(s|m|h)\s*", text, re.ASCII)
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a time above 0, such as 10m, 90s or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def parse_size(text: object) -> float:
    """`500MB` in bytes, a MB being a million and a MiB 2**20 of them; raises ValueError with what was expected."""
    match = (
        re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([kMG]?i?B)\s*", text, re.ASCII) if isinstance(text, str) else None
    )
    if not match or float(match[1]) <= 0 or match[2] not in _SIZES:
        raise ValueError(f"'{visible(text)[:40]}'; expected a size above 0, such as 500MB, 1.5GiB or 64kB")
    return float(match[1]) * _SIZES[match[2]]


def parse_time(text: object) -> float:
    """`20ms` in seconds; raises ValueError with what was expected."""
    match = (
        re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ns|us|ms|s)\s*", text, re.ASCII) if isinstance(text, str) else None
    )
    if not match or float(match[1]) <= 0:
        raise ValueError(f"'{visible(text)[:40]}'; expected a time above 0, such as 20ms, 1.5s or 300us")
    return float(match[1]) * _UNITS[match[2]]


# By key: the field that it sets, and what reads its value.
_KEYS: dict[str, tuple[str, Callable[[object], float]]] = {
    "max_slowdown": ("max_slowdown", parse_percent),
    "max_time": ("max_time_s", parse_time),
    "max_pss": ("max_pss_bytes", parse_size),
}


def _limit(entry: Any, where: str) -> Limit:
    known = {"match", *_KEYS}
    if not isinstance(entry, dict) or not isinstance(entry.get("match"), str) or not entry["match"]:
        raise Unreadable(f'{where}: expected match = "PATTERN"')
    if unknown := sorted(entry.keys() - known):
        raise Unreadable(f"{where}: '{visible(unknown[0])}' is no limit; expected {', '.join(sorted(known))}")
    if entry.keys() == {"match"}:
        raise Unreadable(f"{where}: sets no limit; expected max_slowdown, max_time or max_pss")
    try:
        values = {name: parse(entry[key]) if key in entry else None for key, (name, parse) in _KEYS.items()}
    except ValueError as error:
        raise Unreadable(f"{where}: {error}") from None
    return Limit(entry["match"], **values)
