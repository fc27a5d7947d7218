"""Decide which of the runs that a user named may be baselines."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BadReference, Unreadable
from benchmarks.history.baseline import in_ci, objections
from benchmarks.history.comparability import comparable, different_fields
from benchmarks.history.index import Entry, facts
from benchmarks.history.marks import Marks
from benchmarks.history.references import Found
from benchmarks.history.run import read_run
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

# A longer list of runs is not read.
_MOST_LISTED = 4


def eligible(
    base: list[Found], head: list[Found], entries: Sequence[Entry], marks: Marks, allow_partial: bool
) -> tuple[list[Found], list[str]]:
    """Return the base runs and remarks on them.

    A run that `latest~N` stands for and that may not be a baseline is replaced by the newest one before it that may.
    Raises BadReference for a run that the user named and that may not be a baseline.
    """
    candidates = _Candidates(entries, marks, {run.path for run in head}, allow_partial, in_ci(os.environ))
    runs, remarks = [], []
    for asked in base:
        run, passed_over = (asked, []) if asked.named else candidates.choose(asked)
        remarks += [f"base is {run.label}; skipped: {_listed(passed_over)}"] if passed_over else []
        run_facts, rejected = candidates.facts(run), candidates.rejected(run)
        if reasons := candidates.objections(run_facts):
            raise BadReference(f"{run.label} can't be a baseline: {'; '.join(reasons)}")
        remarks += [f"base {run.label} was rejected ({rejected})"] if rejected else []
        remarks += [f"base {run.label} was measured on a dirty working tree"] if run_facts["dirty"] else []
        remarks += [f"base {run.label} is partial"] if run_facts["state"] != "complete" else []
        remarks += [] if asked.named else _age(run, head)
        runs.append(run)
    return runs, remarks


def _age(run: Found, head: Sequence[Found]) -> list[str]:
    """Return how much older than head a base is that the user did not name: hosts of one kind may be rare in CI."""
    when = run.entry and run.entry.when
    of_head = [other.entry.when for other in head if other.entry and other.entry.when]
    if not when or not of_head:
        return []
    hours = (min(of_head) - when).total_seconds() / 3600
    span = counted(round(hours / 24), "day") if hours >= 24 else counted(round(hours), "hour")
    return [f"base {run.label} was measured {span} before head, on {when:%Y-%m-%d}"] if round(hours) > 0 else []


def _listed(passed_over: Sequence[str]) -> str:
    more = len(passed_over) - _MOST_LISTED
    return ", ".join(passed_over[:_MOST_LISTED]) + (f" and {counted(more, 'other run')}" if more > 0 else "")


@dataclass(frozen=True)
class _Candidates:
    """The stored runs, and what may keep one from being a baseline; `strict` is True in CI."""

    entries: Sequence[Entry]
    marks: Marks
    head_paths: Collection[Path]
    allow_partial: bool
    strict: bool

    def objections(self, run_facts: Mapping[str, Any]) -> list[str]:
        """Return what keeps a run with these facts from being a baseline."""
        return objections(run_facts, None, self.allow_partial, self.strict)

    def facts(self, run: Found) -> Mapping[str, Any]:
        """Return a run's facts. Raises Unreadable for a broken file."""
        if run.entry is None:
            return facts(read_run(run.path))
        if run.entry.error is not None:
            raise Unreadable(f"{run.entry.error}; `check` verifies every file, and puts broken ones aside")
        return run.entry.facts

    def rejected(self, run: Found) -> str | None:
        """Return the reason for which a stored run was rejected."""
        if run.entry is None or run.entry.error is not None:
            return None
        return self.marks.rejected.get(run.entry.file.reference)

    def choose(self, asked: Found) -> tuple[Found, list[str]]:
        """Return the newest run, from the one that was asked for on, that may be a baseline, and who was passed over.

        Those are the newer runs that `latest~N` did not count, and the runs that may not be a baseline, newest first,
        each with the reason. Raises BadReference if no run may be a baseline.
        """
        assert asked.entry is not None
        position = self.entries.index(asked.entry)
        newer = [entry for entry in self.entries[position + 1 :] if entry.file.path not in self.head_paths]
        passed_over = [f"{_label(entry)} ({why})" for entry in reversed(newer) if (why := _unlike(entry, asked.entry))]
        for entry in reversed(self.entries[: position + 1]):
            why = _unlike(entry, asked.entry) or self._refusal(entry)
            if not why:
                return Found(entry.file.path, entry, named=False), passed_over
            passed_over.append(f"{_label(entry)} ({why})")
        raise BadReference(
            f"no run from {asked.label} back can be a baseline: {_listed(passed_over)}; see `runs`, or name one"
        )

    def _refusal(self, entry: Entry) -> str:
        """Return in a few words why a run is passed over; empty if it may be a baseline."""
        if entry.file.path in self.head_paths:
            return "head"
        if entry.error is not None:
            # A broken file is reported as such by whoever reads it.
            return ""
        if "--shard" in json.loads(entry.facts["selection"]):
            return "a shard"
        if not self.objections(entry.facts):
            return "rejected" if entry.file.reference in self.marks.rejected else ""
        if entry.facts["state"] != "complete" and not self.allow_partial:
            return "partial"
        return "beside another session" if entry.facts["other_sessions"] else "dirty"


def _label(entry: Entry) -> str:
    return Found(entry.file.path, entry, named=False).label


def _unlike(entry: Entry, other: Entry) -> str:
    """Return in which fields two runs may not be compared, and the first one's values; empty if they may be."""
    if entry.error is not None or comparable(entry.bars, other.bars):
        return ""
    values, others = (json.loads(each.bars or "{}") for each in (entry, other))
    return ", ".join(f"{field} {_shown(values[field])}" for field in different_fields(values, others))


def _shown(value: object) -> str:
    return "unknown" if value is None else visible(value)[:40]
