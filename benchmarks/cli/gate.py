"""`gate`: measure base and head in turns, and decide whether head is slower."""

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.analysis.judgement import Judgement
from benchmarks.cli.acceptance_options import (
    accepted,
    add_accept_arguments,
    add_accepted_argument,
    refuse_accept_options,
)
from benchmarks.cli.gate_options import (
    add_measuring_arguments,
    add_side_arguments,
    budget,
    measure_until_signal,
    reopened,
    started,
)
from benchmarks.cli.options import add_limits_argument, add_output_arguments
from benchmarks.cli.outcome import JUDGEMENT_EXIT_CODES, Exit, Outcome, judgement_outcome
from benchmarks.cli.progress import tell
from benchmarks.errors import GateError
from benchmarks.gate.commits import merge_base
from benchmarks.gate.environments import nothing_differs
from benchmarks.gate.explain import explain, explanation_lines, named_case, slower_cases
from benchmarks.gate.hypotheses import judge_record
from benchmarks.gate.instruction_rows import with_instructions
from benchmarks.gate.instructions import MISSING, count_instructions, is_valgrind_installed
from benchmarks.gate.judgement import judgement, refuse_unknown_memory
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import ROOT, WORK, BuiltRecord, build_sides, side_specs
from benchmarks.gate.pair_loop import Gate
from benchmarks.gate.record import Record
from benchmarks.gate.record_folder import exclusive
from benchmarks.gate.schedule import NextPairs, next_pairs
from benchmarks.gate.specs import SPEC_FORMS
from benchmarks.history.store import Store
from benchmarks.limits import Limit, read_limits
from benchmarks.subprocesses import ended_by_signals

DESCRIPTION = """Build base and head, measure them in turns on this machine, and decide whether head is slower. This
is what a merge should depend on; `compare` judges runs that were measured apart."""
EXAMPLE = "python -m benchmarks gate --base joblib==1.4.2 --head git:my-branch --budget 10m"
EXIT_CODES = JUDGEMENT_EXIT_CODES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `gate`."""
    parser.add_argument("--base", metavar="SPEC", action="append", default=[], help=f"{SPEC_FORMS}; repeatable")
    parser.add_argument("--head", metavar="SPEC", action="append", default=[], help="the same (default: this checkout)")
    add_measuring_arguments(parser)
    add_side_arguments(parser)
    parser.add_argument("--resources", action="store_true", help="judge memory and CPU time as well")
    parser.add_argument(
        "--instructions", action="store_true", help="also count the instructions of a call (needs valgrind)"
    )
    add_limits_argument(parser)
    add_accepted_argument(parser)
    parser.add_argument("--build-only", action="store_true", help="build both sides and stop, as CI's first step")
    parser.add_argument("--resume", metavar="RECORD", help="continue an interrupted gate")
    parser.add_argument("--recompute", metavar="RECORD", help="judge a record again without measuring")
    parser.add_argument(
        "--explain",
        metavar=("CASE", "RECORD"),
        nargs=2,
        help="profile a case of a record on both sides: why is it slower?",
    )
    add_accept_arguments(parser)
    add_output_arguments(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Run a gate. Raises SuiteError if a side can't be built or measured."""
    refuse_accept_options(args)
    limits = read_limits(Path(args.limits)) if args.limits else ()
    if args.recompute:
        others = ("base", "head", "build_only", "resume", "explain", "budget", "long", "resources")
        return _outcome(args, *reopened("recompute", args, others), limits)
    if args.explain:
        return _explained(args, limits)
    folder, record = _resumed(args) if args.resume else _new(args)
    refuse_unknown_memory(record, limits)
    specs = side_specs(record)
    if nothing_differs(*specs, ROOT):
        return Outcome("PASS: nothing to compare: neither pins nor workloads differ\n", Exit.FINE)
    tell("building both sides")
    sides = build_sides(record, folder, specs)
    if args.build_only:
        return Outcome("both sides are built\n", Exit.FINE)
    gate = Gate(folder, record, sides, tell, WORK, partial(_next, limits))
    measure_until_signal(gate, f"`gate --resume {folder}` continues it")
    if args.instructions and is_valgrind_installed():
        _attempt(lambda: count_instructions(gate))
    slower = slower_cases(_judged(args, folder, record, limits), record)
    _attempt(lambda: explain(gate, slower))
    return _outcome(args, folder, record, limits)


def _attempt(step: Callable[[], None]) -> None:
    """Do what comes after the pairs; the verdict on time stands if that fails."""
    try:
        with ended_by_signals():
            step()
    except GateError as error:
        tell(str(error))


def _explained(args: argparse.Namespace, limits: tuple[Limit, ...]) -> Outcome:
    """Explain a case of a record, whose sides have to be what they were. Raises SuiteError."""
    case, args.explain = args.explain
    others = ("base", "head", "build_only", "resume", "budget", "long", "resources", "instructions")
    folder, record = reopened("explain", args, others)
    chosen = named_case(record, _judged(args, folder, record, limits), case)
    tell("building both sides")
    sides = build_sides(record, folder, side_specs(record))
    with exclusive(folder), ended_by_signals():
        explain(BuiltRecord(folder, record, sides, tell), [chosen])
    return _outcome(args, folder, record, limits)


def _new(args: argparse.Namespace) -> tuple[Path, Record]:
    return started(args, args.base or [f"git:{merge_base(ROOT, os.environ)}"], args.head)


def _resumed(args: argparse.Namespace) -> tuple[Path, Record]:
    folder, record = reopened("resume", args, ("base", "head", "build_only", "resources"))
    if args.budget:
        record.budget_s = budget(args)
    return folder, record


def _next(limits: tuple[Limit, ...], record: Record, measurements: Measurements) -> NextPairs:
    return next_pairs(record, judge_record(record, measurements, limits))


def _outcome(args: argparse.Namespace, folder: Path, record: Record, limits: tuple[Limit, ...]) -> Outcome:
    return judgement_outcome(args, _judged(args, folder, record, limits))


def _judged(args: argparse.Namespace, folder: Path, record: Record, limits: tuple[Limit, ...]) -> Judgement:
    measurements = Measurements(folder, record)
    judged = with_instructions(judgement(folder, record, measurements, limits), record)
    notes = [MISSING] if args.instructions and not is_valgrind_installed() else []
    notes += explanation_lines(record, judged.rows)
    return accepted(args, record, measurements, replace(judged, notes=(*notes, *judged.notes)))
