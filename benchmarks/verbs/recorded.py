"""The recorded sessions that say what is usual on this machine."""

from collections.abc import Collection, Mapping
from pathlib import Path

from benchmarks.analysis.turns import sessions
from benchmarks.history.comparability import bars
from benchmarks.history.index import Index, bars_key, work_key
from benchmarks.history.marks import Marks
from benchmarks.verbs.saved_runs import Past
from benchmarks.verbs.sides import Side

# More sessions than that add little to what is usual, and cost time.
_MOST = 300


def recorded(index: Index, compared: Collection[Path], marks: Marks, base: Side) -> Past:
    """Gives, for some cases, their logarithms in each session like `base`'s that is neither compared nor rejected."""
    like = bars_key(bars(base.runs[0]))
    usable = [
        (entry.id, entry.when)
        for entry in index.entries
        if entry.bars == like
        and entry.when is not None
        and entry.file.path not in compared
        and entry.file.reference not in marks.rejected
    ]
    newest = usable[-20 * _MOST :]
    groups = sessions([when for _, when in newest])[-_MOST:]
    runs = [newest[group[-1]][0] for group in groups]  # the session's last run stands for it
    works = {key: work_key(case) for key, case in base.cases.items()}

    def past(keys: Collection[str]) -> list[Mapping[str, float]]:
        return [
            {key: logs[key, works[key]] for key in keys if (key, works[key]) in logs}
            for logs in index.log_centers(runs)
        ]

    return past
