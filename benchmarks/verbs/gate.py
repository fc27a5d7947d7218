"""`gate`: measure base and head in turns, and say whether head is slower."""

import argparse
import os
import secrets
import signal
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType

from benchmarks.analysis.judgement import Judgement, worst_first
from benchmarks.gate.campaign import Campaign
from benchmarks.gate.decision import decide, names, next_cases, rows
from benchmarks.gate.environments import BuiltSide, build, same_tree
from benchmarks.gate.errors import GateError
from benchmarks.gate.record import GateCase, Record, read_record
from benchmarks.gate.specs import EXPECTED, parse_side
from benchmarks.gate.tracks import Measured
from benchmarks.gate.trees import merge_base
from benchmarks.history.limits import Limit, parse_percent, parse_span, read_limits, unmatched
from benchmarks.history.store import Store
from benchmarks.verbs.judged import add_output_arguments, outcome
from benchmarks.verbs.outcome import Exit, Outcome

_ROOT = Path(__file__).parents[2]
_LONGEST_S = 20 * 60.0

# Beyond 0.4 s a call buys less precision per second, below 0.1 s joblib's 10 ms poll dominates; see docs/gate.md.
_TARGET_S = 0.12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `gate` takes."""
    parser.add_argument("--base", metavar="SPEC", action="append", default=[], help=f"{EXPECTED}; repeatable")
    parser.add_argument("--head", metavar="SPEC", action="append", default=[], help="the same (default: this checkout)")
    parser.add_argument("--python", metavar="PYTHON", help="interpreter of both sides (default: this one)")
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="fewer cases, as pytest's -k")
    parser.add_argument("--min-effect", metavar="P%", default="5%", help="the slowdown to be seen (default: 5%%)")
    parser.add_argument("--alpha", metavar="P%", default="1%", help="chance of any false regression (default: 1%%)")
    parser.add_argument("--budget", metavar="TIME", default="10m", help="time to measure, such as 6m (default: 10m)")
    parser.add_argument("--long", action="store_true", help="allow a budget of more than 20 minutes")
    parser.add_argument("--limits", metavar="FILE", help="limits a case, TOML")
    parser.add_argument("--record", metavar="DIR", help="where the gate record goes (default: .gate/records/TIME)")
    parser.add_argument("--seed", metavar="N", type=int, help="of the coins (default: random; it is recorded)")
    parser.add_argument("--build-only", action="store_true", help="build both sides and stop: CI's first step")
    parser.add_argument("--resume", metavar="RECORD", help="go on with a gate that was interrupted")
    parser.add_argument("--recompute", metavar="RECORD", help="judge a record again, measuring nothing")
    add_output_arguments(parser)


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Gate; raises HistoryError where a side can't be built or measured."""
    limits = read_limits(Path(args.limits)) if args.limits else ()
    if args.recompute:
        folder = Path(args.recompute)
        return _outcome(args, folder, read_record(folder), limits)
    folder, record = _resumed(args) if args.resume else _new(args)
    specs = [parse_side(f"--{name}", record.sides[name]["spec"]) for name in ("base", "head")]
    if same_tree(specs[0], specs[1], _ROOT):
        return Outcome("PASS: nothing to compare: neither pins nor workloads differ\n", Exit.FINE)
    _tell("building both sides")
    sides = build(specs[0], specs[1], _ROOT, _ROOT / ".gate", record.interpreter)
    for name, side in zip(("base", "head"), sides, strict=True):
        record.sides[name]["packages"] = side.packages
    if args.build_only:
        return Outcome("both sides are built\n", Exit.FINE)
    _measure(folder, record, dict(zip(("base", "head"), sides, strict=True)), limits)
    return _outcome(args, folder, record, limits)


def _measure(folder: Path, record: Record, sides: dict[str, BuiltSide], limits: tuple[Limit, ...]) -> None:
    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    _tell(f"record {folder}, seed {record.seed}, budget {record.budget_s / 60:g} minutes")
    try:
        Campaign(folder, record, sides, partial(_suspects, limits), _tell).run()
    except (KeyboardInterrupt, SystemExit):
        _tell(f"interrupted; `gate --resume {folder}` goes on")
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _suspects(limits: tuple[Limit, ...], record: Record, measured: Measured) -> list[GateCase]:
    return next_cases(record, decide(record, measured, limits))


