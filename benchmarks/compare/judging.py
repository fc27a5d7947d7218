"""Judge base's runs against head's."""

from collections.abc import Collection, Sequence

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.compare.baselines import eligible
from benchmarks.compare.remarks import remarks_on
from benchmarks.compare.rows import Terms, names, rows
from benchmarks.compare.sides import Side
from benchmarks.compare.usual import recorded
from benchmarks.errors import BadReference
from benchmarks.history.comparability import Difference, differences
from benchmarks.history.index import Index
from benchmarks.history.marks import Marks
from benchmarks.history.references import Found
from benchmarks.history.resources import PEAK_PSS_BYTES, needs
from benchmarks.history.run import read_run
from benchmarks.limits import unmatched


def judged(
    index: Index, marks: Marks, base_found: list[Found], head_found: list[Found], terms: Terms, allow_partial: bool
) -> Judgement:
    """Base's runs against head's; raises SuiteError where one can't be read or is no baseline."""
    base_found, said = eligible(base_found, head_found, index.entries, marks, allow_partial)
    _refuse_same(base_found, head_found)
    base, head = _side(base_found), _side(head_found)
    barred = _barred(base, head, terms.forced)
    compared = {one.entry.file.reference for one in (*base_found, *head_found) if one.entry}
    found = [] if barred else rows(base, head, recorded(index, compared, marks, base), terms)
    _refuse_unmatched(terms, base, head)
    _refuse_unknown_memory(terms, head)
    return Judgement(
        base=_label([one.label for one in base_found]),
        head=_label([one.label for one in head_found]),
        rows=worst_first(found),
        alpha=terms.alpha,
        min_effect=terms.min_effect,
        notes=(*map(str, barred), *said, *_forced(base, head, terms.forced), *remarks_on(base, head, found)),
    )


def _refuse_same(base: list[Found], head: list[Found]) -> None:
    same = {one.place for one in base} & {one.place for one in head}
    if same:
        raise BadReference(f"{sorted(path.name for path in same)[0]} stands on both sides; name a run on one side only")


def _side(found: list[Found]) -> Side:
    runs = sorted(((read_run(one.path), one) for one in found), key=lambda pair: str(pair[0].when))
    named_subset = all(one.named and run.selection != "{}" for run, one in runs)
    return Side(tuple(run for run, _ in runs), named_subset)


def _barred(base: Side, head: Side, forced: Collection[str]) -> list[Difference]:
    """The fields in which any two of the runs differ and may not."""
    everything = (*base.runs, *head.runs)
    found = [difference for other in everything[1:] for difference in differences(everything[0], other)]
    return list({one.field: one for one in found if one.field not in forced}.values())


def _forced(base: Side, head: Side, forced: Collection[str]) -> list[str]:
    return [f"forced: {one}" for one in _barred(base, head, ()) if one.field in forced]


def _refuse_unmatched(terms: Terms, base: Side, head: Side) -> None:
    cases = {names(case) for side in (base, head) for case in side.cases.values()}
    if wrong := unmatched(terms.limits, cases):
        raise BadReference(f"--limits: the pattern {wrong[0]!r} matches none of {len(cases)} cases; mend or remove it")
    if terms.keyword is not None and not any(terms.asks_for(*case) for case in cases):
        raise BadReference(f"-k {terms.keyword!r} matches none of {len(cases)} cases")


def _refuse_unknown_memory(terms: Terms, head: Side) -> None:
    """A limit that nobody can check must not look kept."""
    asked = any(limit.max_pss_bytes is not None for limit in terms.limits)
    if asked and not any(PEAK_PSS_BYTES in needs(case.facts) for case in head.cases.values()):
        raise BadReference("--limits: max_pss, but head has no memory data (PSS): measure it with --resources")


def _label(labels: Sequence[str]) -> str:
    """Return a side's label: up to three runs by name, more by their number."""
    if len(labels) <= 3:
        return ", ".join(labels)
    return f"{len(labels)} runs, {labels[0]} to {labels[-1]}"
