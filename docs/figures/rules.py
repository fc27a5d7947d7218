"""Rules for "did it get slower?": ours, and those of other tools, rebuilt from their sources with their defaults."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from scipy.stats import mannwhitneyu, ttest_ind

from benchmarks.analysis.apart import Judged, judge_apart
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.history.run import Run, geometric_mean_s, read_run
from benchmarks.verbs.sides import Side, samples

OURS = Thresholds(alpha=0.01, min_effect=0.05, floor=0.025, limit=None)

# Whether any case of the second places' runs is called slower than in the first places' runs.
Rule = Callable[[list[int], list[int]], bool]


@dataclass(frozen=True)
class Recorded:
    """Runs in order of time: seconds by run, case and round, and the logarithms that our rule compares."""

    runs: tuple[Run, ...]
    cases: tuple[str, ...]
    rounds_s: np.ndarray
    logs: dict[str, list[float]]

    def pooled(self, places: list[int]) -> np.ndarray:
        """All rounds of these runs together, a row a case."""
        return np.concatenate(self.rounds_s[places], axis=1)

    def samples(self, places: list[int]) -> dict[str, Sample]:
        """A sample a case with each of these runs as a unit."""
        return {case: Sample(tuple(logs[place] for place in places)) for case, logs in self.logs.items()}


def recorded(folder: Path) -> Recorded:
    """The runs in a folder, all of which have the same cases and numbers of rounds."""
    runs = tuple(read_run(path) for path in sorted(folder.glob("*.json")))
    cases = tuple(runs[0].cases)
    rounds_s = np.array([[run.cases[case].rounds_s for case in cases] for run in runs])
    logs = {case: [log(geometric_mean_s(run.cases[case].rounds_s)) for run in runs] for case in cases}
    return Recorded(runs, cases, rounds_s, logs)


# Rules: each says whether it calls any case of head slower.


def ours(data: Recorded) -> Rule:
    """Welch on logarithms with Holm, a run a unit: what we do with runs that took turns."""

    def alarm(base: list[int], head: list[int]) -> bool:
        return regression(data.samples(base), data.samples(head))

    return alarm


def ours_by_session(data: Recorded) -> Rule:
    """The same as the program does it: runs that took no turns are one unit a session."""

    def alarm(base: list[int], head: list[int]) -> bool:
        sides = [Side(tuple(data.runs[place] for place in places), False) for places in (base, head)]
        return regression(*samples(*sides, data.cases))

    return alarm


def regression(base: dict[str, Sample], head: dict[str, Sample]) -> bool:
    """Whether our rule calls any case a regression."""
    return any(found.verdict is Verdict.REGRESSION for found in judged(base, head).values())


def judged(base: dict[str, Sample], head: dict[str, Sample]) -> dict[str, Judged]:
    """Our rule without a past."""
    return judge_apart(base, head, [], lambda case: OURS, OURS.alpha)


def one_run(data: Recorded, statistic: Callable[..., np.ndarray], allowed: float) -> Rule:
    """One run against one: a statistic of the rounds has grown by more than a fixed share."""
    values = statistic(data.rounds_s, axis=2)

    def alarm(base: list[int], head: list[int]) -> bool:
        return bool((values[head[0]] > values[base[0]] * (1 + allowed)).any())

    return alarm


def asv(data: Recorded) -> Rule:
    """All rounds of a side together: Mann-Whitney p < 0.002, and medians that differ by more than a factor of 1.1."""

    def alarm(base: list[int], head: list[int]) -> bool:
        left, right = data.pooled(base), data.pooled(head)
        larger = np.median(right, axis=1) > 1.1 * np.median(left, axis=1)
        return bool((larger & (rank_test(left, right) < 0.002)).any())

    return alarm


def pyperf(data: Recorded) -> Rule:
    """All rounds of a side together: Student's t-test with pooled variance at 95 %, and a higher mean."""

    def alarm(base: list[int], head: list[int]) -> bool:
        found = ttest_ind(data.pooled(head), data.pooled(base), axis=1)
        return bool(((found.pvalue <= 0.05) & (found.statistic > 0)).any())

    return alarm


def benchstat(data: Recorded) -> Rule:
    """A run's median is one measurement: Mann-Whitney p <= 0.05, and a higher median of them."""
    medians = np.median(data.rounds_s, axis=2).T

    def alarm(base: list[int], head: list[int]) -> bool:
        left, right = medians[:, base], medians[:, head]
        larger = np.median(right, axis=1) > np.median(left, axis=1)
        return bool((larger & (rank_test(left, right) <= 0.05)).any())

    return alarm


def rank_test(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two-sided p of each row, exact, as both tools have it for up to 20 values a side."""
    return mannwhitneyu(left, right, axis=1, method="exact").pvalue


# Splits: places of base's and of head's runs.
