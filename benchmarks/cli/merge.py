"""`merge RUN...`: the parts that `--shard` measured, joined into one run."""

import argparse
from contextlib import closing

from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import BadReference
from benchmarks.files.reading import read_document
from benchmarks.history.index import Index
from benchmarks.history.marks import read_marks
from benchmarks.history.merging import FIELDS, Part, forced_differences, merge
from benchmarks.history.references import EXPECTED, Found, find
from benchmarks.history.run import parse_run
from benchmarks.history.store import Store, refuse_name
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

DESCRIPTION = """Join the runs that the shards of one session have saved (pytest's --shard) into one run, and save
it. Parts that overlap, or that are of another machine, commit or split, are refused."""
EXAMPLE = "python -m benchmarks merge shard-1.json shard-2.json --name whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `merge`."""
    parser.add_argument("parts", metavar="RUN", nargs="+", help=f"a part: {EXPECTED}")
    parser.add_argument("--name", default="merged", help="name of the run that is saved (default: merged)")
    parser.add_argument("--allow-partial", action="store_true", help="join the parts although one is missing")
    parser.add_argument(
        "--force",
        metavar="FIELD",
        action="append",
        default=[],
        help=f"join the parts although FIELD differs; repeatable; one of {', '.join(FIELDS)}",
    )


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Join the parts and save the run. Raises SuiteError if they do not belong together."""
    if why := refuse_name(args.name):
        raise BadReference(f"--name {why}")
    if unknown := sorted(set(args.force) - set(FIELDS)):
        raise BadReference(f"--force {unknown[0]!r}: no such field; expected one of {', '.join(FIELDS)}")
    with closing(Index(store)) as index:
        marks = read_marks(store)
        runs = [run for text in args.parts for run in find(text, index, marks)]
    parts = [_part(run) for run in runs]
    path = store.save(merge(parts, args.force, args.allow_partial), args.name)
    remarks = tuple(forced_differences(parts))
    return Outcome(f"{counted(len(runs), 'part')} joined as {visible(path)}\n", Exit.FINE, warnings=remarks)


def _part(run: Found) -> Part:
    document = read_document(run.path)
    return Part(run.label, document, parse_run(document, run.label))
