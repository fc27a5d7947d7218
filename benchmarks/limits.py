"""The limits file (TOML): what a case may cost, by pattern. Where several entries match, the last one counts.

[[limit]]
match = "loky-*"
max_slowdown = "3%"
max_time = "20ms"
max_pss = "500MB"

A new kind of limit is a field of Limit and an entry of KINDS.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmarks.analysis.quantity import Quantity
from benchmarks.errors import Unreadable
from benchmarks.files.reading import read_toml
from benchmarks.history.resources import CPU_S, PEAK_PSS_BYTES
from benchmarks.text.formatting import counted
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.parsing import parse_percent, parse_size, parse_time
from benchmarks.text.printable import visible

_MOST_BYTES = 2**20

# The keys of the resources in a case's extra_info.
RESOURCE_KEYS = {Quantity.CPU: CPU_S, Quantity.PSS: PEAK_PSS_BYTES}


@dataclass(frozen=True)
class Limit:
    """One entry; None for a limit that it does not set.

    `max_slowdown` is a fraction (0.03 is 3 %), `max_time_s` is in seconds, `max_pss_bytes` counts a case's whole
    process tree.
    """

    match: str
    max_slowdown: float | None = None
    max_time_s: float | None = None
    max_pss_bytes: float | None = None

    def fits(self, names: Iterable[str | None]) -> bool:
        """Return whether the pattern (as in a shell) matches one of a case's names, or is one.

        A name may have brackets, which mean something else in a pattern.
        """
        return any(name is not None and (name == self.match or fnmatchcase(name, self.match)) for name in names)


@dataclass(frozen=True)
class Kind:
    """A kind of limit: its key in the file, the field of Limit that holds it, and the parser of its values.

    A ceiling names the quantity that may not exceed it, and is judged by `over_ceiling`; `show` formats its values.
    The slowdown has None: it replaces the thresholds of the case's test.
    """

    key: str
    field: str
    parse: Callable[[object], float]
    quantity: Quantity | None
    show: Callable[[float], str]

    def value(self, limit: Limit) -> float | None:
        """Return the value that a limit sets."""
        value: float | None = getattr(limit, self.field)
        return value


KINDS = (
    Kind("max_slowdown", "max_slowdown", parse_percent, None, "{:.3g}".format),
    Kind("max_time", "max_time_s", parse_time, Quantity.TIME, "{:.3g} s".format),
    Kind("max_pss", "max_pss_bytes", parse_size, Quantity.PSS, lambda value: f"{value / 1e6:.0f} MB"),
)


def ceilings(limits: Iterable[Limit]) -> list[Kind]:
    """Return the ceilings that any of the limits sets."""
    limits = tuple(limits)
    return [kind for kind in KINDS if kind.quantity and any(kind.value(limit) is not None for limit in limits)]


def over_ceiling(limit: Limit, quantity: Quantity, least: float | None) -> str | None:
    """Return a note if a quantity that is at least `least`, in seconds or bytes, exceeds its ceiling; else None."""
    for kind in ceilings([limit]):
        value = kind.value(limit)
        if kind.quantity is quantity and least is not None and value is not None and least > value:
            return f"{quantity.value} is at least {kind.show(least)}; {kind.key} is {kind.show(value)}"
    return None


def read_limits(path: Path) -> tuple[Limit, ...]:
    """Return the entries of a limits file. Raises Unreadable, with the entry and the values found and expected."""
    origin = visible(path)
    document = read_toml(path, _MOST_BYTES)
    entries = document.pop("limit", None)
    if document or not isinstance(entries, list) or not entries:
        extra = f" and not '{visible(next(iter(document)))}'" if document else ""
        raise Unreadable(f"{origin}: expected [[limit]] entries{extra}")
    return tuple(_limit(entry, f"{origin}: [[limit]] {number}") for number, entry in enumerate(entries, 1))


def unmatched(limits: Iterable[Limit], cases: Iterable[Iterable[str | None]]) -> str | None:
    """Return a message on the first pattern that matches no case: it is mistyped, or about a case that is gone."""
    names = [tuple(case) for case in cases]
    for limit in limits:
        if not any(limit.fits(case) for case in names):
            there_are = counted(len(names), "case")
            bracket = " (a pattern has [[] for a bracket)" if "[" in limit.match.replace("[[]", "") else ""
            return (
                f"--limits: the pattern {limit.match!r} matches no case ({there_are} here); "
                f"correct or remove it{bracket}"
            )
    return None


def case_names(nodeid: str) -> tuple[str, str, str, str]:
    """Return what a limit's pattern may match: the id in brackets, the name, the node id, and the label in tables."""
    parsed = parse_node_id(nodeid)
    return parsed.params, parsed.name, nodeid, parsed.label


def limit_of(limits: Iterable[Limit], names: Iterable[str | None]) -> Limit:
    """Return what applies to a case: for each kind, the last matching entry that sets it."""
    names = tuple(names)
    values: dict[str, float] = {}
    for limit in limits:
        if limit.fits(names):
            values |= {kind.field: value for kind in KINDS if (value := kind.value(limit)) is not None}
    return Limit("", **values)


def _limit(entry: Any, where: str) -> Limit:
    keys = {"match", *(kind.key for kind in KINDS)}
    if not isinstance(entry, dict) or not isinstance(entry.get("match"), str) or not entry["match"]:
        raise Unreadable(f'{where}: expected match = "PATTERN"')
    if unknown := sorted(entry.keys() - keys):
        raise Unreadable(f"{where}: '{visible(unknown[0])}' is not a limit; expected {', '.join(sorted(keys))}")
    if entry.keys() == {"match"}:
        *others, last = (kind.key for kind in KINDS)
        raise Unreadable(f"{where}: sets no limit; expected {', '.join(others)} or {last}")
    try:
        values = {kind.field: kind.parse(entry[kind.key]) for kind in KINDS if kind.key in entry}
    except ValueError as error:
        raise Unreadable(f"{where}: {error}") from None
    return Limit(entry["match"], **values)
