"""What `report` shows of a gate's record: its judgement, the facts about it, a page or a table of both."""

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

from benchmarks.analysis.judgement import Judgement
from benchmarks.cli.acceptance_options import accepted
from benchmarks.cli.gate_options import refuse_inside
from benchmarks.cli.outcome import Exit, Outcome, judgement_text, page_outcome
from benchmarks.gate.differences import side_label
from benchmarks.gate.explain import explanation_lines
from benchmarks.gate.instruction_rows import with_instructions
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import open_record
from benchmarks.gate.record import Record
from benchmarks.text.formatting import counted, minutes
from benchmarks.text.printable import visible


def report_record(args: argparse.Namespace, folder: Path) -> Outcome:
    """Report on the record of a gate. Raises SuiteError if it can't be read."""
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
    return page_outcome(args, f"Gate: base {judged.base}, head {judged.head}", sections)


def judged_record(args: argparse.Namespace, folder: Path, record: Record, measurements: Measurements) -> Judgement:
    """Return the judgement of a record; its answer says of each explained case what takes most of the time more."""
    judged = with_instructions(judgement(folder, record, measurements, ()), record)
    judged = accepted(args, record, measurements, judged)
    return replace(judged, answer=(*judged.answer, *explanation_lines(record, judged.rows, most=1)))


def facts_of_record(folder: Path, record: Record) -> dict[str, str | None]:
    """Return the facts as texts by term, None where there is nothing to say."""
    complete = len(record.complete_pairs)
    return {
        "Record": visible(folder),
        "State": "done" if record.state == "done" else "interrupted",
        "Pairs": f"{counted(complete, 'complete pair')}, {len(record.pairs) - complete} void",
        "Time": f"{minutes(record.spent_s)} of {minutes(record.budget_s)}",
        "Seed": str(record.seed),
        "Base": side_label(record, "base"),
        "Head": side_label(record, "head"),
        "Base's packages": _versions(record.sides.base.packages),
        "Head's packages": _versions(record.sides.head.packages),
        "Judge it again": f"python -m benchmarks gate --recompute {shlex.quote(visible(folder))}",
    }


def _versions(packages: dict[str, str]) -> str | None:
    return ", ".join(f"{visible(name)} {visible(version)}" for name, version in packages.items()) or None
