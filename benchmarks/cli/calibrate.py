"""`calibrate`: measure this machine against itself, to know what a gate can detect here."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.cli.gate_options import add_measuring_arguments, measure_until_signal, reopened, started
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.cli.progress import tell
from benchmarks.gate.calibration import Calibration, CaseNoise, calibrate, detectable_effect, save_calibration
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import WORK, build_sides
from benchmarks.gate.pair_loop import Gate
from benchmarks.gate.record import Record
from benchmarks.gate.schedule import NextPairs, expected_pairs
from benchmarks.gate.specs import SPEC_FORMS, parse_side
from benchmarks.history.store import Store
from benchmarks.report.case_labels import case_labels
from benchmarks.report.tables import table
from benchmarks.text.formatting import counted, duration, minutes

DESCRIPTION = """Measure this machine against itself in turns, as a gate does, to know which slowdowns a gate can
detect here."""
EXAMPLE = "python -m benchmarks calibrate --budget 10m"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `calibrate`."""
    parser.add_argument(
        "--side", metavar="SPEC", action="append", default=[], help=f"{SPEC_FORMS} (default: this checkout)"
    )
    add_measuring_arguments(parser)
    parser.add_argument("--recompute", metavar="RECORD", help="calibrate from a record without measuring")
    parser.add_argument("--json", metavar="FILE", help="also write the calibration as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Calibrate. Raises SuiteError if the side can't be built or measured."""
    folder, record = reopened("recompute", args, ("side", "budget", "long")) if args.recompute else _measured(args)
    calibration = calibrate(folder, record, _last_written(folder))
    path = save_calibration(WORK, calibration)
    sees = _sees(calibration, record)
    lines = [
        *_lines(calibration, record, sees),
        f"Saved as {path}. Gates on this machine use it for planning, never for judging.",
    ]
    files = {args.json: json.dumps(_document(calibration, record, sees), indent=1)} if args.json else {}
    return Outcome("\n".join(lines) + f"\nRecord: {folder}\n", Exit.FINE, files)


def _measured(args: argparse.Namespace) -> tuple[Path, Record]:
    folder, record = started(args, args.side, args.side)
    spec = parse_side("--side", args.side)
    tell("building the side")
    sides = build_sides(record, folder, (spec, spec))
    gate = Gate(folder, record, sides, tell, WORK, _all_cases)
    measure_until_signal(gate, f"`calibrate --recompute {folder}` uses what was measured")
    return folder, record


def _all_cases(record: Record, measurements: Measurements) -> NextPairs:
    return NextPairs(record.sound_cases, 1)


def _last_written(folder: Path) -> str:
    """Return when the record was last written (UTC, ISO 8601): its noise is of that time."""
    written = datetime.fromtimestamp((folder / "gate.json").stat().st_mtime, UTC)
    return written.isoformat(timespec="seconds")


def _sees(calibration: Calibration, record: Record) -> dict[str, float | None]:
    """Return by node id the slowdown that a gate of these cases and this budget should detect, None if none."""
    noises = calibration.cases
    pairs = expected_pairs(len(noises), median(case.pair_s for case in noises.values()), record.budget_s)
    return {name: detectable_effect(record, len(noises), pairs, case.noise) for name, case in noises.items()}


def _lines(calibration: Calibration, record: Record, sees: dict[str, float | None]) -> list[str]:
    order = sorted(calibration.cases, key=lambda name: -calibration.cases[name].noise)
    nodeids = [*order, *calibration.unfit]
    labels = dict(zip(nodeids, case_labels(nodeids), strict=True))
    rows = [_row(labels[name], calibration.cases[name], sees[name]) for name in order]
    noises = [case.noise for case in calibration.cases.values()]
    speeds = "the machine had one speed"
    if two := calibration.speeds:
        speeds = f"two speeds: {two.slow_share:.0%} of the one-worker calls took {two.ratio:.2f} times as long"
    enough = sum(effect is not None and effect <= record.min_effect for effect in sees.values())
    pairs, cases = max(case.pairs for case in calibration.cases.values()), counted(len(noises), "case")
    return [
        f"{calibration.machine}: {counted(pairs, 'pair')} of identical code",
        f"noise of a pair: {min(noises):.1%} to {max(noises):.1%}, median {median(noises):.1%}; {speeds}",
        f"a gate of {minutes(record.budget_s)} should detect {record.min_effect:.0%} in {enough} of {cases}",
        "",
        table(["call", "case", "noise", "sees"], rows, coloured=False),
        *(f"unfit: {labels[name]}: {why}" for name, why in calibration.unfit.items()),
    ]


def _row(label: str, case: CaseNoise, effect: float | None) -> list[str]:
    detectable = "none" if effect is None else f"{effect:.0%}"
    return [duration(case.call_s), label, f"{case.noise:.1%}", detectable]


def _document(calibration: Calibration, record: Record, sees: dict[str, float | None]) -> dict[str, object]:
    whole = msgspec.to_builtins(calibration)
    return {**whole, "budget_s": record.budget_s, "min_effect": record.min_effect, "sees": sees}
