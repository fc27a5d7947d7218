"""A run as the rest of the program sees it: samples by case, and the facts that decide what it may be compared with."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.errors import Unreadable
from benchmarks.files.reading import read_document
from benchmarks.history.identity import Identity, identity
from benchmarks.text.printable import unprintable, visible

# The format of the suite's own key in a run file: what a session writes, and the newest that this program reads.
# 1: the first. Optional keys may be added to it without raising the number, such as `cases.params`.
FORMAT = 1

# Bencher takes names of 1 to 1024 characters; so do we.
_LONGEST_NAME = 1024

_MOST_ROUNDS = 10**12

# How the reason of a failed check begins: see `measure.call.WrongResult`, which was in `measure.work` before.
WRONG_RESULT = ("WrongResult", "benchmarks.measure.call.WrongResult", "benchmarks.measure.work.WrongResult")

# No call of a benchmark takes longer than four months, and no clock shows a picosecond; quotients stay finite.
_SHORTEST_S, _LONGEST_S = 1e-12, 1e7


@dataclass(frozen=True)
class CaseTimes:
    """The times of one case in one run.

    `key` says which case it is in any run: the function's name without parameters, and the parameters' values.
    `rounds_s` is empty where the file keeps statistics only; `mean_s` is always there. `facts` are its extra_info.
    """

    key: str
    name: str
    fullname: str
    param: str | None
    rounds_s: tuple[float, ...]
    mean_s: float
    median_s: float
    rounds: int
    facts: Mapping[str, Any]

    @property
    def work(self) -> tuple[Any, ...]:
        """What decides how much is done in a call and where, beside the parameters."""
        return tuple(
            self.facts.get(name) for name in ("phase", "workload", "tasks", "arguments", "longest", "calls", "cluster")
        )


@dataclass(frozen=True)
class Run:
    """One stored run. What a file of other origin does not contain is None or empty.

    `when` is the time of saving (UTC) or None; `state` is complete or partial. `failed` and `not_run` are reasons by
    node id, `params` the parameters of those cases by node id, as far as the file has them. `selection` is the options
    by which cases were chosen, as JSON text, `{}` if the profile alone chose them.
    """

    origin: str
    identity: Identity
    when: datetime | None
    commit: str | None
    dirty: bool
    profile: str | None
    suite_version: int | None
    state: str
    selection: str
    session: str | None
    asked: int
    versions: Mapping[str, str]
    cases: Mapping[str, CaseTimes]
    failed: Mapping[str, str] = field(default_factory=dict)
    not_run: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def without_time(self) -> dict[str, str]:
        """Why, by node id, a case that was asked for has no time."""
        return {**self.not_run, **self.failed}


def read_run(path: Path) -> Run:
    """The run in a file; raises Unreadable."""
    return parse_run(read_document(path), visible(path))


def parse_run(document: Mapping[str, Any], origin: str) -> Run:
    """The run in a parsed run file; raises Unreadable, naming `origin` and what was expected."""
    try:
        return _parse(document, origin)
    except _Wrong as wrong:
        raise Unreadable(f"{origin}: {wrong}") from None


class _Wrong(ValueError):
    pass


def _parse(document: Mapping[str, Any], origin: str) -> Run:
    entries = _get(document, "benchmarks", list)
    ours = _get(document, "joblib_suite", dict, optional=True) or {}
    if ours and _get(ours, "format", int) > FORMAT:
        raise _Wrong(f"joblib_suite.format is {ours['format']}; this program knows up to {FORMAT}: use a newer one")
    cases: dict[str, CaseTimes] = {}
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise _Wrong(f"benchmarks[{place}] is a {type(entry).__name__}; expected an object")
        case = _case(entry, f"benchmarks[{place}]")
        if case.key in cases:
            raise _Wrong(f"{case.fullname} stands in it twice")
        cases[case.key] = case
    commit = _get(document, "commit_info", dict, optional=True) or {}
    counts = _get(ours, "cases", dict, optional=True) or {}
    state = _text(ours, "state") or "complete"
    if state not in ("complete", "partial"):
        raise _Wrong(f"joblib_suite.state is {state!r}; expected complete or partial")
    return Run(
        origin=origin,
        identity=identity(document),
        when=_when(_text(document, "datetime")),
        commit=_text(commit, "id"),
        dirty=_get(commit, "dirty", bool, optional=True) or False,
        profile=_text(ours, "profile"),
        suite_version=_get(ours, "suite_version", int, optional=True),
        state=state,
        selection=json.dumps(_get(ours, "selection", dict, optional=True) or {}, sort_keys=True),
        session=_text(ours, "session"),
        asked=_get(counts, "asked", int, optional=True) or len(cases),
        versions=_texts(ours, "versions"),
        cases=cases,
        failed=_texts(counts, "failed"),
        not_run=_texts(counts, "not_run"),
        params=_params(counts),
    )


def _case(entry: dict[str, Any], where: str) -> CaseTimes:
    fullname, name = _name(entry, "fullname", where), _name(entry, "name", where)
    stats = _get(entry, "stats", dict, where=where)
    params = _get(entry, "params", dict, optional=True, where=where)
    data = _get(stats, "data", list, optional=True, where=f"{where}.stats") or []
    rounds = tuple(_seconds(value, f"{where}.stats.data[{place}]") for place, value in enumerate(data))
    for statistic in ("min", "max", "mean", "median"):
        _seconds(stats.get(statistic), f"{where}.stats.{statistic}")
    count = _get(stats, "rounds", int, where=f"{where}.stats")
    if not 1 <= count <= _MOST_ROUNDS or (rounds and count != len(rounds)):
        raise _Wrong(f"{where}.stats.rounds is {count}, but there are {len(rounds)} times in its data")
    return CaseTimes(
        key=_key(fullname, params),
        name=name,
        fullname=fullname,
        param=_text(entry, "param", where),
        rounds_s=rounds,
        mean_s=float(stats["mean"]),
        median_s=float(stats["median"]),
        rounds=count,
        facts=_get(entry, "extra_info", dict, optional=True, where=where) or {},
    )


def _key(fullname: str, params: Mapping[str, Any] | None) -> str:
    if not params:
        return fullname
    function, bracket, _ = fullname.partition("[")
    return f"{function}{bracket}{json.dumps(params, sort_keys=True, ensure_ascii=False)}"


def _get(parent: Mapping[str, Any], key: str, kind: type, optional: bool = False, where: str = "") -> Any:
    value = parent.get(key)
    if value is None and optional:
        return None
    # JSON's true is no number, although Python's is.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        found = "missing" if value is None else f"a {type(value).__name__}"
        raise _Wrong(f"{where + '.' if where else ''}{key} is {found}; expected {_KINDS[kind]}")
    return value


_KINDS = {list: "a list", dict: "an object", str: "text", int: "a whole number", bool: "true or false"}


def _text(parent: Mapping[str, Any], key: str, where: str = "") -> str | None:
    value: str | None = _get(parent, key, str, optional=True, where=where)
    if value is not None and (unprintable(value) or len(value) > _LONGEST_NAME):
        raise _Wrong(f"{key} is '{visible(value)[:60]}'; expected at most {_LONGEST_NAME} printable characters")
    return value


def _name(entry: Mapping[str, Any], key: str, where: str) -> str:
    if not (text := _text(entry, key, where)):
        raise _Wrong(f"{where}.{key} is missing; expected the benchmark's name")
    return text


def _texts(parent: Mapping[str, Any], key: str) -> dict[str, str]:
    values = _get(parent, key, dict, optional=True) or {}
    return {visible(name): visible(text)[:1000] for name, text in values.items() if text is not None}


def _params(counts: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    by_nodeid = _get(counts, "params", dict, optional=True) or {}
    return {visible(nodeid): _get(by_nodeid, nodeid, dict, where="params") for nodeid in by_nodeid}


def _seconds(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _SHORTEST_S < value < _LONGEST_S:
        raise _Wrong(f"{where} is {visible(repr(value))[:60]}; expected seconds, above 0 and below {_LONGEST_S:g}")
    return float(value)


def _when(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Wrong(f"datetime is {text[:60]!r}; expected ISO 8601") from None


def geometric_mean_s(rounds_s: tuple[float, ...]) -> float:
    """The centre of a run's rounds: of the usual ones it varies least from run to run (see docs/figures.md)."""
    return math.exp(math.fsum(map(math.log, rounds_s)) / len(rounds_s))
