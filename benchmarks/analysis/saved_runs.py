"""Compare two sides whose runs were measured apart: every case, adjusted for the number of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.analysis.against_history import compare_with_history
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.unpaired import FEWEST_UNITS, Comparison, K, TooFewUnits, compare, holm, ratio_only
from benchmarks.analysis.verdict import Thresholds, Verdict, judge


def compare_saved(
    base: Mapping[K, Sample],
    head: Mapping[K, Sample],
    stored: Sequence[Mapping[K, float]],
    alpha: float,
    measured: Mapping[K, float],
) -> dict[K, Comparison]:
    """Compare the cases of `base`, all of which `head` has, with p-values adjusted for the number of cases.

    If most cases have FEWEST_UNITS units or more per side, by Welch's test and Holm's adjustment; otherwise against the
    `stored` sittings, each a mapping of logarithms. `alpha` bounds the probability of any false REGRESSION.

    If the samples are of times relative to something, `measured` has the logarithms of head/base as measured; see
    `unpaired.Change`. It is empty if the samples are of the times as measured.
    """
    tested = {case for case in base if min(base[case].n, head[case].n) >= FEWEST_UNITS}
    if 2 * len(tested) <= len(base):
        return compare_with_history(base, head, stored, alpha, measured) if base else {}
    level = alpha / len(tested)
    compared = {case: compare(base[case], head[case], level, measured.get(case)) for case in base if case in tested}
    slower = holm({case: change.p_slower for case, change in compared.items() if change.p_slower is not None})
    faster = holm({case: change.p_faster for case, change in compared.items() if change.p_faster is not None})
    few = TooFewUnits(FEWEST_UNITS)
    return {
        **{case: replace(change, p_slower=slower[case], p_faster=faster[case]) for case, change in compared.items()},
        **{case: ratio_only(base[case], head[case], few) for case in base if case not in tested},
    }


def judge_saved(comparison: Comparison, thresholds: Thresholds, measured_ratio: float) -> Verdict:
    """Return the verdict on a comparison whose p-values are adjusted.

    `measured_ratio` is head over base of the times as measured, from which those of `comparison` may differ by what
    they are relative to. A verdict that these times would contradict is none.
    """
    verdict = judge(
        comparison.ratio,
        comparison.p_slower,
        comparison.p_faster,
        thresholds,
        comparison.below,
        comparison.above,
    )
    agrees = {
        Verdict.OVER_LIMIT: measured_ratio > 1 + thresholds.regression_floor,
        Verdict.REGRESSION: measured_ratio > 1 + thresholds.regression_floor,
        Verdict.IMPROVEMENT: measured_ratio < 1 / (1 + thresholds.floor),
        Verdict.UNCHANGED: measured_ratio < 1 + thresholds.applied_min_effect,
    }
    return verdict if agrees.get(verdict, True) else Verdict.INCONCLUSIVE
