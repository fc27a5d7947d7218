"""Decide which of the runs that a user named may be baselines."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BadReference
from benchmarks.history.baseline import in_ci, objections
from benchmarks.history.comparability import comparable
from benchmarks.history.index import Entry, facts
from benchmarks.history.marks import Marks
from benchmarks.history.references import Found
from benchmarks.history.run import read_run


def eligible(
    base: list[Found], head: list[Found], entries: Sequence[Entry], marks: Marks, allow_partial: bool
) -> tuple[list[Found], list[str]]:
    """Return the base runs and remarks on them.

    A run that `latest` stands for and that may not be a baseline is replaced by the newest one before it that may.
    Raises BadReference for a run that the user named and that may not be a baseline.
    """
    candidates = _Candidates(entries, marks, {run.path for run in head}, allow_partial, in_ci(os.environ))
    runs, remarks = [], []
    for run in base:
        if not run.named and not candidates.accept(run):
            older = candidates.newest_before(run)
            remarks.append(f"{run.label} may not be a baseline; {older.label}, the newest before it that may, is")
            run = older
        run_facts, rejected = candidates.facts(run), candidates.rejected(run)
        if reasons := candidates.objections(run_facts):
            raise BadReference(f"{run.label} can't be a baseline: {'; '.join(reasons)}")
        remarks += [f"base {run.label} was rejected ({rejected})"] if rejected else []
        remarks += [f"base {run.label} was measured on a dirty working tree"] if run_facts["dirty"] else []
        remarks += [f"base {run.label} is partial"] if run_facts["state"] != "complete" else []
        runs.append(run)
    return runs, remarks


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
        if run.entry is None or run.entry.error is not None:
            return facts(read_run(run.path))
        return run.entry.facts

    def rejected(self, run: Found) -> str | None:
        """Return the reason for which a stored run was rejected."""
        if run.entry is None or run.entry.error is not None:
            return None
        return self.marks.rejected.get(run.entry.file.reference)

    def accept(self, run: Found) -> bool:
        """Return whether a run may be a baseline."""
        return not self.objections(self.facts(run)) and not self.rejected(run)

    def newest_before(self, run: Found) -> Found:
        """Return the newest comparable run before this one that may be a baseline."""
        assert run.entry is not None
        for entry in reversed(self.entries[: self.entries.index(run.entry)]):
            older = Found(entry.file.path, entry, named=False)
            alike = not entry.error and comparable(entry.bars, run.entry.bars)
            if alike and entry.file.path not in self.head_paths and self.accept(older):
                return older
        raise BadReference(f"{run.label} may not be a baseline, and no run before it may; see `runs`, or name one")
