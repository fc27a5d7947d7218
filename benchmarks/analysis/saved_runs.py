"""The comparison of two sides whose runs were measured apart: every case, adjusted for how many there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.analysis.against_history import compare_among_past
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.unpaired import FEWEST_UNITS, Comparison, K, compare, holm
from benchmarks.analysis.verdict import Thresholds, Verdict, judge


@dataclass(frozen=True)
class Judged:
    """A case's comparison, with p-values adjusted for the number of cases, and what it amounts to."""

    comparison: Comparison
    verdict: Verdict


def judge_apart(
    base: Mapping[K, Sample],
    head: Mapping[K, Sample],
    past: Sequence[Mapping[K, float]],
    thresholds: Callable[[K], Thresholds],
    alpha: float,
) -> dict[K, Judged]:
    """Verdicts on the cases of `base`, all of which `head` has.

    Welch and Holm where most cases have three units and more a side; otherwise against the recorded sessions `past`,
    one mapping of logarithms each. `alpha` bounds the probability of any false REGRESSION.
    """
    if not base:
        return {}
    enough = {case for case in base if min(base[case].n, head[case].n) >= FEWEST_UNITS}
    if 2 * len(enough) > len(base):
        found = _welch(base, head, enough, alpha)
    else:
        found = compare_among_past(base, head, past, alpha)
    return {case: Judged(comparison, _verdict(comparison, thresholds(case))) for case, comparison in found.items()}


def _verdict(found: Comparison, thresholds: Thresholds) -> Verdict:
    return judge(found.ratio, found.p_slower, found.p_faster, thresholds, found.below, found.above)


def _welch(base: Mapping[K, Sample], head: Mapping[K, Sample], enough: set[K], alpha: float) -> dict[K, Comparison]:
    tested = {case: compare(base[case], head[case], alpha / len(enough)) for case in base if case in enough}
    slower = holm({case: found.p_slower for case, found in tested.items() if found.p_slower is not None})
    faster = holm({case: found.p_faster for case, found in tested.items() if found.p_faster is not None})
    rest = compare_among_past({case: sample for case, sample in base.items() if case not in enough}, head, [], alpha)
    few = f"measured in fewer than {FEWEST_UNITS} sessions of a side"
    return {
        **{case: replace(found, p_slower=slower[case], p_faster=faster[case]) for case, found in tested.items()},
        **{case: replace(found, warnings=(few,)) for case, found in rest.items()},
    }
