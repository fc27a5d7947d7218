"""What the verbs that measure have in common: options, a new record, a campaign that ends in order, progress."""

import argparse
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from benchmarks.cli.asked import alpha, min_effect, span
from benchmarks.cli.outputs import OUTPUTS, refuse_folder
from benchmarks.cli.workloads import add_workload_arguments, session_options
from benchmarks.errors import GateError
from benchmarks.files.durable import make_folder, try_lock
from benchmarks.gate.campaign import Campaign, Choice
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.needs import OPTION
from benchmarks.gate.record import Record, read_record
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# What only a new record takes; a budget may grow.
_ASKED_ONCE = ("python", "keyword", "min_effect", "alpha", "record", "seed")

# Of these, what sessions take as well: their work and their backends.
_SESSIONS = (
    *("workload", "task_args", "workload_path", "tolerance"),
    *("backends", "backend_module", "dask_scheduler", "ray_address"),
)

# What gates share: environments, records, calibrations.
WORK = ROOT / ".gate"

_LONGEST_S = 20 * 60.0

# Many short calls tell more than few long ones in the same time, until joblib's 10 ms poll rules; see docs/gate.md.
_TARGET_S = 0.04


def add_measuring_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what a campaign takes."""
    parser.add_argument("--python", metavar="PYTHON", help="interpreter of both sides (default: this one)")
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="fewer cases, as pytest's -k")
    add_workload_arguments(parser, "another work: a built-in one", "no side installs it")
    parser.add_argument("--tolerance", metavar="R", help="its results may differ by this relative amount")
    parser.add_argument("--backends", metavar="LIST", help="of the grid, such as loky,dask (default: joblib's own)")
    parser.add_argument("--backend-module", metavar="MODULE", help="a module with backends and engines of its own")
    parser.add_argument("--dask-scheduler", metavar="ADDRESS", help="a cluster of dask (default: start one)")
    parser.add_argument("--ray-address", metavar="ADDRESS", help="a cluster of ray (default: start one)")
    parser.add_argument("--min-effect", metavar="P%", help="the slowdown to be seen (default: 5%%)")
    parser.add_argument("--alpha", metavar="P%", help="chance of any false regression (default: 1%%)")
    parser.add_argument("--budget", metavar="TIME", help="time to measure, such as 6m (default: 10m)")
    parser.add_argument("--long", action="store_true", help="allow a budget of more than 20 minutes")
    parser.add_argument("--record", metavar="DIR", help="where the gate record goes (default: .gate/records/TIME)")
    parser.add_argument("--seed", metavar="N", type=int, help="of the coins (default: random; it is recorded)")


def new_record(args: argparse.Namespace, base: list[str], head: list[str]) -> tuple[Path, Record]:
    """An empty record and its folder, which need not be there; raises HistoryError where the options make no sense."""
    folder = Path(args.record) if args.record else WORK / "records" / time.strftime("%Y%m%d-%H%M%S")
    if (folder / "gate.json").exists():
        raise GateError(f"--record {folder}: there is a gate record already; resume it or choose another folder")
    refuse_folder("record", folder)
    record = Record(
        purpose=args.verb,
        sides={"base": {"spec": base}, "head": {"spec": head}},
        alpha=alpha(args.alpha or "1%"),
        min_effect=min_effect(args.min_effect or "5%"),
        budget_s=budget(args),
        target_s=_TARGET_S,
        seed=args.seed if args.seed is not None else secrets.randbits(32),
        keyword=args.keyword,
        interpreter=args.python,
        work=_work(args),
    )
    return folder.absolute(), record


def _work(args: argparse.Namespace) -> list[str]:
    """The sessions' own options."""
    asked = session_options({name: getattr(args, name) for name in _SESSIONS})
    return [*asked, OPTION] if getattr(args, "resources", False) else asked


def written_record(option: str, text: str, purpose: str) -> tuple[Path, Record]:
    """The record that an option names; raises HistoryError where another verb measured it."""
    folder = Path(text).absolute()
    record = read_record(folder)
    if record.purpose != purpose:
        raise GateError(f"{option} {visible(text)}: measured by `{record.purpose}`; expected a record of `{purpose}`")
    return folder, record


def refuse_inside(folder: Path, args: argparse.Namespace) -> None:
    """Raise GateError where an output would lie in the record."""
    for name in OUTPUTS:
        path = getattr(args, name, None)
        if path and path != "-" and Path(path).resolve().is_relative_to(folder.resolve()):
            raise GateError(f"--{name} {visible(path)}: inside the record; write it elsewhere")


def reopened(name: str, args: argparse.Namespace, others: Sequence[str]) -> tuple[Path, Record]:
    """The record that the option `name` names; raises HistoryError where it is not this verb's.

    And where it would be written over, or an option of a new record, or one of `others`, is given beside it.
    """
    for other in (*others, *_ASKED_ONCE, *_SESSIONS):
        if getattr(args, other):
            shown = "-k" if other == "keyword" else f"--{other.replace('_', '-')}"
            raise GateError(f"{shown} and --{name}: a record says itself what was asked; leave it out")
    refuse_inside(Path(getattr(args, name)), args)
    return written_record(f"--{name}", getattr(args, name), args.verb)


def budget(args: argparse.Namespace) -> float:
    """The seconds that --budget asks for; raises HistoryError."""
    text = args.budget or "10m"
    seconds = span("--budget", text)
    if seconds > _LONGEST_S and not args.long:
        raise GateError(f"--budget {text}: more than 20 minutes; add --long if that is meant")
    return seconds


def measure(folder: Path, record: Record, sides: tuple[BuiltSide, BuiltSide], choose: Choice, resume: str) -> None:
    """Spend the record's budget; `resume` says how to go on after an interruption. Raises HistoryError."""
    with _alone(folder), ended_by_signals():
        tell(f"record {folder}, seed {record.seed}, budget {record.budget_s / 60:.3g} minutes")
        try:
            Campaign(folder, record, WORK, dict(zip(("base", "head"), sides, strict=True)), choose, tell).run()
        except (KeyboardInterrupt, SystemExit):
            tell(f"interrupted; {resume}")
            raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else measures into the record meanwhile."""
    make_folder(folder)
    with (folder / "lock").open("a") as lock:
        if not try_lock(lock.fileno()):
            raise GateError(f"{folder}: another process is measuring into it; wait for its end, or take another folder")
        yield


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does: what it has begun is ended, too."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell(line: str) -> None:
    """A line of progress, on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
