"""Compare one or two units per side with stored sittings: is head further from base than any of them was?

Two runs alone contain no information on the machine's noise. Stored sittings do: if nothing changed, head is one more
of them, and is the most extreme of N + 1 with probability 1 / (N + 1).
"""

from collections.abc import Mapping, Sequence
from math import sqrt

from benchmarks.analysis.samples import Sample, deviation
from benchmarks.analysis.unpaired import Change, Comparison, K, TooFewStored, ratio_only

# With fewer stored sittings their spread is too uncertain for an interval.
_FEWEST_STORED = 5


def compare_with_history(
    base: Mapping[K, Sample],
    head: Mapping[K, Sample],
    stored: Sequence[Mapping[K, float]],
    alpha: float,
    measured: Mapping[K, float],
) -> dict[K, Comparison]:
    """Compare each case of head with base; `stored` has the logarithms of the cases' times, one mapping per sitting.

    `measured` is as in `unpaired.Change`, by case. Sittings that lack a case of `base` are ignored. The statistic is
    the distance from base in standard deviations of the case. A case's p-value is the share of sittings (head included)
    whose largest distance over all cases is at least as large, which adjusts it for the number of cases. It is exact if
    head is exchangeable with the stored sittings. If those contain many changes, little can be detected, and
    `detectable_effect` shows it.
    """
    stored = [sitting for sitting in stored if sitting.keys() >= base.keys()]
    n = len(stored)
    shortage = TooFewStored(stored=n, needed=round(1 / alpha) - 1)
    if n < _FEWEST_STORED:
        return {case: ratio_only(base[case], head[case], shortage) for case in base}
    # Head is part of the spread like every other sitting; this makes all of them exchangeable.
    spread = {case: deviation([*(sitting[case] for sitting in stored), head[case].mean]) for case in base}
    slower = [max((sitting[case] - base[case].mean) / spread[case] for case in base) for sitting in stored]
    faster = [max((base[case].mean - sitting[case]) / spread[case] for case in base) for sitting in stored]
    rank = int(alpha * (n + 1))  # sittings, head included, that may be as far out as a regression
    critical = sorted(slower, reverse=True)[rank - 1] if rank else None

    def comparison(case: K) -> Comparison:
        error = spread[case] * sqrt(1 / base[case].n + 1 / head[case].n)
        change = Change(base[case], head[case], measured.get(case), error, n - 1)
        if critical is None:
            return change.tested(None, None, None, shortage)
        return change.tested(
            _share_as_far(change.least / spread[case], slower),
            _share_as_far(-change.most / spread[case], faster),
            critical * spread[case],
        )

    return {case: comparison(case) for case in base}


def _share_as_far(distance: float, stored: Sequence[float]) -> float:
    """Return the share of sittings, head included, that are at least as far from base as head is."""
    return (1 + sum(other >= distance for other in stored)) / (len(stored) + 1)
