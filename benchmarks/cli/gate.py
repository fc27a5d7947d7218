"""`gate`: measure base and head in turns, and say whether head is slower."""

import argparse
import os
import shlex
from functools import partial
from pathlib import Path

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.cli.judged import add_output_arguments, outcome
from benchmarks.cli.measuring import ROOT, WORK, add_measuring_arguments, budget, measure, new_record, reopened, tell
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import GateError
from benchmarks.gate.decision import decide, names, next_cases, pairs_to_go, rows
from benchmarks.gate.environments import build, same_tree
from benchmarks.gate.needs import OPTION
from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.specs import SPEC_FORMS, parse_side
from benchmarks.gate.tracks import Measured
from benchmarks.gate.trees import merge_base
from benchmarks.history.store import Store
from benchmarks.limits import Limit, read_limits, unmatched
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `gate` takes."""
    parser.add_argument("--base", metavar="SPEC", action="append", default=[], help=f"{SPEC_FORMS}; repeatable")
    parser.add_argument("--head", metavar="SPEC", action="append", default=[], help="the same (default: this checkout)")
    add_measuring_arguments(parser)
    parser.add_argument("--resources", action="store_true", help="judge memory and CPU time as well")
    parser.add_argument("--limits", metavar="FILE", help="limits a case, TOML")
    parser.add_argument("--build-only", action="store_true", help="build both sides and stop: CI's first step")
    parser.add_argument("--resume", metavar="RECORD", help="go on with a gate that was interrupted")
    parser.add_argument("--recompute", metavar="RECORD", help="judge a record again, measuring nothing")
    add_output_arguments(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Gate; raises HistoryError where a side can't be built or measured."""
    limits = read_limits(Path(args.limits)) if args.limits else ()
    if args.recompute:
        folder, record = reopened(
            "recompute", args, ("base", "head", "build_only", "resume", "budget", "long", "resources")
        )
        return _outcome(args, folder, record, limits)
    folder, record = _resumed(args) if args.resume else _new(args)
    _refuse_unknown_memory(record, limits)
    specs = [parse_side(f"--{name}", record.sides[name]["spec"]) for name in ("base", "head")]
    if same_tree(specs[0], specs[1], ROOT):
        return Outcome("PASS: nothing to compare: neither pins nor workloads differ\n", Exit.FINE)
    tell("building both sides")
    sides = build(specs[0], specs[1], ROOT, WORK, record.interpreter, record.backends)
    for name, side in zip(("base", "head"), sides, strict=True):
        built = side.identity
        if record.sides[name].get("built", built) != built:
            raise GateError(f"--resume {folder}: {name} is no longer what this record measured; begin a new gate")
        record.sides[name] |= {"packages": side.packages, "built": built}
    if args.build_only:
        return Outcome("both sides are built\n", Exit.FINE)
    measure(folder, record, sides, partial(_suspects, limits), f"`gate --resume {folder}` goes on")
    return _outcome(args, folder, record, limits)


def _refuse_unknown_memory(record: Record, limits: tuple[Limit, ...]) -> None:
    """A limit that nobody can check must not look kept."""
    if OPTION not in record.work and any(limit.max_pss_bytes is not None for limit in limits):
        raise GateError(f"--limits: max_pss needs a gate that measures memory: add {OPTION}")


def _suspects(limits: tuple[Limit, ...], record: Record, measured: Measured) -> tuple[list[GateCase], int]:
    decision = decide(record, measured, limits)
    return next_cases(record, decision), pairs_to_go(record, decision)


def _new(args: argparse.Namespace) -> tuple[Path, Record]:
    base = args.base or [f"git:{merge_base(ROOT, os.environ)}"]
    return new_record(args, base, args.head)


def _resumed(args: argparse.Namespace) -> tuple[Path, Record]:
    folder, record = reopened("resume", args, ("base", "head", "build_only", "resources"))
    if args.budget:
        record.budget_s = budget(args)
    return folder, record


def _outcome(args: argparse.Namespace, folder: Path, record: Record, limits: tuple[Limit, ...]) -> Outcome:
    return outcome(args, judgement(folder, record, Measured(folder, record), limits))


def judgement(folder: Path, record: Record, measured: Measured, limits: tuple[Limit, ...]) -> Judgement:
    """What a record and its run files say; raises GateError where a limit is for no case."""
    _refuse_unknown_memory(record, limits)
    if wrong := unmatched(limits, [names(case.nodeid) for case in record.cases]):
        raise GateError(f"--limits: the pattern {wrong[0]!r} matches none of {len(record.cases)} cases")
    decision = decide(record, measured, limits)
    return Judgement(
        base=_label(record, "base"),
        head=_label(record, "head"),
        rows=worst_first(rows(record, measured, decision, limits)),
        alpha=record.alpha,
        min_effect=record.min_effect,
        notes=(*_ceilings(limits), *_notes(folder, record)),
    )


def _ceilings(limits: tuple[Limit, ...]) -> list[str]:
    if any(limit.max_time_s is not None for limit in limits):
        return ["max_time is not judged here: a gate sizes the calls by itself. `compare` judges it on stored runs."]
    return []


def _notes(folder: Path, record: Record) -> list[str]:
    whole = [pair for pair in record.pairs if not pair.why]
    void, place = len(record.pairs) - len(whole), shlex.quote(visible(folder))
    said = [
        f"{counted(len(whole), 'pair')} of processes in {record.spent_s / 60:.1f} minutes, measured in turns"
        + (f"; {void} void" if void else "")
        + f". Any false REGRESSION among all rows: at most {record.alpha:.1%} of gates.",
        "Intervals hold row by row (95 %), after any number of pairs. `sees` is the slowdown that 80 % of gates with "
        "this noise would call a REGRESSION, for a case measured in as many pairs as the suspects here.",
    ]
    if not whole and record.state == "done":
        said.append(f"The budget of {record.budget_s:.0f} s is too short for a pair: raise --budget.")
    if record.state != "done":
        said.append(f"The gate was interrupted: `gate --resume {place}` goes on.")
    return [*said, f"Record: {visible(folder)}; `gate --recompute {place}` judges it again."]


def _label(record: Record, side: str) -> str:
    spec = " ".join(record.sides[side]["spec"]) or "this checkout"
    joblib = record.sides[side].get("packages", {}).get("joblib")
    # What was built here is named by its spec already.
    return f"{spec} (joblib {joblib})" if joblib and "joblib==" not in spec and "://" not in joblib else spec
