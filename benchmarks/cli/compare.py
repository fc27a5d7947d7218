"""`compare BASE [HEAD]`: did a change make any case slower, as far as saved runs can tell?"""

import argparse
from contextlib import closing
from pathlib import Path

from benchmarks.analysis.judgement import Judgement
from benchmarks.analysis.verdict import Verdict
from benchmarks.cli.acceptance_options import accepted_in_runs, add_accepted_argument
from benchmarks.cli.options import (
    add_limits_argument,
    add_output_arguments,
    add_rule_arguments,
    alpha,
    min_effect,
    refuse_overwriting,
)
from benchmarks.cli.outcome import JUDGEMENT_EXIT_CODES, Outcome, judgement_outcome
from benchmarks.compare.judging import compare_runs
from benchmarks.compare.terms import Terms
from benchmarks.errors import BadReference, SuiteError
from benchmarks.history.comparability import FIELDS
from benchmarks.history.index import Index
from benchmarks.history.marks import read_marks, reject
from benchmarks.history.references import EXPECTED, Found, find
from benchmarks.history.store import Store
from benchmarks.limits import read_limits

DESCRIPTION = """Compare stored runs, or files of pytest-benchmark, and give a verdict on each case and on the whole.
Between two runs there is rarely enough for a verdict: the answer then says how the machine changed,
which cases stand out, and how to get a verdict."""
EXAMPLE = """python -m benchmarks compare baseline:main latest   # the pinned baseline against the latest run
python -m benchmarks compare 1..6 7..12             # six runs per side"""
EXIT_CODES = JUDGEMENT_EXIT_CODES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `compare`."""
    parser.add_argument("base", metavar="BASE", help=f"the runs to compare with: {EXPECTED}")
    parser.add_argument(
        "head", metavar="HEAD", nargs="?", default="latest", help="the runs to judge, named like BASE (default: latest)"
    )
    parser.add_argument(
        "-k",
        metavar="PATTERN",
        dest="keyword",
        help="compare only cases whose name contains PATTERN, or matches it as in a shell",
    )
    add_rule_arguments(parser)
    add_limits_argument(parser)
    add_accepted_argument(parser)
    parser.add_argument(
        "--force",
        metavar="FIELD",
        action="append",
        default=[],
        help=f"compare although FIELD differs; repeatable; one of {', '.join(FIELDS)}",
    )
    parser.add_argument("--allow-partial", action="store_true", help="accept a partial run as a baseline")
    add_output_arguments(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Compare saved runs. Raises SuiteError if one can't be read or is no valid baseline."""
    terms = _terms(args)
    marks = read_marks(store)
    with closing(Index(store)) as index:
        base, head = find(args.base, index, marks), find(args.head, index, marks)
        refuse_overwriting(args, [run.path for run in (*base, *head)])
        judgement = compare_runs(index, marks, base, head, terms)
    judgement = accepted_in_runs(args, [run.path for run in base], judgement)
    warnings = _reject(store, head, judgement) if judgement.failed and not _of_other_tasks(judgement) else ()
    return judgement_outcome(args, judgement, warnings)


def _terms(args: argparse.Namespace) -> Terms:
    if unknown := sorted(set(args.force) - set(FIELDS)):
        raise BadReference(f"--force {unknown[0]!r}: no such field; expected one of {', '.join(FIELDS)}")
    limits = read_limits(Path(args.limits)) if args.limits else ()
    return Terms(
        alpha=alpha(args.alpha),
        min_effect=min_effect(args.min_effect),
        limits=limits,
        forced=frozenset(args.force),
        keyword=args.keyword,
        allow_partial=args.allow_partial,
    )


def _of_other_tasks(judgement: Judgement) -> bool:
    """Return whether every case is on one side only: head may be fine beside a run of the same tasks."""
    return {row.verdict for row in judgement.rows} == {Verdict.MISSING, Verdict.NEW}


def _reject(store: Store, head: list[Found], judgement: Judgement) -> tuple[str, ...]:
    """Mark runs that `latest` stood for and that failed as rejected, so that none becomes the next baseline.

    Returns a warning per run.
    """
    warnings = []
    for run in head:
        if run.named or run.entry is None:
            continue
        try:
            reject(store, run.entry.file.reference, f"compare with {judgement.base}"[:200])
            warnings.append(
                f"{run.label} is marked as rejected: it can't be a baseline unless you pin it with `baseline set`"
            )
        except SuiteError as error:
            warnings.append(f"{run.label} could not be marked as rejected: {error}")
    return tuple(warnings)
