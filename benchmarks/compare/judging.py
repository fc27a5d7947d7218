"""Compare the runs that a user named: read both sides, make the rows, add the remarks."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.compare.answer import answer
from benchmarks.compare.baselines import eligible
from benchmarks.compare.file_remarks import file_remarks
from benchmarks.compare.machine_speed import machine_speed
from benchmarks.compare.remarks import remarks_on
from benchmarks.compare.resources import refuse_unchecked_ceilings
from benchmarks.compare.rows import rows
from benchmarks.compare.sides import Side, Sides
from benchmarks.compare.terms import Terms, names_of
from benchmarks.compare.usual import stored_sittings
from benchmarks.errors import BadReference
from benchmarks.history.comparability import Difference, bars, differences
from benchmarks.history.index import Index, bars_key
from benchmarks.history.marks import Marks
from benchmarks.history.references import Found
from benchmarks.history.run import Run, read_run
from benchmarks.limits import unmatched
from benchmarks.text.formatting import counted


def compare_runs(index: Index, marks: Marks, base: list[Found], head: list[Found], terms: Terms) -> Judgement:
    """Compare base's runs with head's. Raises SuiteError if one can't be read or is no valid baseline."""
    base, baseline_remarks = eligible(base, head, index.entries, marks, terms.allow_partial)
    _refuse_same(base, head)
    sides = Sides(_side(base), _side(head))
    _refuse_unmatched(terms, sides)
    refuse_unchecked_ceilings(terms, sides.head)
    differing = _differences(sides)
    barred = [difference for difference in differing if difference.field not in terms.forced]
    forced = [f"forced: {difference}" for difference in differing if difference.field in terms.forced]
    compared = {run.entry.file.reference for run in (*base, *head) if run.entry}
    speed = machine_speed(sides, {difference.field for difference in differing})
    loop_ratio = speed.loop_ratio if speed and speed.divided else None
    case_rows = (
        []
        if barred
        else rows(sides, stored_sittings(index, marks, compared, sides.base), loop_ratio is not None, terms)
    )
    return Judgement(
        base=_label([run.label for run in base]),
        head=_label([run.label for run in head]),
        rows=worst_first(case_rows),
        alpha=terms.alpha,
        min_effect=terms.min_effect,
        notes=(
            *_barring(barred),
            *baseline_remarks,
            *forced,
            *file_remarks(sides),
            *remarks_on(sides, case_rows),
        ),
        answer=tuple(answer(sides, speed, case_rows)),
        loop_ratio=loop_ratio,
    )


def _barring(barred: Sequence[Difference]) -> list[str]:
    """Return the differences in what must be equal, and how to compare the runs all the same."""
    if not barred:
        return []
    fields = dict.fromkeys(difference.field for difference in barred)
    options = " ".join(f"--force {field}" for field in fields)
    return [
        *map(str, barred),
        f"Runs that differ in this are not compared. To compare them anyway, add {options}",
    ]


def _refuse_same(base: list[Found], head: list[Found]) -> None:
    same = {run.place for run in base} & {run.place for run in head}
    if same:
        raise BadReference(f"{sorted(path.name for path in same)[0]} is on both sides; name each run on one side only")


def _side(named: list[Found]) -> Side:
    runs = sorted(((read_run(run.path), run.named) for run in named), key=lambda pair: str(pair[0].when))
    own_cases_only = all(is_named and run.selection != "{}" for run, is_named in runs)
    return Side(tuple(run for run, _ in runs), own_cases_only)


def _differences(sides: Sides) -> list[Difference]:
    """Return the fields that forbid a comparison and in which any two runs differ, each with the first such pair.

    A run that does not have a condition equals any other, so comparing all with the first one is not enough.
    """
    unlike: dict[str, Run] = {}
    for run in sides.runs:
        unlike.setdefault(bars_key(bars(run)), run)
    all_differences: dict[str, Difference] = {}
    for left, right in combinations(unlike.values(), 2):
        runs = " against ".join(Path(run.origin).name for run in (left, right)) if len(sides.runs) > 2 else ""
        for difference in differences(left, right):
            all_differences.setdefault(difference.field, replace(difference, runs=runs))
    return list(all_differences.values())


def _refuse_unmatched(terms: Terms, sides: Sides) -> None:
    """Raise BadReference for a pattern of `--limits` or `-k` that matches no case."""
    cases: Collection[tuple[str | None, ...]] = {
        names_of(case) for side in (sides.base, sides.head) for case in side.cases.values()
    }
    if message := unmatched(terms.limits, cases):
        raise BadReference(message)
    if terms.keyword is not None and not any(terms.selects(*names) for names in cases):
        raise BadReference(f"-k {terms.keyword!r} matches no case ({counted(len(cases), 'case')} here)")


def _label(labels: Sequence[str]) -> str:
    """Return a side's label: up to three runs by name, more by their number."""
    if len(labels) <= 3:
        return ", ".join(labels)
    return f"{len(labels)} runs, {labels[0]} to {labels[-1]}"
