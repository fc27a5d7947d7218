"""`report`: render a run or a gate record as one HTML page, or print a run's answer on the terminal."""

import argparse
import contextlib
import textwrap
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cli.acceptance_options import add_accepted_argument
from benchmarks.cli.gate_options import refuse_inside
from benchmarks.cli.judged_record import judged_record
from benchmarks.cli.options import add_all_argument, alpha, min_effect, refuse_outputs, require_page_packages
from benchmarks.cli.outcome import Exit, Outcome, judgement_text
from benchmarks.cli.record_facts import facts_of_record
from benchmarks.compare.judging import compare_runs
from benchmarks.compare.terms import Terms
from benchmarks.errors import BadReference, SuiteError
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import open_record
from benchmarks.gate.record import read_record
from benchmarks.history.comparability import bars
from benchmarks.history.index import Index, bars_key
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.references import EXPECTED, Found, find, is_there
from benchmarks.history.run import Run, read_usable
from benchmarks.history.series import alike, tracks
from benchmarks.history.store import Store
from benchmarks.report.answer import lacking, run_answer
from benchmarks.report.contenders import measuring_machine
from benchmarks.report.heat import heat_maps, heat_text
from benchmarks.report.measured import measured_cases, start_workers
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible
from benchmarks.text.width import WIDTH

if TYPE_CHECKING:
    from benchmarks.report.html.figures import Section

DESCRIPTION = """Render a run, base and head, or the record of a gate as one HTML page that needs no other file."""
EXAMPLE = "python -m benchmarks report latest -o report.html"
EXIT_CODES = """exit codes:
  0  success, whatever verdict the page shows
  2  invalid usage, nothing to show, or data that can't be read"""

# The terms of `compare` without options, except that a partial run may be a base: a page decides nothing.
_TERMS = Terms(alpha=alpha(), min_effect=min_effect(), limits=(), forced=frozenset(), keyword=None, allow_partial=True)

# The pinned baseline that is the base if none is named.
_BASELINE = "main"

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
        return _report_record(args, record_folders[0])
    with closing(Index(store)) as index:
        if args.site is not None:
            from benchmarks.cli.site import make_site

            return make_site(args, store, index, read_marks(store))
        return _report_run(args, store, index)


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
    if len(args.inputs) > (1 if is_record or args.terminal else 2):
        expected = "a gate record alone, or one run on the terminal"
        if not is_record and not args.terminal:
            expected = "a run, or base and head"
        raise BadReference(f"{len(args.inputs)} inputs; expected {expected}")


def _report_run(args: argparse.Namespace, store: Store, index: Index) -> Outcome:
    """Report on the last of the named runs, compared with the first if there are two."""
    marks = read_marks(store)
    named = [_find_run(text, index, marks) for text in (args.inputs or ["latest"])]
    head = named[-1]
    parsed, document = read_usable(head.path)
    parsed = replace(parsed, origin=visible(head.label))
    if args.terminal:
        return Outcome(_terminal_text(parsed, document, args.coloured), Exit.FINE)
    _refuse_overwriting(args, store, named)
    from benchmarks.report.html.history import history_section
    from benchmarks.report.html.history_chart import levels
    from benchmarks.report.html.parallel import spread
    from benchmarks.report.html.run_facts import facts_section
    from benchmarks.report.html.run_page import run_sections, with_news

    histories = tracks(index, bars_key(bars(parsed)), {case.name for case in parsed.cases.values()})
    history = history_section(histories, spread(levels, histories), stored=head.entry is not None)
    comparison = _comparison(index, marks, named, parsed)
    measured = with_news(run_sections(parsed, document), comparison, history)
    sections = [*measured, history, comparison, facts_section(parsed, document)]
    joblib = " ".join(filter(None, ("joblib", parsed.versions.get("joblib"))))
    return _page(args, f"{joblib} on {parsed.identity.folder}: {head.label}", sections)


def _find_run(text: str, index: Index, marks: Marks) -> Found:
    """Return the run that an input names. Raises BadReference if it names none or several."""
    try:
        runs = find(text, index, marks)
    except BadReference:
        with contextlib.suppress(OSError, ValueError):
            if text and Path(text).is_dir():
                # A folder should be a gate record: this raises an error that says what is missing.
                read_record(Path(text))
        raise
    if len(runs) != 1:
        raise BadReference(f"'{visible(text)}' names {len(runs)} runs; a report shows one, or base and head")
    return runs[0]


