"""What the verbs that measure have in common: options, a new record, a campaign that ends in order, progress."""

import argparse
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from benchmarks.gate.campaign import Campaign, Choice
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.errors import GateError
from benchmarks.gate.record import Record
from benchmarks.verbs.asked import alpha, min_effect, span

ROOT = Path(__file__).parents[2]

# What gates share: environments, records, calibrations.
WORK = ROOT / ".gate"

_LONGEST_S = 20 * 60.0

# Many short calls tell more than few long ones in the same time, until joblib's 10 ms poll rules; see docs/gate.md.
_TARGET_S = 0.04


def add_measuring_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what a campaign takes."""
    parser.add_argument("--python", metavar="PYTHON", help="interpreter of both sides (default: this one)")
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="fewer cases, as pytest's -k")
    parser.add_argument("--min-effect", metavar="P%", default="5%", help="the slowdown to be seen (default: 5%%)")
    parser.add_argument("--alpha", metavar="P%", default="1%", help="chance of any false regression (default: 1%%)")
    parser.add_argument("--budget", metavar="TIME", default="10m", help="time to measure, such as 6m (default: 10m)")
    parser.add_argument("--long", action="store_true", help="allow a budget of more than 20 minutes")
    parser.add_argument("--record", metavar="DIR", help="where the gate record goes (default: .gate/records/TIME)")
    parser.add_argument("--seed", metavar="N", type=int, help="of the coins (default: random; it is recorded)")


def new_record(args: argparse.Namespace, base: list[str], head: list[str]) -> tuple[Path, Record]:
    """An empty record and its folder, which need not be there; raises HistoryError where the options make no sense."""
    budget_s = span("--budget", args.budget)
    if budget_s > _LONGEST_S and not args.long:
        raise GateError(f"--budget {args.budget}: more than 20 minutes; add --long if that is meant")
    folder = Path(args.record) if args.record else WORK / "records" / time.strftime("%Y%m%d-%H%M%S")
    if (folder / "gate.json").exists():
        raise GateError(f"--record {folder}: there is a gate record already; resume it or choose another folder")
    record = Record(
        sides={"base": {"spec": base}, "head": {"spec": head}},
        alpha=alpha(args.alpha),
        min_effect=min_effect(args.min_effect),
        budget_s=budget_s,
        target_s=_TARGET_S,
        seed=args.seed if args.seed is not None else secrets.randbits(32),
        keyword=args.keyword,
        interpreter=args.python,
    )
    return folder.absolute(), record


def measure(folder: Path, record: Record, sides: tuple[BuiltSide, BuiltSide], choose: Choice, resume: str) -> None:
    """Spend the record's budget. SIGTERM and SIGHUP end it as Ctrl-C does; `resume` says how to go on then."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    tell(f"record {folder}, seed {record.seed}, budget {record.budget_s / 60:g} minutes")
    try:
        Campaign(folder, record, WORK, dict(zip(("base", "head"), sides, strict=True)), choose, tell).run()
    except (KeyboardInterrupt, SystemExit):
        tell(f"interrupted; {resume}")
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell(line: str) -> None:
    """A line of progress, on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
