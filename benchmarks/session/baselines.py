"""`--benchmark-compare[=RUN]`: the stored runs that a session is compared with."""

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
    """Return the run files to compare with, and remarks about them for the user.

    `asked` names a run, or is True to choose one; `now` returns the run that this session will save. Raises SuiteError
    if a run that was named can't be the baseline, or, to choose one, if a run file can't be read or the pinned run is
    gone: taking an older run instead could hide a regression. A pinned run that is there but can't be the baseline of
    this session is replaced by the newest that can, with a remark.
    """
    with closing(Index(store)) as index:
        marks = read_marks(store)
        if asked is True:
            return _newest(index.entries, marks, now())
        runs = find(str(asked), index, marks)
    remarks = []
    for run in runs:
        run_facts = facts(read_run(run.path))
        if reasons := objections(run_facts, None, allow_partial=False, strict=in_ci(os.environ)):
            raise BadReference(f"--benchmark-compare: {run.label} can't be the baseline: {'; '.join(reasons)}")
        remarks += [f"{run.label} was measured on a dirty working tree"] if run_facts["dirty"] else []
    return [run.path for run in runs], remarks


def _newest(entries: list[Entry], marks: Marks, now: Run) -> tuple[list[Path], list[str]]:
    """Return the pinned baseline if `now` can be compared with it, else the newest run that may be one; or no run."""
    _refuse_broken(entries, marks)
    entry = default_baseline(entries, marks, bars(now), now.selection, in_ci(os.environ))
    if entry is None:
        return [], ["no baseline: the history has no complete run of this machine, Python, profile and selection"]
    name = entry.file.path.name
    other = marks.baselines.get("main") not in (None, entry.file.reference)
    remarks = [f"baseline main can't be compared with this session; using {name} instead"] if other else []
    return [entry.file.path], remarks


def _refuse_broken(entries: list[Entry], marks: Marks) -> None:
    """Raise BadReference if a run file can't be read or the pinned run is gone: either might be the baseline."""
    for entry in entries:
        if entry.error is not None:
            raise BadReference(
                f"{entry.error}; it might be the baseline: run `python -m benchmarks check` to put it aside"
            )
    pinned = marks.baselines.get("main")
    if pinned is not None and pinned not in {entry.file.reference for entry in entries}:
        raise BadReference(f"baseline main was {pinned}, which is gone; pin another run with `baseline set`")