def _terminal_text(parsed: Run, document: dict[str, Any], coloured: bool) -> str:
    """Return the answer and the heat maps in 100 columns."""
    sentences = [*run_answer(document["benchmarks"], measuring_machine(document)).sentences, *lacking(parsed)]
    lines = [textwrap.fill(visible(sentence), WIDTH) for sentence in sentences]
    cases = measured_cases(document["benchmarks"])
    maps = [] if start_workers(cases) else heat_maps(cases, parsed)
    return "\n".join([*lines, "", heat_text(maps, coloured) if maps else ""])


def _refuse_overwriting(args: argparse.Namespace, store: Store, runs: Sequence[Found]) -> None:
    """Raise BadReference if the page would overwrite a run or lie in the history."""
    target = Path(args.output).resolve()
    if target.is_relative_to(store.root.resolve()) or target in [run.place for run in runs]:
        raise BadReference(f"--output {visible(args.output)}: a run, or inside the history; write it elsewhere")


def _comparison(index: Index, marks: Marks, named: list[Found], parsed: Run) -> "Section":
    """Compare the head with the base that was named, else with the default one."""
    from benchmarks.report.html.comparison import comparison_section, no_comparison

    head = named[-1]
    base = named[0] if len(named) == 2 else _default_base(index, marks, head, parsed)
    if base is None:
        return no_comparison("No earlier run is comparable with this one.")
    try:
        return comparison_section(compare_runs(index, marks, [base], [head], _TERMS))
    except SuiteError as error:
        if len(named) == 2:
            raise
        return no_comparison(f"Not compared: {error}.")


def _default_base(index: Index, marks: Marks, head: Found, parsed: Run) -> Found | None:
    """Return the pinned baseline if it is comparable and older than the head, else the comparable run before it."""
    comparable = alike(index, bars_key(bars(parsed)))
    if head.entry is not None:
        earlier = comparable[: [entry.id for entry in comparable].index(head.entry.id)]
    else:
        earlier = [entry for entry in comparable if entry.when and parsed.when and entry.when < parsed.when]
    pinned = marks.baselines.get(_BASELINE)
    for entry in earlier:
        if entry.file.reference == pinned:
            return Found(entry.file.path, entry, named=True)
    return Found(earlier[-1].file.path, earlier[-1], named=False) if earlier else None


def _report_record(args: argparse.Namespace, folder: Path) -> Outcome:
    folder, record = open_record("report", str(folder), "gate")
    measurements = Measurements(folder, record)
    judged = judged_record(args, folder, record, measurements)
    if args.terminal:
        return Outcome(judgement_text(args, judged), Exit.FINE)
    refuse_inside(folder, args)
    from benchmarks.report.html.explanations import explanation_section
    from benchmarks.report.html.record_page import record_sections

    rounds_s = {nodeid: vars(rounds_s) for nodeid, rounds_s in measurements.rounds_s.items()}
    sections = record_sections(judged, rounds_s, facts_of_record(folder, record))
    if record.explanations:
        sections.insert(1, explanation_section(record.explanations))
    return _page(args, f"Gate: base {judged.base}, head {judged.head}", sections)


def _page(args: argparse.Namespace, title: str, sections: Sequence["Section"]) -> Outcome:
    """Return the page and the pictures as files to write."""
    from benchmarks.report.html.document import page

    pictures = _pictures(Path(args.pictures), sections) if args.pictures else {}
    if Path(args.output).resolve() in [Path(name).resolve() for name in pictures]:
        raise BadReference(f"--output {visible(args.output)}: also the name of a picture; give the page another name")
    charts = sum(len(section.all_figures) for section in sections)
    text = page(visible(title), sections, "Made by `python -m benchmarks report`; it needs no network.")
    size = f"{len(text.encode()) / 1000:,.0f} kB"
    line = f"{visible(args.output)}: {size}, {counted(charts, 'chart')}\n"
    return Outcome(line, Exit.FINE, {args.output: text, **pictures})


def _pictures(folder: Path, sections: Sequence["Section"]) -> dict[str, str]:
    """Return each chart as a standalone SVG file, by path."""
    from benchmarks.report.html.document import colours
    from benchmarks.report.html.drawing import standalone
    from benchmarks.report.html.layout import pictures

    elements = pictures(sections)
    return {str(folder / f"{name}.svg"): standalone(element, colours()) for name, element in elements.items()}
