"""The recorded sessions that say what is usual on this machine."""

from collections.abc import Collection, Mapping

from benchmarks.analysis.sittings import sittings
from benchmarks.compare.rows import Past
from benchmarks.compare.sides import Side
from benchmarks.history.comparability import bars
from benchmarks.history.index import Index, bars_key, work_key
from benchmarks.history.marks import Marks

# More sessions than that add little to what is usual, and cost time.
_MOST = 200


def recorded(index: Index, compared: Collection[str], marks: Marks, base: Side) -> Past:
    """Gives, for some cases, their logarithms in each session like `base`'s that is neither compared nor rejected."""
    like = bars_key(bars(base.runs[0]))
    usable = [
        entry
        for entry in index.entries
        if entry.bars == like
        and entry.when_s is not None
        and entry.file.reference not in compared
        and entry.file.reference not in marks.rejected
    ]
    newest = usable[-10 * _MOST :]
    groups = sittings([entry.when for entry in newest if entry.when is not None])[-_MOST:]
    runs = [newest[group[-1]].id for group in groups]  # the session's last run stands for it
    works = {key: work_key(case) for key, case in base.cases.items()}

    def past(keys: Collection[str]) -> list[Mapping[str, float]]:
        return [
            {key: logs[key, works[key]] for key in keys if (key, works[key]) in logs}
            for logs in index.log_centers(runs)
        ]

    return past
