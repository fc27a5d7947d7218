"""The limits file (TOML): what a case may cost, by pattern, the last match counting.

[[limit]]
match = "loky-*"
max_slowdown = "3%"
max_time = "20ms"
max_pss = "500MB"
"""

import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmarks.analysis.quantity import Quantity
from benchmarks.errors import Unreadable
from benchmarks.files.reading import read_bytes
from benchmarks.history.resources import CPU_S, PEAK_PSS_BYTES
from benchmarks.text.parsing import parse_percent, parse_size, parse_time
from benchmarks.text.printable import visible

_MOST_BYTES = 2**20

# Where a case's extra_info keeps each resource.
RESOURCE_KEYS = {Quantity.CPU: CPU_S, Quantity.PSS: PEAK_PSS_BYTES}


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


def over_memory(peaks: Collection[float], limit_bytes: float | None, each: str) -> str | None:
    """Return a note if even the smallest of the peaks (bytes) is over the limit, else None.

    A peak that was observed was reached, so no interval is needed to be certain. `each` names what a peak belongs to,
    such as "pair".
    """
    if limit_bytes is None or not peaks or min(peaks) <= limit_bytes:
        return None
    return f"needs {min(peaks) / 1e6:.0f} MB or more in each {each}; max_pss is {limit_bytes / 1e6:.0f} MB"


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
