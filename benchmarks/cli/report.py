"""`report`: what a run or a gate found, as one page to look at, or on the terminal."""

import argparse
import contextlib
import shlex
import textwrap
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cli.gate_options import refuse_inside
from benchmarks.cli.options import alpha, min_effect, refuse_outputs, require_page_packages
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.compare.judging import compare_runs
from benchmarks.compare.terms import Terms
from benchmarks.errors import BadReference, SuiteError
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import open_record
from benchmarks.gate.record import Record, read_record
from benchmarks.history.comparability import bars
from benchmarks.history.index import Index, bars_key
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.references import EXPECTED, Found, find, is_there
from benchmarks.history.run import Run, read_usable
from benchmarks.history.series import alike, tracks
from benchmarks.history.store import Store
from benchmarks.report import terminal
from benchmarks.report.answer import answer, has_gil, lacking, what_was_done
from benchmarks.report.heat import heat_maps
from benchmarks.report.heat_lines import heat_lines
from benchmarks.report.measured import measured_cases
from benchmarks.report.tables import WIDTH
from benchmarks.text.formatting import minutes
from benchmarks.text.printable import visible

if TYPE_CHECKING:
    from benchmarks.report.html.figures import Section

EXAMPLE = "python -m benchmarks report latest -o report.html"
EXIT_CODES = """exit codes:
  0  success, whatever verdict the page shows
  2  invalid usage, nothing to show, or data that can't be read"""

_TERMS = Terms(alpha=alpha(), min_effect=min_effect(), limits=(), forced=frozenset(), keyword=None, allow_partial=True)

# What stands as base where nobody names one.
_PINNED = "main"

_PAGE = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `report` takes."""
    parser.add_argument(
        "inputs",
        metavar="RUN",
        nargs="*",
        help=f"a run, or base and head, each {EXPECTED}; or a gate record's folder (default: latest)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the page (default: {_PAGE})")
    parser.add_argument("--terminal", action="store_true", help="the answer and the heat map here; no page")
    parser.add_argument("--pictures", metavar="DIR", help="write each chart as an SVG file as well")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Report; raises SuiteError where there is nothing to report on."""
    _refuse_options(args)
    records = [Path(text) for text in args.inputs if text and is_there(Path(text) / "gate.json")]
    if len(args.inputs) > (1 if records or args.terminal else 2):
        most = (
            "a gate record alone, or one run on the terminal" if records or args.terminal else "a run, or base and head"
        )
        raise BadReference(f"{len(args.inputs)} inputs; expected {most}")
    if records:
        return _gate(args, records[0])
    with closing(Index(store)) as index:
        marks = read_marks(store)
        found = [_one(text, index, marks) for text in (args.inputs or ["latest"])]
        parsed, document = read_usable(found[-1].path)
        parsed = replace(parsed, origin=visible(found[-1].label))
        if args.terminal:
            return Outcome(_lines(parsed, document, args.coloured), Exit.FINE)
        _refuse_over(args, store, found)
        return _run_page(args, index, marks, found, parsed, document)


def _refuse_options(args: argparse.Namespace) -> None:
    """Before anything is read; gives the page its name."""
    if args.terminal:
        for name in ("output", "pictures"):
            if getattr(args, name) is not None:
                raise BadReference(f"--{name} and --terminal: the terminal's report has no page; leave one of them out")
        return
    if args.output is None:
        args.output = _PAGE
    refuse_outputs(args)
    if args.pictures is not None and not Path(args.pictures or "\0").is_dir():
        raise BadReference(f"--pictures {visible(args.pictures)!r}: no such folder; make it first")
    require_page_packages("report", "document", "history")  # of these only history needs numpy


def _refuse_over(args: argparse.Namespace, store: Store, found: Sequence[Found]) -> None:
    """A page must not take the place of what it is made of."""
    target = Path(args.output).resolve()
    if target.is_relative_to(store.root.resolve()) or target in [one.place for one in found]:
        raise BadReference(f"--output {visible(args.output)}: a run, or inside the history; write it elsewhere")


def _one(text: str, index: Index, marks: Marks) -> Found:
    try:
        found = find(text, index, marks)
    except BadReference:
        with contextlib.suppress(OSError, ValueError):
            if text and Path(text).is_dir():
                read_record(Path(text))  # says what is missing
        raise
    if len(found) != 1:
        raise BadReference(f"'{visible(text)}' names {len(found)} runs; a report shows one, or base and head")
    return found[0]


def _lines(parsed: Run, document: dict[str, Any], coloured: bool) -> str:
    cases = measured_cases(document["benchmarks"])
    said = [*answer(cases, has_gil(document)), *lacking(parsed)]
    text = [line for sentence in said for line in textwrap.wrap(visible(sentence), WIDTH)]
    if cases:
        text += ["", what_was_done(cases)]
    maps = heat_maps(cases, parsed)
    return "\n".join([*text, "", heat_lines(maps, coloured) if maps else ""])


