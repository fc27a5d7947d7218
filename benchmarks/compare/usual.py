"""Stored sittings of this machine, which show how much times usually vary."""

import math
from collections.abc import Callable, Collection, Mapping

from benchmarks.analysis.sittings import sittings
from benchmarks.compare.sides import Side
from benchmarks.history.comparability import bars, comparable
from benchmarks.history.index import Index, bars_key, work_key
from benchmarks.history.marks import Marks

# More sittings add little information and cost time.
_MOST = 200

# Return, for some cases, the logarithms of their times in each stored sitting, of times over the run's plain loop if
# the second argument is True; sittings without one are left out then.
StoredSittings = Callable[[Collection[str], bool], list[Mapping[str, float]]]


def stored_sittings(index: Index, marks: Marks, compared: Collection[str], base: Side) -> StoredSittings:
    """Return a reader of the sittings that are comparable with `base`, without compared and rejected runs.

    `compared` are the references of the runs that are compared. Each sitting is represented by its last run.
    """
    key = bars_key(bars(base.runs[0]))
    usable = [
        entry
        for entry in index.entries
        if entry.error is None
        and comparable(entry.bars, key)
        and entry.when_s is not None
        and entry.file.reference not in compared
        and entry.file.reference not in marks.rejected
    ]
    newest = usable[-10 * _MOST :]
    groups = sittings([entry.when for entry in newest if entry.when is not None])[-_MOST:]
    runs = {newest[group[-1]].id: newest[group[-1]].facts["loop_s"] for group in groups}
    works = {key: work_key(case) for key, case in base.cases.items()}

    def read(keys: Collection[str], by_loop: bool) -> list[Mapping[str, float]]:
        # The logarithm of what a run's times are divided by.
        units = {run: math.log(loop_s) if by_loop else 0.0 for run, loop_s in runs.items() if loop_s or not by_loop}
        return [
            {key: logs[key, works[key]] - unit for key in keys if (key, works[key]) in logs}
            for unit, logs in zip(units.values(), index.log_centers(list(units)), strict=True)
        ]

    return read
