"""`compare BASE [HEAD]`: did this change make it slower, as far as saved runs can tell?"""

import argparse
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from benchmarks.analysis.judgement import Judgement, sides, worst_first
from benchmarks.history.comparability import FIELDS, Difference, differences
from benchmarks.history.errors import BadReference, HistoryError
from benchmarks.history.index import Index
from benchmarks.history.limits import read_limits, unmatched
from benchmarks.history.marks import Marks, read_marks, reject
from benchmarks.history.needs import PEAK_PSS_BYTES, needs
from benchmarks.history.references import EXPECTED, Found, find
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from benchmarks.verbs.advice import advice
from benchmarks.verbs.asked import alpha, min_effect
from benchmarks.verbs.baselines import eligible
from benchmarks.verbs.judged import add_output_arguments, outcome
from benchmarks.verbs.outcome import Outcome
from benchmarks.verbs.recorded import recorded
from benchmarks.verbs.saved_runs import Terms, names, rows
from benchmarks.verbs.sides import Side


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `compare` takes."""
    parser.add_argument("base", metavar="BASE", help=EXPECTED)
    parser.add_argument("head", metavar="HEAD", nargs="?", default="latest", help="the same (default: latest)")
    parser.add_argument("-k", metavar="PATTERN", dest="keyword", help="only cases with this in their name, or like it")
    parser.add_argument("--min-effect", metavar="P%", default="5%", help="the slowdown that matters (default: 5%%)")
    parser.add_argument("--alpha", metavar="P%", default="1%", help="chance of any false regression (default: 1%%)")
    parser.add_argument("--limits", metavar="FILE", help="limits a case, TOML")
    parser.add_argument(
        "--force",
        metavar="FIELD",
        action="append",
        default=[],
        help=f"go on where {', '.join(FIELDS)} differ; repeatable",
    )
    parser.add_argument("--allow-partial", action="store_true", help="take a partial run as a baseline")
    add_output_arguments(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Compare; raises HistoryError where something can't be read or is no baseline."""
    terms = _terms(args)
    marks = read_marks(store)
    with closing(Index(store)) as index:
        base_found, head_found = find(args.base, index, marks), find(args.head, index, marks)
        judgement = judged(index, marks, base_found, head_found, terms, args.allow_partial)
    warnings = _reject(store, head_found, judgement) if judgement.failed else ()
    return outcome(args, judgement, warnings)


def judged(
    index: Index, marks: Marks, base_found: list[Found], head_found: list[Found], terms: Terms, allow_partial: bool
) -> Judgement:
    """Base's runs against head's; raises HistoryError where one can't be read or is no baseline."""
    base_found, said = eligible(base_found, head_found, index.entries, marks, allow_partial)
    _refuse_same(base_found, head_found)
    base, head = _side(base_found), _side(head_found)
    barred = _barred(base, head, terms.forced)
    compared = {one.entry.file.reference for one in (*base_found, *head_found) if one.entry}
    found = [] if barred else rows(base, head, recorded(index, compared, marks, base), terms)
    _refuse_unmatched(terms, base, head)
    _refuse_unknown_memory(terms, head)
    return Judgement(
        base=sides([one.label for one in base_found]),
        head=sides([one.label for one in head_found]),
        rows=worst_first(found),
        alpha=terms.alpha,
        min_effect=terms.min_effect,
        notes=(*map(str, barred), *said, *_forced(base, head, terms.forced), *advice(base, head, found)),
    )


def _terms(args: argparse.Namespace) -> Terms:
    if unknown := sorted(set(args.force) - set(FIELDS)):
        raise BadReference(f"--force {unknown[0]!r}: no such field; expected one of {', '.join(FIELDS)}")
    limits = read_limits(Path(args.limits)) if args.limits else ()
    return Terms(alpha(args.alpha), min_effect(args.min_effect), limits, frozenset(args.force), args.keyword)


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
        raise BadReference("--limits: max_pss, but head says nothing of memory (PSS): measure it with --resources")


def _reject(store: Store, head: list[Found], judgement: Judgement) -> tuple[str, ...]:
    """Keep a newest run that failed from becoming the next one's baseline."""
    said = []
    for one in head:
        if one.named or one.entry is None:
            continue
        try:
            reject(store, one.entry.file.reference, f"compare with {judgement.base}"[:200])
            said.append(f"{one.label} is marked rejected: no baseline unless it is pinned with `baseline set`")
        except HistoryError as error:
            said.append(f"{one.label} could not be marked rejected: {error}")
    return tuple(said)
