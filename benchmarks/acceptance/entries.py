"""accepted.toml: slowdowns that pass on purpose, by pattern. Where several entries match, the last one counts.

[[accept]]
match = "loky-n2-*"
most = "8%"
why = "the executor checks its workers before every call"
since = "joblib==1.6.0"
until = "2027-03-01"

`since` (a release, or a commit of base's repository) and `until` end an entry; at least one of them is needed.
"""

import datetime
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import UNSET, Struct, UnsetType
from packaging.version import InvalidVersion, Version

from benchmarks.analysis.quantity import Quantity
from benchmarks.errors import GateError, Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.durable import write
from benchmarks.files.reading import read_bytes, read_toml
from benchmarks.text.parsing import parse_percent
from benchmarks.text.printable import visible

_MOST_BYTES = 2**20


class _Entry(Struct, forbid_unknown_fields=True):
    """An entry as the file has it."""

    match: str
    most: str
    why: str
    since: str | UnsetType = UNSET
    until: datetime.date | UnsetType = UNSET
    quantity: Quantity = Quantity.TIME


class _Document(Struct, forbid_unknown_fields=True):
    """The content of accepted.toml."""

    accept: list[_Entry] = []


@dataclass(frozen=True)
class Acceptance:
    """One entry: a slowdown of at most `most` (0.08 is 8 %) of the cases that `match` names is let through.

    `since` is the release or commit that brought it, `until` the last day on which the entry counts; one of them may
    be None. `origin` names the entry in messages.
    """

    origin: str
    match: str
    most: float
    why: str
    since: str | None
    until: datetime.date | None
    quantity: Quantity

    def fits(self, names: Iterable[str], quantity: Quantity) -> bool:
        """Return whether the entry is about this quantity and its pattern (as in a shell) or name is one of these."""
        return quantity is self.quantity and any(name == self.match or fnmatchcase(name, self.match) for name in names)


def read_acceptances(path: Path) -> tuple[Acceptance, ...]:
    """Return the entries of a file, in its order. Raises Unreadable with the first value that is wrong."""
    origin = visible(path)
    entries = convert(read_toml(path, _MOST_BYTES), _Document, origin).accept
    return tuple(_acceptance(entry, f"{origin}: [[accept]] {number}") for number, entry in enumerate(entries, 1))


def _acceptance(entry: _Entry, origin: str) -> Acceptance:
    """Return a checked entry. Raises Unreadable."""
    for key in ("match", "why", "since"):
        value = getattr(entry, key)
        if value is not UNSET and not value.strip():
            raise Unreadable(f"{origin}: {key} is empty; expected a text")
    if entry.since is UNSET and entry.until is UNSET:
        raise Unreadable(f"{origin}: never expires; expected since (a release or commit) or until (a date), or both")
    if entry.since is not UNSET:
        _refuse_bad_since(entry.since, origin)
    try:
        most = parse_percent(entry.most)
    except ValueError as error:
        raise Unreadable(f"{origin}: most is {error}") from None
    since = None if entry.since is UNSET else entry.since
    until = None if entry.until is UNSET else entry.until
    return Acceptance(origin, entry.match, most, entry.why, since, until, entry.quantity)


def release(since: str) -> tuple[str, Version] | None:
    """Return the project and version of a release such as `joblib==1.6.0`; None for a commit."""
    project, separator, version = since.partition("==")
    return (project.strip(), Version(version.strip())) if separator else None


def _refuse_bad_since(since: str, origin: str) -> None:
    try:
        # joblib>=1.6.0 might be the name of a branch, but is a mistyped release.
        known = release(since) or not (since.startswith("-") or any(sign.isspace() or sign in "<>=" for sign in since))
    except InvalidVersion:
        known = False
    if not known:
        raise Unreadable(f"{origin}: since is '{visible(since)[:60]}'; expected a release (joblib==1.6.0) or a commit")


def append_acceptances(path: Path, entries: Sequence[Acceptance]) -> None:
    """Add entries at the end of the file, which need not exist. Raises SuiteError, and then it is as it was before."""
    before = read_bytes(path, _MOST_BYTES).decode() if path.exists() else ""
    parts = [before.rstrip("\n") + "\n"] if before.strip() else []
    text = "\n".join([*parts, *map(_toml, entries)])
    try:
        tomllib.loads(text)
    except ValueError as error:
        raise GateError(f"{visible(path)}: no entry can be added: {error}") from None
    write(path, text.encode(), path.with_name(f".{path.name}.writing"))


def _toml(entry: Acceptance) -> str:
    """Return an entry as TOML. JSON's strings are TOML's, and there is nothing unprintable in them."""
    values = {
        "match": entry.match,
        "most": f"{entry.most * 100:g}%",
        "why": entry.why,
        "since": entry.since,
        "until": entry.until and entry.until.isoformat(),
        "quantity": None if entry.quantity is Quantity.TIME else entry.quantity.value,
    }
    given = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items() if value is not None}
    return "\n".join(["[[accept]]", *(f"{key} = {value}" for key, value in given.items())]) + "\n"
