"""`compare BASE [HEAD]`: did this change make it slower, as far as saved runs can tell?"""

import argparse
import os
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.analysis.judgement import Judgement, sides, worst_first
from benchmarks.history.baseline import in_ci, objections
from benchmarks.history.comparability import FIELDS, Difference, bars, differences
from benchmarks.history.errors import BadReference, HistoryError
from benchmarks.history.index import Entry, Index, bars_key, facts, work_key
from benchmarks.history.limits import parse_percent, read_limits, unmatched
from benchmarks.history.marks import Marks, read_marks, reject
from benchmarks.history.references import EXPECTED, Found, find
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from benchmarks.report import csv_rows, json_document, junit, markdown, terminal
from benchmarks.verbs.advice import advice
from benchmarks.verbs.outcome import Exit, Outcome
from benchmarks.verbs.saved_runs import Terms, names, rows
from benchmarks.verbs.sides import Side

# More recorded sessions than that add little to what is usual, and cost time.
_MOST_PAST = 300

RENDERERS = {
    "json": json_document.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "csv": csv_rows.render,
}


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
    parser.add_argument("--inconclusive", choices=("pass", "fail"), help="what exit code 3 becomes: 0 or 1")
    for name in RENDERERS:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write it as {name} as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Compare; raises HistoryError where something can't be read or is no baseline."""
    terms = _terms(args)
    marks = read_marks(store)
    with closing(Index(store)) as index:
        base_found, head_found = find(args.base, index, marks), find(args.head, index, marks)
        base_found, said = _eligible(base_found, head_found, index.entries, marks, args.allow_partial)
        _refuse_same(base_found, head_found)
        base, head = _side(base_found), _side(head_found)
        barred = _barred(base, head, terms.forced)
        found = [] if barred else rows(base, head, _past(index, base_found, head_found, marks, base), terms)
    _refuse_unmatched(terms, base, head)
    judgement = Judgement(
        base=sides([one.label for one in base_found]),
        head=sides([one.label for one in head_found]),
        rows=worst_first(found),
        alpha=terms.alpha,
        min_effect=terms.min_effect,
        notes=(*map(str, barred), *said, *_forced(base, head, terms.forced), *advice(base, head, found)),
    )
    code = _exit_code(judgement, args.inconclusive)
    warnings = _reject(store, head_found, judgement) if judgement.failed else ()
    files = {getattr(args, name): render(judgement) for name, render in RENDERERS.items() if getattr(args, name)}
    return Outcome(terminal.render(judgement, args.coloured), code, files, warnings)


def _terms(args: argparse.Namespace) -> Terms:
    parsed = {}
    for name in ("min_effect", "alpha"):
        try:
            parsed[name] = parse_percent(getattr(args, name))
        except ValueError as error:
            raise BadReference(f"--{name.replace('_', '-')}: {error}") from None
    if parsed["alpha"] > 0.5:
        raise BadReference(f"--alpha {args.alpha}: expected at most 50%: it is the chance of a false alarm")
    if unknown := sorted(set(args.force) - set(FIELDS)):
        raise BadReference(f"--force {unknown[0]!r}: no such field; expected one of {', '.join(FIELDS)}")
    limits = read_limits(Path(args.limits)) if args.limits else ()
    return Terms(parsed["alpha"], parsed["min_effect"], limits, frozenset(args.force), args.keyword)


def _eligible(
    found: list[Found], head: list[Found], entries: list[Entry], marks: Marks, allow_partial: bool
) -> tuple[list[Found], list[str]]:
    """The base runs that may be a baseline. Raises BadReference for one that was named and may not."""
    strict, said, chosen = in_ci(os.environ), [], []
    heads = {one.path for one in head}
    for one in found:
        known, rejected = _known(one, marks)
        why = objections(known, None, allow_partial, strict)
        if not one.named and (why or rejected):
            one, replaced = _older(one, entries, heads, marks, allow_partial, strict), one
            said.append(f"{replaced.label} may not be a baseline; {one.label}, the newest before it that may, is")
            known, rejected = _known(one, marks)
            why = []
        if why:
            raise BadReference(f"{one.label} can't be a baseline: {'; '.join(why)}")
        said += [f"base {one.label} was rejected ({rejected})"] if rejected else []
        said += [f"base {one.label} was measured on a dirty working tree"] if known["dirty"] else []
        said += [f"base {one.label} is partial"] if known["state"] != "complete" else []
        chosen.append(one)
    return chosen, said


def _known(one: Found, marks: Marks) -> tuple[Mapping[str, Any], str | None]:
    """A run's facts, and why it was rejected if it was. Raises Unreadable for a broken file."""
    if one.entry is None or one.entry.error is not None:
        return facts(read_run(one.path)), None
    return one.entry.facts, marks.rejected.get(one.entry.file.reference)


def _older(
    one: Found, entries: list[Entry], heads: Collection[Path], marks: Marks, allow_partial: bool, strict: bool
) -> Found:
    """The newest run before `one` that is like it and may be a baseline."""
    assert one.entry is not None
    for entry in reversed(entries[: entries.index(one.entry)]):
        rejected = marks.rejected.get(entry.file.reference)
        if entry.bars != one.entry.bars or entry.error or rejected or entry.file.path in heads:
            continue
        if not objections(entry.facts, None, allow_partial, strict):
            return Found(entry.file.path, entry, named=False)
    raise BadReference(f"{one.label} may not be a baseline, and no run before it may; see `runs`, or name one")


def _refuse_same(base: list[Found], head: list[Found]) -> None:
    same = {one.path for one in base} & {one.path for one in head}
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
    cases = [names(case) for side in (base, head) for case in side.cases.values()]
    if wrong := unmatched(terms.limits, cases):
        raise BadReference(f"--limits: the pattern {wrong[0]!r} matches none of {len(cases)} cases; mend or remove it")
    if terms.keyword is not None and not any(terms.asks_for(*case) for case in cases):
        raise BadReference(f"-k {terms.keyword!r} matches none of {len(cases)} cases")


def _past(index: Index, base: list[Found], head: list[Found], marks: Marks, side: Side) -> Any:
    """Gives the recorded sessions that are like the compared runs and are not among them."""
    from benchmarks.analysis.turns import sessions

    compared = {one.path for one in (*base, *head)}
    like = bars_key(bars(side.runs[0]))
    usable = [
        entry
        for entry in index.entries
        if entry.bars == like
        and entry.when is not None
        and entry.file.path not in compared
        and entry.file.reference not in marks.rejected
    ]
    newest = usable[-20 * _MOST_PAST :]
    groups = sessions([entry.when for entry in newest if entry.when is not None])[-_MOST_PAST:]
    runs = [newest[group[-1]].id for group in groups]  # the session's last run stands for it

    def past(keys: Collection[str]) -> list[Mapping[str, float]]:
        works = {key: work_key(case) for key, case in side.cases.items()}
        return [
            {key: logs[key, works[key]] for key in keys if (key, works[key]) in logs}
            for logs in index.log_centers(runs)
        ]

    return past


def _exit_code(judgement: Judgement, inconclusive: str | None) -> Exit:
    if judgement.failed:
        return Exit.FAILED
    if not judgement.undecided:
        return Exit.FINE
    return {None: Exit.UNDECIDED, "pass": Exit.FINE, "fail": Exit.FAILED}[inconclusive]


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
