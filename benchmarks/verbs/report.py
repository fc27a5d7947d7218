"""`report`: what a run or a gate found, as one page to look at, or on the terminal."""

import argparse
import textwrap
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.gate.record import Record, read_record
from benchmarks.gate.tracks import Measured
from benchmarks.history.errors import BadReference, HistoryError
from benchmarks.history.index import Index
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.reading import read_document, visible
from benchmarks.history.references import EXPECTED, Found, find
from benchmarks.history.run import Run, parse_run
from benchmarks.history.store import Store
from benchmarks.history.tracks import tracks
from benchmarks.report import terminal
from benchmarks.report.answer import answer, what_was_done
from benchmarks.report.heat import heat_maps
from benchmarks.report.heat_lines import heat_lines
from benchmarks.report.measured import measured_cases
from benchmarks.report.tables import WIDTH
from benchmarks.verbs.compare import judged
from benchmarks.verbs.gate import judgement
from benchmarks.verbs.outcome import Exit, Outcome
from benchmarks.verbs.saved_runs import Terms

if TYPE_CHECKING:
    from benchmarks.page.figures import Section

_TERMS = Terms(0.01, 0.05, (), frozenset(), None)

# What stands as base where nobody names one.
_PINNED = "main"

_MISSING = "install the dependency group report, or use `tox run -e report`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `report` takes."""
    parser.add_argument(
        "inputs",
        metavar="RUN",
        nargs="*",
        help=f"a run, or base and head, each {EXPECTED}; or a gate record's folder (default: latest)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", default="report.html", help="the page (default: report.html)")
    parser.add_argument("--terminal", action="store_true", help="the answer and the heat map here; no page")
    parser.add_argument("--pictures", metavar="DIR", help="write each chart as an SVG file as well")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Report; raises HistoryError where there is nothing to report on."""
    if len(args.inputs) > 2:
        raise BadReference(f"{len(args.inputs)} inputs; expected a run, base and head, or a gate record")
    folder = Path(args.inputs[0]) if args.inputs else None
    if folder and folder.is_dir():
        return _gate(args, folder)
    with closing(Index(store)) as index:
        found = [_one(text, index, read_marks(store)) for text in args.inputs or ["latest"]]
        shown = found[-1]
        document = read_document(shown.path)
        parsed = parse_run(document, visible(shown.label))
        if args.terminal:
            return Outcome(_lines(parsed, document, args.coloured), Exit.FINE)
        return _run_page(args, index, read_marks(store), found, parsed, document)


def _one(text: str, index: Index, marks: Marks) -> Found:
    found = find(text, index, marks)
    if len(found) != 1:
        raise BadReference(f"'{visible(text)}' names {len(found)} runs; a report shows one, or base and head")
    return found[0]


def _lines(parsed: Run, document: dict[str, Any], coloured: bool) -> str:
    cases = measured_cases(document["benchmarks"])
    if not cases:
        return "No speed-ups: no case of the grid has a time and a direct loop to stand against.\n"
    text = [line for said in answer(cases) for line in textwrap.wrap(said, WIDTH)]
    maps = heat_lines(heat_maps(cases, parsed.without_time), coloured)
    return "\n".join([*text, "", what_was_done(cases), "", maps])


def _run_page(
    args: argparse.Namespace, index: Index, marks: Marks, found: list[Found], parsed: Run, document: dict[str, Any]
) -> Outcome:
    try:
        from benchmarks.page.history import history_of
        from benchmarks.page.run_page import facts_section, run_sections
    except ImportError as error:
        raise HistoryError(f"{error}: {_MISSING}") from None
    entry = found[-1].entry
    sections = [
        *run_sections(parsed, document),
        history_of(tracks(index, entry) if entry and entry.error is None else []),
        _comparison(index, marks, found),
        facts_section(parsed, document),
    ]
    return _written(args, f"joblib here: {found[-1].label}", sections)


def _comparison(index: Index, marks: Marks, found: list[Found]) -> "Section":
    """Base as it was named; else the pinned baseline, else the run before it that is like it."""
    from benchmarks.page.comparison import comparison_section, no_comparison

    base, head = ([found[0]] if len(found) == 2 else _base(index, marks, found[-1])), found[-1:]
    if not base:
        return no_comparison("No earlier run is like this one: nothing to compare with yet.")
    try:
        return comparison_section(judged(index, marks, base, head, _TERMS, allow_partial=False))
    except HistoryError as error:
        if len(found) == 2:
            raise
        return no_comparison(f"Not compared: {error}.")


def _base(index: Index, marks: Marks, shown: Found) -> list[Found]:
    if shown.entry is None:
        return []
    pinned = marks.baselines.get(_PINNED)
    entries = [one for one in index.entries if one.error is None and one.bars == shown.entry.bars]
    for one in entries:
        if one.file.reference == pinned and one.id != shown.entry.id:
            return [Found(one.file.path, one, named=True)]
    earlier = entries[: [one.id for one in entries].index(shown.entry.id)]
    return [Found(earlier[-1].file.path, earlier[-1], named=False)] if earlier else []


def _gate(args: argparse.Namespace, folder: Path) -> Outcome:
    if len(args.inputs) > 1:
        raise BadReference("a gate record holds both sides: name nothing beside it")
    record = read_record(folder)
    found = judgement(folder, record, ())
    if args.terminal:
        return Outcome(terminal.render(found, args.coloured), Exit.FINE)
    try:
        from benchmarks.page.record_page import record_sections
    except ImportError as error:
        raise HistoryError(f"{error}: {_MISSING}") from None
    measured = Measured(folder, record)
    logs_s = {visible(nodeid.rpartition("::")[2]): logs for nodeid, logs in measured.logs_s.items()}
    sections = record_sections(found, logs_s, _facts(folder, record))
    return _written(args, f"Gate: {found.base} against {found.head}", sections)


def _facts(folder: Path, record: Record) -> dict[str, str | None]:
    whole = sum(not pair.why for pair in record.pairs)
    packages = {side: record.sides[side].get("packages", {}) for side in ("base", "head")}
    return {
        "Record": visible(folder),
        "State": record.state,
        "Pairs": f"{whole} whole, {len(record.pairs) - whole} void",
        "Time": f"{record.spent_s / 60:.1f} of {record.budget_s / 60:.1f} minutes",
        "Seed": str(record.seed),
        "Base": _versions(packages["base"]),
        "Head": _versions(packages["head"]),
        "Judge it again": f"python -m benchmarks gate --recompute {visible(folder)}",
    }


def _versions(packages: dict[str, str]) -> str | None:
    return ", ".join(f"{visible(name)} {visible(version)}" for name, version in packages.items()) or None


def _written(args: argparse.Namespace, title: str, sections: Sequence["Section"]) -> Outcome:
    from benchmarks.page.document import page

    pictures = _pictures(Path(args.pictures), sections) if args.pictures else {}
    figures = [figure for section in sections for figure in section.figures]
    text = page(visible(title), sections, "Made by `python -m benchmarks report`; it needs no network.")
    files = {args.output: text, **pictures}
    size = f"{len(text.encode()) / 1000:,.0f} kB"
    return Outcome(f"{visible(args.output)}: {size}, {len(figures)} charts\n", Exit.FINE, files)


def _pictures(folder: Path, sections: Sequence["Section"]) -> dict[str, str]:
    from benchmarks.page.document import colours, draw
    from benchmarks.page.drawing import standalone

    if not folder.is_dir():
        raise BadReference(f"--pictures {visible(folder)}: no such folder; make it first")
    figures = [figure for section in sections for figure in (*section.pictures, *section.figures)]
    drawn = zip(figures, draw(figures), strict=True)
    return {str(folder / f"{figure.name}.svg"): standalone(element, colours()) for figure, element in drawn}