def _new(args: argparse.Namespace) -> tuple[Path, Record]:
    budget_s = _span("--budget", args.budget)
    if budget_s > _LONGEST_S and not args.long:
        raise GateError(f"--budget {args.budget}: more than 20 minutes; add --long if that is meant")
    base = args.base or [f"git:{merge_base(_ROOT, os.environ)}"]
    folder = Path(args.record) if args.record else _ROOT / ".gate" / "records" / time.strftime("%Y%m%d-%H%M%S")
    if (folder / "gate.json").exists():
        raise GateError(f"--record {folder}: there is a gate record already; resume it or choose another folder")
    for option, texts in (("--base", base), ("--head", args.head)):
        parse_side(option, texts)
    record = Record(
        sides={"base": {"spec": list(base)}, "head": {"spec": list(args.head)}},
        alpha=_percent("--alpha", args.alpha, most=0.5),
        min_effect=_percent("--min-effect", args.min_effect, most=10.0),
        budget_s=budget_s,
        target_s=_TARGET_S,
        seed=args.seed if args.seed is not None else secrets.randbits(32),
        keyword=args.keyword,
        interpreter=args.python,
    )
    return folder.absolute(), record


def _resumed(args: argparse.Namespace) -> tuple[Path, Record]:
    folder = Path(args.resume).absolute()
    return folder, read_record(folder)


def _outcome(args: argparse.Namespace, folder: Path, record: Record, limits: tuple[Limit, ...]) -> Outcome:
    if wrong := unmatched(limits, [names(case.nodeid) for case in record.cases]):
        raise GateError(f"--limits: the pattern {wrong[0]!r} matches none of {len(record.cases)} cases")
    measured = Measured(folder, record)
    decision = decide(record, measured, limits)
    judgement = Judgement(
        base=_label(record, "base"),
        head=_label(record, "head"),
        rows=worst_first(rows(record, measured, decision, limits)),
        alpha=record.alpha,
        min_effect=record.min_effect,
        notes=(*_ceilings(limits), *_notes(folder, record)),
    )
    return outcome(args, judgement)


def _ceilings(limits: tuple[Limit, ...]) -> list[str]:
    if any(limit.max_time_s is not None for limit in limits):
        return ["max_time is not judged here: a gate sizes the calls by itself. `compare` judges it on stored runs."]
    return []


def _notes(folder: Path, record: Record) -> list[str]:
    whole = [pair for pair in record.pairs if not pair.why]
    void = len(record.pairs) - len(whole)
    said = [
        f"{len(whole)} pairs of processes in {record.spent_s / 60:.1f} minutes, measured in turns"
        + (f"; {void} void" if void else "")
        + f". Any false REGRESSION among all rows: at most {record.alpha:.1%} of gates.",
        "Intervals hold row by row (95 %), after any number of pairs. `sees` is the slowdown that 80 % of gates with "
        "this noise would call a REGRESSION, for a case measured in as many pairs as the suspects here.",
    ]
    if record.state != "done":
        said.append(f"The gate was interrupted: `gate --resume {folder}` goes on.")
    return [*said, f"Record: {folder}; `gate --recompute {folder}` judges it again."]


def _label(record: Record, side: str) -> str:
    spec = " ".join(record.sides[side]["spec"]) or "this checkout"
    joblib = record.sides[side].get("packages", {}).get("joblib")
    # What was built here is named by its spec already.
    return f"{spec} (joblib {joblib})" if joblib and "joblib==" not in spec and "://" not in joblib else spec


def _percent(option: str, text: str, most: float) -> float:
    try:
        value = parse_percent(text)
    except ValueError as error:
        raise GateError(f"{option}: {error}") from None
    if value > most:
        raise GateError(f"{option} {text}: expected at most {most:.0%}")
    return value


def _span(option: str, text: str) -> float:
    try:
        return parse_span(text)
    except ValueError as error:
        raise GateError(f"{option}: {error}") from None


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
