"""Which of the runs that were named may stand as base."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchmarks.errors import BadReference
from benchmarks.history.baseline import in_ci, objections
from benchmarks.history.index import Entry, facts
from benchmarks.history.marks import Marks
from benchmarks.history.references import Found
from benchmarks.history.run import read_run


def eligible(
    found: list[Found], head: list[Found], entries: list[Entry], marks: Marks, allow_partial: bool
) -> tuple[list[Found], list[str]]:
    """The base runs that may be a baseline. Raises BadReference for one that was named and may not."""
    strict, said, chosen = in_ci(os.environ), [], []
    heads = {one.path for one in head}
    for one in found:
        known, rejected = _known(one, marks)
        why = objections(known, None, allow_partial, strict)
        if not one.named and (why or rejected):
            one, replaced = _older(one, entries, heads, marks, allow_partial, strict), one
            said.append(f"{replaced.label} may not be a baseline; {one.label}, the newest before it that may, is")
            known, rejected = _known(one, marks)
            why = []
        if why:
            raise BadReference(f"{one.label} can't be a baseline: {'; '.join(why)}")
        said += [f"base {one.label} was rejected ({rejected})"] if rejected else []
        said += [f"base {one.label} was measured on a dirty working tree"] if known["dirty"] else []
        said += [f"base {one.label} is partial"] if known["state"] != "complete" else []
        chosen.append(one)
    return chosen, said


def _known(one: Found, marks: Marks) -> tuple[Mapping[str, Any], str | None]:
    """A run's facts, and why it was rejected if it was. Raises Unreadable for a broken file."""
    if one.entry is None or one.entry.error is not None:
        return facts(read_run(one.path)), None
    return one.entry.facts, marks.rejected.get(one.entry.file.reference)


def _older(
    one: Found, entries: list[Entry], heads: Collection[Path], marks: Marks, allow_partial: bool, strict: bool
) -> Found:
    """The newest run before `one` that is like it and may be a baseline."""
    assert one.entry is not None
    for entry in reversed(entries[: entries.index(one.entry)]):
        rejected = marks.rejected.get(entry.file.reference)
        if entry.bars != one.entry.bars or entry.error or rejected or entry.file.path in heads:
            continue
        if not objections(entry.facts, None, allow_partial, strict):
            return Found(entry.file.path, entry, named=False)
    raise BadReference(f"{one.label} may not be a baseline, and no run before it may; see `runs`, or name one")
