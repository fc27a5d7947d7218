"""The judgement of a gate's record as a page or a report shows it."""

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.analysis.judgement import Judgement
from benchmarks.cli.acceptance_options import accepted
from benchmarks.gate.explain import explanation_lines
from benchmarks.gate.instruction_rows import with_instructions
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.record import Record


def judged_record(args: argparse.Namespace, folder: Path, record: Record, measurements: Measurements) -> Judgement:
    """Return the judgement of a record; its answer says of each explained case what takes most of the time more."""
    judged = with_instructions(judgement(folder, record, measurements, ()), record)
    judged = accepted(args, record, measurements, judged)
    return replace(judged, answer=(*judged.answer, *explanation_lines(record, judged.rows, most=1)))
