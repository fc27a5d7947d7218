"""What `report` shows of a run: a page with its history and a comparison, or its answer on the terminal."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cli.acceptance_options import accepted_in_runs
from benchmarks.cli.options import alpha, min_effect
from benchmarks.cli.outcome import Exit, Outcome, page_outcome
from benchmarks.compare.judging import compare_runs
from benchmarks.compare.terms import Terms
from benchmarks.errors import BadReference, SuiteError
from benchmarks.history.comparability import bars
from benchmarks.history.index import Entry, Index, bars_key
from benchmarks.history.marks import Marks, read_marks
from benchmarks.history.references import Found, find
from benchmarks.history.run import Run, read_usable
from benchmarks.history.series import alike, tracks
from benchmarks.history.store import Store
from benchmarks.report.answer import run_sentences
from benchmarks.report.heat import heat_maps, heat_text
from benchmarks.report.measured import measured_cases, start_workers
from benchmarks.text.folding import fold
from benchmarks.text.printable import visible

if TYPE_CHECKING:
    from benchmarks.report.html.figures import Section

# The terms of `compare` without options, except that a partial run may be a base: a page decides nothing.
_TERMS = Terms(alpha=alpha(), min_effect=min_effect(), limits=(), forced=frozenset(), keyword=None, allow_partial=True)

# The pinned baseline that is the base if none is named.
_BASELINE = "main"


def report_run(args: argparse.Namespace, store: Store, index: Index) -> Outcome:
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
    from benchmarks.report.html.parallel import map_in_processes
    from benchmarks.report.html.run_facts import facts_section
    from benchmarks.report.html.run_page import run_sections, with_news

    histories = tracks(index, bars_key(bars(parsed)), {case.name for case in parsed.cases.values()})
    history = history_section(histories, map_in_processes(levels, histories), stored=head.entry is not None)
    comparison = _comparison(args, index, marks, named, parsed)
    measured = with_news(run_sections(parsed, document), comparison, history)
    sections = [*measured, history, comparison, facts_section(parsed, document)]
    joblib = " ".join(filter(None, ("joblib", parsed.versions.get("joblib"))))
    subject = joblib if parsed.is_own else "Benchmarks"
    return page_outcome(args, f"{subject} on {parsed.identity.folder}: {head.label}", sections)


def _find_run(text: str, index: Index, marks: Marks) -> Found:
    """Return the run that an input names. Raises BadReference if it names none or several."""
    runs = find(text, index, marks)
    if len(runs) != 1:
        raise BadReference(f"'{visible(text)}' names {len(runs)} runs; a report shows one, or base and head")
    return runs[0]


def _terminal_text(parsed: Run, document: dict[str, Any], coloured: bool) -> str:
    """Return the answer and the heat maps in 100 columns."""
    lines = ["\n".join(fold(visible(sentence))) for sentence in run_sentences(parsed, document)]
    cases = measured_cases(document["benchmarks"])
    maps = [] if start_workers(cases) else heat_maps(cases, parsed)
    return "\n".join([*lines, "", heat_text(maps, coloured) if maps else ""])


def _refuse_overwriting(args: argparse.Namespace, store: Store, runs: Sequence[Found]) -> None:
    """Raise BadReference if the page would overwrite a run or lie in the history."""
    target = Path(args.output).resolve()
    if target.is_relative_to(store.root.resolve()) or target in [run.place for run in runs]:
        raise BadReference(f"--output {visible(args.output)}: a run, or inside the history; write it elsewhere")


def _comparison(args: argparse.Namespace, index: Index, marks: Marks, named: list[Found], parsed: Run) -> "Section":
    """Compare the head with the base that was named, else with the default one."""
    from benchmarks.report.html.comparison import comparison_section, no_comparison

    head = named[-1]
    base = named[0] if len(named) == 2 else _default_base(index, marks, head, parsed)
    if base is None:
        return no_comparison("No earlier run of the same cases is comparable with this one.")
    try:
        judgement = compare_runs(index, marks, [base], [head], _TERMS)
        return comparison_section(accepted_in_runs(args, [base.path], judgement))
    except SuiteError as error:
        if len(named) == 2:
            raise
        return no_comparison(f"Not compared: {error}.")


def _default_base(index: Index, marks: Marks, head: Found, parsed: Run) -> Found | None:
    """Return the pinned baseline if it is comparable and older than the head, else the comparable run before it.

    A run that has less than half of the cases, as of another function, would mostly have them MISSING.
    """
    comparable = alike(index, bars_key(bars(parsed)))
    if head.entry is not None:
        earlier = comparable[: [entry.id for entry in comparable].index(head.entry.id)]
    else:
        earlier = [entry for entry in comparable if entry.when and parsed.when and entry.when < parsed.when]
    names = {case.name for case in parsed.cases.values()}

    def has_most(entry: Entry) -> bool:
        return 2 * len(names.intersection(name for name, _, _ in index.centers(entry.id))) >= len(names)

    pinned = marks.baselines.get(_BASELINE)
    for entry in earlier:
        if entry.file.reference == pinned:
            return Found(entry.file.path, entry, named=True)
    newest = next(filter(has_most, reversed(earlier)), None)
    return newest and Found(newest.file.path, newest, named=False)