def _run_page(
    args: argparse.Namespace, index: Index, marks: Marks, found: list[Found], parsed: Run, document: dict[str, Any]
) -> Outcome:
    from benchmarks.report.html.history import history_of
    from benchmarks.report.html.run_page import facts_section, run_sections

    key, names = bars_key(bars(parsed)), {case.name for case in parsed.cases.values()}
    sections = [
        *run_sections(parsed, document),
        history_of(tracks(index, key, names), stored=found[-1].entry is not None),
        _comparison(index, marks, found, parsed),
        facts_section(parsed, document),
    ]
    return _written(args, f"joblib here: {found[-1].label}", sections)


def _comparison(index: Index, marks: Marks, found: list[Found], parsed: Run) -> "Section":
    """Base as it was named; else the pinned baseline, else the run before it that is like it."""
    from benchmarks.report.html.comparison import comparison_section, no_comparison

    base = [found[0]] if len(found) == 2 else _base(index, marks, found[-1], parsed)
    if not base:
        return no_comparison("No earlier run is like this one: nothing to compare with yet.")
    try:
        return comparison_section(compare_runs(index, marks, base, found[-1:], _TERMS))
    except SuiteError as error:
        if len(found) == 2:
            raise
        return no_comparison(f"Not compared: {error}.")


def _base(index: Index, marks: Marks, shown: Found, parsed: Run) -> list[Found]:
    """A run from before the one that is shown; a file of its own is newer than those stored before it was made."""
    entries = alike(index, bars_key(bars(parsed)))
    if shown.entry is not None:
        earlier = entries[: [one.id for one in entries].index(shown.entry.id)]
    else:
        earlier = [one for one in entries if one.when and parsed.when and one.when < parsed.when]
    pinned = marks.baselines.get(_PINNED)
    for one in earlier:
        if one.file.reference == pinned:
            return [Found(one.file.path, one, named=True)]
    return [Found(earlier[-1].file.path, earlier[-1], named=False)] if earlier else []


def _gate(args: argparse.Namespace, folder: Path) -> Outcome:
    folder, record = open_record("report", str(folder), "gate")
    measurements = Measurements(folder, record)
    found = judgement(folder, record, measurements, ())
    if args.terminal:
        return Outcome(terminal.render(found, args.coloured), Exit.FINE)
    refuse_inside(folder, args)
    from benchmarks.report.html.record_page import record_sections

    sections = record_sections(
        found, {name: vars(rounds_s) for name, rounds_s in measurements.rounds_s.items()}, _facts(folder, record)
    )
    return _written(args, f"Gate: {found.base} against {found.head}", sections)


def _facts(folder: Path, record: Record) -> dict[str, str | None]:
    whole = len(record.complete_pairs)
    return {
        "Record": visible(folder),
        "State": "done" if record.state == "done" else "interrupted",
        "Pairs": f"{whole} whole, {len(record.pairs) - whole} void",
        "Time": f"{minutes(record.spent_s)} of {minutes(record.budget_s)}",
        "Seed": str(record.seed),
        "Base": _versions(record.sides.base.packages),
        "Head": _versions(record.sides.head.packages),
        "Judge it again": f"python -m benchmarks gate --recompute {shlex.quote(visible(folder))}",
    }


def _versions(packages: dict[str, str]) -> str | None:
    return ", ".join(f"{visible(name)} {visible(version)}" for name, version in packages.items()) or None


def _written(args: argparse.Namespace, title: str, sections: Sequence["Section"]) -> Outcome:
    from benchmarks.report.html.document import page

    pictures = _pictures(Path(args.pictures), sections) if args.pictures else {}
    if Path(args.output).resolve() in [Path(name).resolve() for name in pictures]:
        raise BadReference(f"--output {visible(args.output)}: the name of a picture; give the page another")
    figures = [figure for section in sections for figure in section.figures]
    text = page(visible(title), sections, "Made by `python -m benchmarks report`; it needs no network.")
    size = f"{len(text.encode()) / 1000:,.0f} kB"
    said = f"{visible(args.output)}: {size}, {len(figures)} charts\n"
    return Outcome(said, Exit.FINE, {args.output: text, **pictures})


def _pictures(folder: Path, sections: Sequence["Section"]) -> dict[str, str]:
    from benchmarks.report.html.document import colours, draw
    from benchmarks.report.html.drawing import standalone

    figures = [figure for section in sections for figure in (*section.pictures, *section.figures)]
    drawn = zip(figures, draw(figures), strict=True)
    return {str(folder / f"{figure.name}.svg"): standalone(element, colours()) for figure, element in drawn}
