"""Rows of a comparison: the verdict on every case that can be compared, and the cases that can't."""

import math
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.analysis.hypotheses import RESOURCES_SHARE
from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.samples import Sample, lower_bound
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.unpaired import CONFIDENCE
from benchmarks.analysis.verdict import Verdict
from benchmarks.compare.remarks import shortage_note
from benchmarks.compare.resources import have_resources, resource_rows
from benchmarks.compare.sides import Side, Sides
from benchmarks.compare.terms import Terms
from benchmarks.compare.usual import StoredSittings
from benchmarks.history.case_times import CaseTimes
from benchmarks.history.comparability import Difference, case_difference
from benchmarks.history.run import WRONG_RESULT
from benchmarks.limits import over_ceiling
from benchmarks.text.node_ids import parse_node_id
from benchmarks.text.printable import visible


def rows(sides: Sides, stored: StoredSittings, by_loop: bool, terms: Terms) -> list[Row]:
    """Return a row for every case of either side that `-k` selects, and for its resources.

    With `by_loop`, times are compared relative to the plain loops of their runs.
    """
    broken = _wrong_results(sides.head, terms)
    unusable = _unusable(sides, terms)
    base, head = (
        {key: case for key, case in terms.select(side).items() if case.fullname not in broken and key not in unusable}
        for side in (sides.base, sides.head)
    )
    common = [key for key in base if key in head]
    changed = {key: why for key in common if (why := _difference(base[key], sides, terms))}
    gone = [case for key, case in base.items() if key not in head]
    new = [case for key, case in head.items() if key not in base]
    result = [
        *(_without_case(fullname, Verdict.BROKEN, terms, why) for fullname, why in broken.items()),
        *(row for key, row in unusable.items() if row.fullname not in broken),
        *(_without_times(base[key], Verdict.INCOMPARABLE, terms, _forceable(why)) for key, why in changed.items()),
        *_time_rows(sides, {key: head[key] for key in common if key not in changed}, stored, by_loop, terms),
        *resource_rows(sides, {key: case for key, case in head.items() if key not in changed}, terms),
        *_missing(gone, new, sides.head, terms),
        *(_without_times(case, Verdict.NEW, terms, _failure_in_base(case, sides.base)) for case in new),
    ]
    return result + _failed_only_in_head(result, sides.head, terms)


def _difference(case: CaseTimes, sides: Sides, terms: Terms) -> Difference | None:
    """Return how a case of base differs in any run of either side, None if it is the same everywhere."""
    others = (run.cases[case.key] for run in sides.runs if case.key in run.cases)
    return next((why for other in others if (why := case_difference(case, other, terms.forced))), None)


def _forceable(difference: Difference) -> str:
    return f"{difference}; to compare it anyway, add --force {difference.field}"


def _time_rows(
    sides: Sides, cases: Mapping[str, CaseTimes], stored: StoredSittings, by_loop: bool, terms: Terms
) -> list[Row]:
    """Return the rows about the times of cases that both sides measured with the same work."""
    if have_resources(sides):
        terms = replace(terms, alpha=terms.alpha * (1 - RESOURCES_SHARE))
    base, head = sides.times(cases, by_loop=False)
    compared = sides.times(cases, by_loop=True) if by_loop else (base, head)
    measured = {key: head[key].mean - base[key].mean for key in cases} if by_loop else {}
    comparisons = compare_saved(*compared, stored(cases, by_loop), terms.alpha, measured)
    rows = []
    for key, case in cases.items():
        comparison, thresholds = comparisons[key], terms.thresholds(case)
        base_s, head_s = math.exp(base[key].mean), math.exp(head[key].mean)
        verdict, note = judge_saved(comparison, thresholds, head_s / base_s), shortage_note(comparison.shortage)
        if verdict is Verdict.OVER_LIMIT:
            note = f"max_slowdown is {thresholds.applied_min_effect:.3g}"
        if over := over_ceiling(terms.limit(case), Quantity.TIME, _least_s(case, head[key], sides.head)):
            verdict, note = Verdict.OVER_LIMIT, over
        rows.append(
            Row(case.name, case.fullname, verdict, base_s, head_s, comparison, thresholds.applied_min_effect, note)
        )
    return rows


