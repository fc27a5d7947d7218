"""What cases of saved runs need beside time: rows of their own, judged with a share of the same alpha."""

import math
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import RESOURCES, Quantity
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.compare.remarks import shortage_note
from benchmarks.compare.sides import Side, units
from benchmarks.history.resources import PEAK_PSS_BYTES, needs
from benchmarks.history.run import CaseTimes
from benchmarks.limits import RESOURCE_KEYS, Limit, limit_of, over_memory


def measured(base: Side, head: Side) -> bool:
    """Whether both sides say what a case needed."""
    return all(any(needs(case.facts) for case in side.cases.values()) for side in (base, head))


def resource_rows(
    base: Side, head: Side, cases: Mapping[str, CaseTimes], alpha: float, min_effect: float, limits: tuple[Limit, ...]
) -> list[Row]:
    """A row for each of these cases and each resource that both sides know; over-limit memory of head alone, too.

    `alpha` is what is left for all of them together.
    """
    keys = [(key, quantity) for key in cases for quantity in RESOURCES]
    left = {one: found for one in keys if (found := _sample(base, head, base, *one))}
    right = {one: found for one in keys if (found := _sample(base, head, head, *one))}
    both = [one for one in keys if one in left and one in right]
    thresholds = Thresholds.of_case(alpha, min_effect, None)
    comparisons = compare_saved({one: left[one] for one in both}, {one: right[one] for one in both}, [], alpha)
    rows = []
    for one in both:
        comparison = comparisons[one]
        row = _row(cases[one[0]], one[1], judge_saved(comparison, thresholds), min_effect)
        before, after = math.exp(left[one].mean), math.exp(right[one].mean)
        note = shortage_note(comparison.shortage)
        rows.append(replace(row, base=before, head=after, comparison=comparison, note=note))
    return _over_limits(rows, head, cases, min_effect, limits)


def _over_limits(
    rows: list[Row], head: Side, cases: Mapping[str, CaseTimes], min_effect: float, limits: tuple[Limit, ...]
) -> list[Row]:
    """The rows, those of memory over its limit marked; one that base knows nothing of is added."""
    kept = list(rows)
    for key, case in cases.items():
        ceiling = limit_of(limits, (case.param, case.name, case.fullname)).max_pss_bytes
        seen = [run.cases[key] for run in head.runs if key in run.cases]
        peaks = [peak for one in seen if (peak := needs(one.facts).get(PEAK_PSS_BYTES)) is not None]
        if (note := over_memory(peaks, ceiling, "run")) is None:
            continue
        row = _row(case, Quantity.PSS, Verdict.OVER_LIMIT, min_effect)
        before = next((one for one in kept if one.name == row.name), None)
        kept = [one for one in kept if one is not before]
        kept.append(replace(before or replace(row, head=min(peaks)), verdict=row.verdict, note=note))
    return kept


def _row(case: CaseTimes, quantity: Quantity, verdict: Verdict, min_effect: float) -> Row:
    name = f"{case.name} {quantity.value}"
    return Row(name, case.fullname, verdict, None, None, None, min_effect, "", quantity)


def _sample(base: Side, head: Side, side: Side, key: str, quantity: Quantity) -> Sample | None:
    """What the runs of a side say, one value a unit; None where none says anything."""
    found = []
    for group in units(base, head, side):
        cases = [side.runs[place].cases[key] for place in group if key in side.runs[place].cases]
        logs = [math.log(value) for case in cases if (value := needs(case.facts).get(RESOURCE_KEYS[quantity]))]
        found += [math.fsum(logs) / len(logs)] if logs else []
    return Sample(tuple(found)) if found else None
