"""From two sides to rows: what can be compared, what is missing, and what each case comes to."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from benchmarks.analysis.hypotheses import RESOURCES_SHARE
from benchmarks.analysis.judgement import Row
from benchmarks.analysis.samples import Sample, summarize
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.unpaired import CONFIDENCE, Comparison
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.compare.remarks import shortage_note
from benchmarks.compare.resources import measured, resource_rows
from benchmarks.compare.sides import Side, samples
from benchmarks.history.comparability import case_difference
from benchmarks.history.run import WRONG_RESULT, CaseTimes
from benchmarks.limits import Limit, limit_of

# For some cases, the logarithms of their times in each recorded session.
Past = Callable[[Collection[str]], list[Mapping[str, float]]]


@dataclass(frozen=True)
class Terms:
    """How the sides are judged. Fractions; `forced` are fields in which they may differ."""

    alpha: float
    min_effect: float
    limits: tuple[Limit, ...]
    forced: frozenset[str]
    keyword: str | None

    def thresholds(self, case: CaseTimes) -> Thresholds:
        """Return the thresholds of a case, with its own max_slowdown if it has one."""
        limit = limit_of(self.limits, names(case)).max_slowdown
        return Thresholds.of_case(self.alpha, self.min_effect, limit)

    def select(self, side: Side) -> dict[str, CaseTimes]:
        """The cases of a side that `-k` asks for."""
        return {key: case for key, case in side.cases.items() if self.asks_for(*names(case))}

    def asks_for(self, *called: str | None) -> bool:
        """Whether `-k` is a part of one of a case's names, in any case of letters, or a pattern as in a shell."""
        word = (self.keyword or "").lower()
        return any(name and (word in name.lower() or fnmatchcase(name.lower(), word)) for name in called)


def names(case: CaseTimes) -> tuple[str | None, ...]:
    """What a pattern may match: `loky-n4-b1000`, `test_summation[loky-n4-b1000]`, or with the file's path."""
    return case.param, case.name, case.fullname


def rows(base: Side, head: Side, past: Past, terms: Terms) -> list[Row]:
    """A row for every case of either side that `-k` asks for."""
    alpha = terms.alpha
    broken = _wrong_results(head, terms)
    found = [_nameless(fullname, Verdict.BROKEN, terms, why) for fullname, why in broken.items()]
    old, new = (
        {key: case for key, case in terms.select(side).items() if case.fullname not in broken} for side in (base, head)
    )
    both = [key for key in old if key in new]
    if measured(base, head):
        terms = replace(terms, alpha=terms.alpha * (1 - RESOURCES_SHARE))
    changed = {key: why for key in both if (why := case_difference(old[key], new[key], terms.forced))}
    found += [_row(old[key], Verdict.INCOMPARABLE, terms, str(why)) for key, why in changed.items()]
    found += _compared(base, head, {key: new[key] for key in both if key not in changed}, past, terms)
    sound = {key: case for key, case in new.items() if key not in changed}
    found += resource_rows(base, head, sound, alpha * RESOURCES_SHARE, terms.min_effect, terms.limits)
    fresh = [case for key, case in new.items() if key not in old]
    found += _missing([case for key, case in old.items() if key not in new], fresh, head, terms)
    found += [_row(case, Verdict.NEW, terms, _failed_before(case, base)) for case in fresh]
    return found + _failed_anew(found, head, terms)


def _compared(base: Side, head: Side, cases: Mapping[str, CaseTimes], past: Past, terms: Terms) -> list[Row]:
    left, right = samples(base, head, cases)
    comparisons = compare_saved(left, right, past(cases), terms.alpha)
    return [_times(case, comparisons[key], left[key], right[key], head, terms) for key, case in cases.items()]


def _times(case: CaseTimes, comparison: Comparison, left: Sample, right: Sample, head: Side, terms: Terms) -> Row:
    thresholds = terms.thresholds(case)
    verdict, note = judge_saved(comparison, thresholds), shortage_note(comparison.shortage)
    min_effect = thresholds.applied_min_effect
    ceiling = limit_of(terms.limits, names(case)).max_time_s
    if ceiling is not None and (least := _least_s(case, right, head)) > ceiling:
        verdict, note = Verdict.OVER_LIMIT, f"takes at least {least:.3g} s; max_time is {ceiling:.3g} s"
    elif verdict is Verdict.OVER_LIMIT:
        note = f"max_slowdown is {min_effect:.3g}"
    base_s, head_s = math.exp(left.mean), math.exp(right.mean)
    return Row(case.name, case.fullname, verdict, base_s, head_s, comparison, min_effect, note)


def _least_s(case: CaseTimes, sample: Sample, head: Side) -> float:
    """The lower bound of a case's time in head: Student's over units; of one unit the fastest round."""
    lower = summarize(sample, CONFIDENCE).lo_s
    if lower is not None:
        return lower
    times = [run.cases[case.key] for run in head.runs if case.key in run.cases]
    return min(min(one.rounds_s, default=one.mean_s) for one in times)


def _wrong_results(head: Side, terms: Terms) -> dict[str, str]:
    """Cases of head with a wrong result in any run, and what was wrong."""
    failed = {fullname: why for run in head.runs for fullname, why in run.failed.items()}
    return {name: why for name, why in failed.items() if why.startswith(WRONG_RESULT) and terms.asks_for(name)}


def _missing(gone: list[CaseTimes], fresh: list[CaseTimes], head: Side, terms: Terms) -> list[Row]:
    found = []
    for case in gone:
        reasons = [run.without_time.get(case.fullname) for run in head.runs]
        why = next(filter(None, reasons), "")
        if not why and head.own_cases_only:
            continue
        renamed = next((f"renamed to {other.name}?" for other in fresh if _tail(other) == _tail(case)), "")
        found.append(_row(case, Verdict.MISSING, terms, why or renamed or "head has no such case"))
    return found


def _tail(case: CaseTimes) -> str:
    """What stays of a case's key when its function is renamed, or, without parameters, when its file is moved."""
    _, bracket, params = case.key.partition("[")
    return params if bracket else case.name


def _failed_before(case: CaseTimes, base: Side) -> str:
    return next((f"failed in base: {why}" for run in base.runs if (why := run.failed.get(case.fullname))), "")


def _failed_anew(known: list[Row], head: Side, terms: Terms) -> list[Row]:
    """Cases that only head was asked for, and that failed there: a failure never passes unseen."""
    named = {row.fullname for row in known}
    failed = {fullname: why for run in head.runs for fullname, why in run.failed.items() if fullname not in named}
    return [_nameless(name, Verdict.MISSING, terms, why) for name, why in failed.items() if terms.asks_for(name)]


def _row(case: CaseTimes, verdict: Verdict, terms: Terms, note: str) -> Row:
    return Row(case.name, case.fullname, verdict, None, None, None, terms.thresholds(case).applied_min_effect, note)


def _nameless(fullname: str, verdict: Verdict, terms: Terms, note: str) -> Row:
    return Row(fullname.rpartition("::")[2], fullname, verdict, None, None, None, terms.min_effect, note)
