"""A run as the rest of the program sees it: samples by case, and the facts that decide what it may be compared with."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from benchmarks.errors import NewerFormat, Unreadable
from benchmarks.files.decoding import convert
from benchmarks.files.rounds import read_run_document
from benchmarks.history.case_entries import parse_cases
from benchmarks.history.case_times import LONGEST_NAME, CaseTimes, UnusableCase
from benchmarks.history.identity import Identity, conditions, identity, machine_facts
from benchmarks.history.provenance import provenance
from benchmarks.text.printable import visible

# The format of the suite's own key in a run file: what a session writes, and the newest that this program reads.
# 1: the first. Optional keys may be added to it without raising the number, such as `cases.params`.
FORMAT = 1

# How the reason of a failed check begins: see `measure.call.WrongResult`, which was in `measure.work` before.
WRONG_RESULT = ("WrongResult", "benchmarks.measure.call.WrongResult", "benchmarks.measure.work.WrongResult")

_LONGEST_REASON = 1000

# What pytest-benchmark writes as a commit where there is no repository, or where it can't be asked.
_NO_COMMITS = ("unversioned", "unknown")


@dataclass(frozen=True)
class Run:
    """One stored run. What a file of other origin does not contain is None or empty.

    `when` is the time of saving (UTC) or None; `state` is complete or partial. `failed` and `not_run` are reasons by
    node id, `params` the parameters of those cases by node id, as far as the file has them. `selection` is the options
    by which cases were chosen, as JSON text, `{}` if the profile alone chose them; `sizes` are tasks, rounds and the
    like by the names of their options, and `shuffle` is the seed of the cases' order. `cases` and `unusable` are by
    key: the cases that have a time, and those whose numbers can't be used. `conditions` and `machine_facts`: see the
    functions of `identity`.
    `other_sessions` are the ids of sessions that measured into the same store at the same time.
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
    unusable: Mapping[str, UnusableCase] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    other_sessions: Sequence[str] = ()
    machine_facts: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    shuffle: int | None = None

    @cached_property
    def loop_log(self) -> float | None:
        """The mean logarithm of the seconds of the plain loops beside the cases, None if no case has any."""
        logs = [case.loop_log for case in self.cases.values() if case.loop_log is not None]
        return math.fsum(logs) / len(logs) if logs else None

    @property
    def is_own(self) -> bool:
        """Whether this suite wrote the run's file."""
        return self.suite_version is not None

    @property
    def without_time(self) -> dict[str, str]:
        """Why, by node id, a case that was asked for has no time."""
        return {**self.not_run, **self.failed}


class _Counts(msgspec.Struct):
    """`joblib_suite.cases`; see docs/run-file.md."""

    asked: int | None = None
    failed: dict[str, str | None] | None = None
    not_run: dict[str, str | None] | None = None
    params: dict[str, dict[str, Any]] | None = None


class _Seeds(msgspec.Struct):
    shuffle: int | None = None


class _Suite(msgspec.Struct):
    """`joblib_suite`, as far as it is read here; `identity` reads the machine."""

    format: int
    suite_version: int | None = None
    state: Literal["complete", "partial"] | None = None
    profile: str | None = None
    selection: dict[str, Any] | None = None
    session: str | None = None
    other_sessions: list[str] | None = None
    versions: dict[str, str | None] | None = None
    cases: _Counts | None = None
    grid: dict[str, Any] | None = None
    seeds: _Seeds | None = None


class _Document(msgspec.Struct):
    """A run file, this suite's own or any other. What stands under other keys is not looked at."""

    benchmarks: list[Any]
    commit_info: Any = None
    datetime: Any = None
    joblib_suite: _Suite | None = None


def read_run(path: Path) -> Run:
    """Return the run in a file. Raises Unreadable."""
    return parse_run(read_run_document(path), visible(path))


def read_usable(path: Path) -> tuple[Run, dict[str, Any]]:
    """Return the run in a file, and the file's document as `usable` returns it. Raises Unreadable."""
    document = read_run_document(path)
    run = parse_run(document, visible(path))
    return run, usable(run, document)


def usable(run: Run, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's document with the entries of the usable cases alone.

    Lists of more rounds than `files.rounds` keeps are left out, and so is the `extra_info` of another suite, whose keys
    may mean something else.
    """
    fullnames = {case.fullname: case for case in run.cases.values()}
    entries = [entry for entry in document["benchmarks"] if isinstance(entry, dict)]
    kept = [entry for entry in entries if entry.get("fullname") in fullnames]
    for entry in kept:
        if not fullnames[entry["fullname"]].rounds_s:
            entry["stats"].pop("data", None)
        if not run.is_own:
            entry["extra_info"] = {}
    return {**document, "benchmarks": kept}


def parse_run(document: Mapping[str, Any], origin: str) -> Run:
    """Return the run in a parsed run file. Raises Unreadable, naming `origin` and what was expected.

    A case with invalid numbers does not make the run unreadable.
    """
    run_file = convert(document, _Document, origin)
    is_own = run_file.joblib_suite is not None
    commit, when = provenance(run_file.commit_info, run_file.datetime, is_own, origin)
    ours = run_file.joblib_suite or _Suite(FORMAT)
    if ours.format > FORMAT:
        raise NewerFormat(
            f"{origin}: joblib_suite.format is {ours.format}; this version reads up to {FORMAT}: use a newer one"
        )
    try:
        cases, unusable = parse_cases(run_file.benchmarks, own=is_own)
    except Unreadable as error:
        raise Unreadable(f"{origin}: {error}") from None
    counts = ours.cases or _Counts()
    return Run(
        origin=origin,
        identity=identity(document),
        when=when,
        commit=None if commit.id in (None, *_NO_COMMITS) else _shortened(str(commit.id)),
        dirty=commit.dirty or False,
        profile=_shortened(ours.profile),
        suite_version=ours.suite_version,
        state=ours.state or "complete",
        selection=json.dumps(ours.selection or {}, sort_keys=True, default=str),
        session=_shortened(ours.session),
        asked=counts.asked or len(cases) + len(unusable),
        versions=_reasons(ours.versions),
        cases=cases,
        failed=_reasons(counts.failed),
        not_run=_reasons(counts.not_run),
        params=counts.params or {},
        unusable=unusable,
        conditions=conditions(document),
        other_sessions=tuple(ours.other_sessions or ()),
        machine_facts=machine_facts(document),
        sizes={name: size for name, size in (ours.grid or {}).items() if isinstance(size, int)},
        shuffle=(ours.seeds or _Seeds()).shuffle,
    )


def _shortened(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_NAME]


def _reasons(texts: Mapping[str, str | None] | None) -> dict[str, str]:
    values = (texts or {}).items()
    return {name: text[:_LONGEST_REASON] for name, text in values if text is not None}


def geometric_mean_s(rounds_s: tuple[float, ...]) -> float:
    """The centre of a run's rounds: of the usual ones it varies least from run to run (see docs/figures.md)."""
    return math.exp(math.fsum(map(math.log, rounds_s)) / len(rounds_s))
