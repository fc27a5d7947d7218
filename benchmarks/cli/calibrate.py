"""`calibrate`: measure this machine against itself, to know what a gate can see here."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.cli.measuring import ROOT, WORK, add_measuring_arguments, measure, new_record, reopened, tell
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.gate.calibration import Calibration, CaseNoise, calibrate, keep
from benchmarks.gate.decision import names
from benchmarks.gate.environments import build
from benchmarks.gate.pair import PAIR_S
from benchmarks.gate.planning import expected_pairs, smallest_visible
from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.specs import SPEC_FORMS, parse_side
from benchmarks.gate.tracks import Measured
from benchmarks.history.store import Store
from benchmarks.report.tables import table
from benchmarks.text.formatting import duration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `calibrate` takes."""
    parser.add_argument(
        "--side", metavar="SPEC", action="append", default=[], help=f"{SPEC_FORMS} (default: this checkout)"
    )
    add_measuring_arguments(parser)
    parser.add_argument("--recompute", metavar="RECORD", help="calibrate again by a record, measuring nothing")
    parser.add_argument("--json", metavar="FILE", help="write it as JSON as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Calibrate; raises HistoryError where the side can't be built or measured."""
    folder, record = reopened("recompute", args, ("side", "budget", "long")) if args.recompute else _measured(args)
    found = calibrate(folder, record, _when(folder))
    path = keep(WORK, found)
    lines = [*_lines(found, record), f"Kept as {path}: gates on this machine plan by it, and judge without it."]
    files = {args.json: json.dumps(_document(found, record), indent=1)} if args.json else {}
    return Outcome("\n".join(lines) + f"\nRecord: {folder}\n", Exit.FINE, files)


def _measured(args: argparse.Namespace) -> tuple[Path, Record]:
    folder, record = new_record(args, args.side, args.side)
    spec = parse_side("--side", args.side)
    tell("building the side")
    sides = build(spec, spec, ROOT, WORK, record.interpreter, record.backends)
    for name in record.sides:
        record.sides[name] |= {"packages": sides[0].packages, "built": sides[0].identity}
    measure(folder, record, sides, everything, f"`calibrate --recompute {folder}` takes what was measured")
    return folder, record


def _when(folder: Path) -> str:
    """When the record was last written: its noise is of then."""
    written = datetime.fromtimestamp((folder / "gate.json").stat().st_mtime, UTC)
    return written.isoformat(timespec="seconds")


def everything(record: Record, measured: Measured) -> tuple[list[GateCase], int]:
    """Every case in every pair."""
    return [case for case in record.cases if case.nodeid not in record.trouble], 1


def sees(found: Calibration, record: Record) -> dict[str, float | None]:
    """By case, the slowdown that a gate of these cases and this budget should see, None where it can see none."""
    case_s = median(case.pair_s for case in found.cases.values())
    pairs = expected_pairs(len(found.cases), PAIR_S, case_s, record.budget_s)
    return {name: smallest_visible(record, len(found.cases), pairs, case.noise) for name, case in found.cases.items()}


def _lines(found: Calibration, record: Record) -> list[str]:
    visible = sees(found, record)
    order = sorted(found.cases, key=lambda name: -found.cases[name].noise)
    rows = [_row(name, found.cases[name], visible[name]) for name in order]
    noises = [case.noise for case in found.cases.values()]
    speeds = "one speed was seen"
    if two := found.speeds:
        speeds = f"two speeds: {two.slow_share:.0%} of one worker's calls took {two.ratio:.2f} times as long"
    aimed = sum(one is not None and one <= record.min_effect for one in visible.values())
    return [
        f"{found.machine}: {max(case.pairs for case in found.cases.values())} pairs of identical code",
        f"noise of a pair: {min(noises):.1%} to {max(noises):.1%}, median {median(noises):.1%}; {speeds}",
        f"a gate of {record.budget_s / 60:.3g} minutes should see {record.min_effect:.0%} in {aimed} of {len(noises)}",
        "",
        table(["call", "case", "noise", "sees"], rows, coloured=False),
        *(f"unfit: {names(name)[1]}: {why}" for name, why in found.unfit.items()),
    ]


def _row(name: str, case: CaseNoise, visible: float | None) -> list[str]:
    return [duration(case.call_s), names(name)[1], f"{case.noise:.1%}", "none" if visible is None else f"{visible:.0%}"]


def _document(found: Calibration, record: Record) -> dict[str, object]:
    return {**asdict(found), "budget_s": record.budget_s, "min_effect": record.min_effect, "sees": sees(found, record)}
