"""Which stored runs `--benchmark-compare[=RUN]` stands for."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.errors import BadReference
from benchmarks.history.baseline import default_baseline, in_ci, objections
from benchmarks.history.comparability import bars
from benchmarks.history.index import Entry, Index, facts
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.references import find
from benchmarks.history.run import Run, read_run
from benchmarks.history.store import Store


def choose_baselines(store: Store, asked: object, now: Callable[[], Run]) -> tuple[list[Path], list[str]]:
    """The files to compare with, and what the user has to know of them.

    `asked` is True where no run was named; `now` gives this session's run as it will be. Raises SuiteError where a
    run that was named, pinned or would be chosen can't be one: an older run in its place would pass unseen.
    """
    with closing(Index(store)) as index:
        marks = read_marks(store)
        if asked is True:
            return _newest(index.entries, marks, now())
        found = find(str(asked), index, marks)
    said = []
    for one in found:
        known = facts(read_run(one.path))
        if why := objections(known, None, allow_partial=False, strict=in_ci(os.environ)):
            raise BadReference(f"--benchmark-compare: {one.label} can't be the baseline: {'; '.join(why)}")
        said += [f"{one.label} was measured on a dirty working tree"] if known["dirty"] else []
    return [one.path for one in found], said


def _newest(entries: list[Entry], marks: Marks, now: Run) -> tuple[list[Path], list[str]]:
    _refuse_broken(entries, marks)
    entry = default_baseline(entries, marks, bars(now), now.selection, in_ci(os.environ))
    if entry is None:
        return [], ["no baseline: the history has no whole run of this machine, Python, profile and selection"]
    other = marks.baselines.get("main") not in (None, entry.file.reference)
    aside = [f"baseline main is not like this session; {entry.file.path.name} is compared with"] if other else []
    return [entry.file.path], aside


def _refuse_broken(entries: list[Entry], marks: Marks) -> None:
    """A file that can't be read might be the baseline."""
    for entry in entries:
        if entry.error is not None:
            raise BadReference(f"{entry.error}; it might be the baseline: `python -m benchmarks check` puts it aside")
    pinned = marks.baselines.get("main")
    if pinned is not None and pinned not in {entry.file.reference for entry in entries}:
        raise BadReference(f"baseline main was {pinned}, which is gone; pin another run with `baseline set`")
