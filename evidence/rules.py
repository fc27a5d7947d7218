"""Rules for "did it get slower?" on saved runs: ours for such runs, and those of other tools."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.compare.sides import Side, Sides
from benchmarks.history.run import Run, geometric_mean_s, read_run
from evidence.replay.rules import Rule as OtherRule

OURS = Thresholds.of_case(alpha=0.01, min_effect=0.05, limit=None)

# Whether any case of the second places' runs is called slower than in the first places' runs.
Rule = Callable[[list[int], list[int]], bool]


@dataclass(frozen=True)
class Recorded:
    """Runs in order of time: seconds by run, case and round, and the logarithms that our rule compares."""

    runs: tuple[Run, ...]
    cases: tuple[str, ...]
    rounds_s: np.ndarray
    logs: dict[str, list[float]]

    def samples(self, places: list[int]) -> dict[str, Sample]:
        """Return a sample per case with each of these runs as a unit."""
        return {case: Sample(tuple(logs[place] for place in places)) for case, logs in self.logs.items()}


def recorded(folder: Path) -> Recorded:
    """Return the runs in a folder, all of which have the same cases and numbers of rounds."""
    runs = tuple(read_run(path) for path in sorted(folder.glob("*.json")))
    cases = tuple(runs[0].cases)
    rounds_s = np.array([[run.cases[case].rounds_s for case in cases] for run in runs])
    logs = {case: [log(geometric_mean_s(run.cases[case].rounds_s)) for run in runs] for case in cases}
    return Recorded(runs, cases, rounds_s, logs)


# Rules: each says whether it calls any case of head slower.


def ours(data: Recorded) -> Rule:
    """Apply Welch's test to logarithms with Holm's correction, one unit per run, as we do if runs took turns."""

    def alarm(base: list[int], head: list[int]) -> bool:
        return regression(data.samples(base), data.samples(head))

    return alarm


def ours_by_session(data: Recorded) -> Rule:
    """Apply the same test as the program does to runs that took no turns: the runs of a session are one unit."""

    def alarm(base: list[int], head: list[int]) -> bool:
        sides = Sides(*(Side(tuple(data.runs[index] for index in indices), False) for indices in (base, head)))
        return regression(*sides.times(data.cases, by_loop=False))

    return alarm


def regression(base: dict[str, Sample], head: dict[str, Sample]) -> bool:
    """Return whether our rule calls any case a regression."""
    return Verdict.REGRESSION in verdicts(base, head).values()


def verdicts(base: dict[str, Sample], head: dict[str, Sample]) -> dict[str, Verdict]:
    """Apply our rule without stored sittings."""
    comparisons = compare_saved(base, head, [], OURS.alpha, {})
    return {case: judge_saved(comparison, OURS, comparison.ratio) for case, comparison in comparisons.items()}


def theirs(data: Recorded, rule: OtherRule) -> Rule:
    """Return another tool's rule."""

    def alarm(base: list[int], head: list[int]) -> bool:
        left, right = (data.rounds_s[places].swapaxes(0, 1) for places in (base, head))
        return bool(rule.slower(left, right).any())

    return alarm