def _least_s(case: CaseTimes, sample: Sample, head: Side) -> float:
    """Return a lower bound of a case's time in head: Student's if there are several units, else the fastest round."""
    lower = lower_bound(sample, CONFIDENCE)
    if lower is not None:
        return lower
    runs = [run.cases[case.key] for run in head.runs if case.key in run.cases]
    return min(times.fastest_s for times in runs)


def _wrong_results(head: Side, terms: Terms) -> dict[str, str]:
    """Return the selected cases of head with a wrong result in any run, and what was wrong."""
    failed = {fullname: why for run in head.runs for fullname, why in run.failed.items()}
    return {name: why for name, why in failed.items() if why.startswith(WRONG_RESULT) and terms.selects(name)}


def _unusable(sides: Sides, terms: Terms) -> dict[str, Row]:
    """Return a row, by key, for every selected case whose numbers can't be used in any run of either side.

    It is MISSING if base had it by a name that head does not have, and INCOMPARABLE otherwise: none goes unnoticed.
    """
    rows = {}
    for side, name in ((sides.base, "base"), (sides.head, "head")):
        for key, case in side.unusable.items():
            if not terms.selects(case.param, case.name, case.fullname):
                continue
            gone = case.has_name and key not in sides.head.cases and key not in sides.head.unusable
            if gone and sides.head.own_cases_only:
                continue
            verdict = Verdict.MISSING if gone else Verdict.INCOMPARABLE
            both = key in sides.base.unusable and key in sides.head.unusable
            note = f"unusable in {'base and head' if both else name}: {case.reason}"
            rows[key] = Row(case.name, case.fullname, verdict, None, None, None, terms.min_effect, note)
    return rows


def _missing(gone: list[CaseTimes], new: list[CaseTimes], head: Side, terms: Terms) -> list[Row]:
    """Return a row for every case that only base has, unless head is a subset run that did not select it."""
    # The first new case by each of its names: there may be thousands of both.
    of_new = [{getattr(case, name): case for case in reversed(new)} for name in ("fullname", "name", "param")]
    rows = []
    for case in gone:
        reason = next((why for run in head.runs if (why := run.without_time.get(case.fullname))), "")
        if not reason and head.own_cases_only:
            continue
        note = reason or _new_name(case, *of_new) or "head has no such case"
        rows.append(_without_times(case, Verdict.MISSING, terms, note))
    return rows


def _new_name(
    case: CaseTimes,
    by_fullname: Mapping[str, CaseTimes],
    by_name: Mapping[str, CaseTimes],
    by_param: Mapping[str | None, CaseTimes],
) -> str:
    """Return a guess at what became of a missing case, empty if no new case is like it."""
    if case.fullname in by_fullname:
        return "head has a case of this name, but only one of the files is this suite's: they can't be compared"
    if other := by_name.get(case.name):
        parsed = parse_node_id(other.fullname)
        same_file = parsed.file == parse_node_id(case.fullname).file
        return f"moved to {visible(other.fullname if same_file else parsed.module)}?"
    if case.param and (other := by_param.get(case.param)):
        return f"renamed to {other.name}?"
    return ""


def _failure_in_base(case: CaseTimes, base: Side) -> str:
    return next((f"failed in base: {why}" for run in base.runs if (why := run.failed.get(case.fullname))), "")


def _failed_only_in_head(known: list[Row], head: Side, terms: Terms) -> list[Row]:
    """Return a row for every case that failed in head and that no other row names: no failure goes unnoticed."""
    named = {row.fullname for row in known}
    failed = {fullname: why for run in head.runs for fullname, why in run.failed.items() if fullname not in named}
    return [_without_case(name, Verdict.MISSING, terms, why) for name, why in failed.items() if terms.selects(name)]


def _without_times(case: CaseTimes, verdict: Verdict, terms: Terms, note: str) -> Row:
    return Row(case.name, case.fullname, verdict, None, None, None, terms.thresholds(case).applied_min_effect, note)


def _without_case(fullname: str, verdict: Verdict, terms: Terms, note: str) -> Row:
    """Return a row for a case of which only the full name is known, because it failed."""
    return Row(parse_node_id(fullname).name, fullname, verdict, None, None, None, terms.min_effect, note)
