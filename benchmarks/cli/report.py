"""`report`: render a run or a gate record as one HTML page, or print a run's answer on the terminal."""

import argparse
import os
from contextlib import closing
from pathlib import Path

from benchmarks.cli.acceptance_options import add_accepted_argument
from benchmarks.cli.options import add_all_argument, refuse_outputs, require_page_packages
from benchmarks.cli.outcome import Outcome
from benchmarks.cli.record_report import report_record
from benchmarks.cli.run_report import report_run
from benchmarks.errors import BadReference
from benchmarks.history.index import Index
from benchmarks.history.marks import read_marks
from benchmarks.history.references import EXPECTED, is_there
from benchmarks.history.store import Store
from benchmarks.text.printable import visible

DESCRIPTION = """Render a run, base and head, or the record of a gate as one HTML page that needs no other file."""
EXAMPLE = "python -m benchmarks report latest -o report.html"
EXIT_CODES = """exit codes:
  0  success, whatever verdict the page shows
  2  invalid usage, nothing to show, or data that can't be read"""

_PAGE = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `report`."""
    parser.add_argument(
        "inputs",
        metavar="RUN",
        nargs="*",
        help=f"a run, or base and head, each {EXPECTED}; or the folder of a gate record (default: latest)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the page to write (default: {_PAGE})")
    parser.add_argument(
        "--terminal", action="store_true", help="print the answer and the heat map instead of writing a page"
    )
    add_all_argument(parser, "a gate's table, with --terminal")
    parser.add_argument("--pictures", metavar="DIR", help="also write each chart as an SVG file")
    parser.add_argument("--site", metavar="DIR", help="write pages of all runs, machines and gates into a folder")
    parser.add_argument("--records", metavar="DIR", help="with --site: the gates' records (default: .gate/records)")
    add_accepted_argument(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Report on runs or on a gate record. Raises SuiteError if there is nothing to report on."""
    record_folders = [Path(text) for text in args.inputs if text and is_there(Path(text) / "gate.json")]
    if args.all and not (record_folders and args.terminal):
        raise BadReference("--all: expected the record of a gate and --terminal; a page has every row")
    _refuse_options(args)
    _refuse_surplus_inputs(args, bool(record_folders))
    if record_folders:
        return report_record(args, record_folders[0])
    with closing(Index(store)) as index:
        if args.site is not None:
            from benchmarks.cli.site import make_site

            return make_site(args, store, index, read_marks(store))
        return report_run(args, store, index)


def _refuse_options(args: argparse.Namespace) -> None:
    """Raise SuiteError if the page can't be made, before anything is read. Sets the default of --output."""
    if args.site is not None:
        _refuse_beside_site(args)
        require_page_packages("report", "document", "history")
        return
    if args.records is not None:
        raise BadReference("--records: expected --site DIR as well")
    if args.terminal:
        for name in ("output", "pictures"):
            if getattr(args, name) is not None:
                raise BadReference(f"--{name} and --terminal: the terminal's report has no page; leave one of them out")
        return
    if args.output is None:
        args.output = _PAGE
    refuse_outputs(args)
    if args.pictures is not None and not Path(args.pictures or "\0").is_dir():
        raise BadReference(f"--pictures {visible(args.pictures)!r}: no such folder; create it first")
    # The modules that import the page's packages: vl-convert and jinja2, and numpy.
    require_page_packages("report", "document", "history")


def _refuse_beside_site(args: argparse.Namespace) -> None:
    """Raise BadReference if an option or an input was given that a site does not take."""
    given = [f"--{name}" for name in ("output", "pictures", "terminal") if getattr(args, name)]
    for text in (*given, *map(visible, args.inputs)):
        raise BadReference(f"{text} and --site: a site shows everything; leave one of them out")
    if not args.site or "\0" in args.site:
        raise BadReference(f"--site {visible(args.site)!r}: expected a folder")


def _refuse_surplus_inputs(args: argparse.Namespace, is_record: bool) -> None:
    for text in args.inputs:
        if os.path.isdir(text) and not is_record:  # noqa: PTH112 - pathlib raises OSError for a very long name
            raise BadReference(f"{visible(text)}: no gate.json in this folder; expected the record of a gate, or a run")
    if len(args.inputs) > (1 if is_record or args.terminal else 2):
        expected = "a gate record alone, or one run on the terminal"
        if not is_record and not args.terminal:
            expected = "a run, or base and head"
        raise BadReference(f"{len(args.inputs)} inputs; expected {expected}")
