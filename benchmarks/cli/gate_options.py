"""The options that `gate` and `calibrate` share, and the records they name."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cli.options import (
    OUTPUTS,
    add_forwarded_arguments,
    add_rule_arguments,
    alpha,
    budget_s,
    min_effect,
    refuse_folder,
    session_options,
)
from benchmarks.cli.progress import tell
from benchmarks.errors import GateError
from benchmarks.gate.opening import Request, new_folder, new_record, open_record
from benchmarks.gate.pair_loop import Gate, measure
from benchmarks.gate.record import RESOURCES_OPTION, SIDES, Record
from benchmarks.gate.variables import parse_variables
from benchmarks.options import DEFAULT_BUDGET, forwarded_options
from benchmarks.subprocesses import ended_by_signals
from benchmarks.text.printable import visible

# Options that only a new record takes; a budget may grow.
_OF_SIDES = ("base_python", "head_python", "base_env", "head_env", "both_env")
_OF_RECORDS = ("resume", "recompute", "explain")
_ONE_OF = "a gate does one thing with a record"
_NEW_RECORD = ("python", "keyword", "min_effect", "alpha", "record", "seed")

_LONGEST_S = 20 * 60.0


def add_measuring_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a new record."""
    parser.add_argument("--python", metavar="PYTHON", help="interpreter of both sides (default: this one)")
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="select cases, as pytest's -k does")
    add_forwarded_arguments(parser, "gate")
    add_rule_arguments(parser)
    parser.add_argument("--budget", metavar="TIME", help=f"time for measuring, such as 6m (default: {DEFAULT_BUDGET})")
    parser.add_argument("--long", action="store_true", help="allow a budget of more than 20 minutes")
    parser.add_argument("--record", metavar="DIR", help="folder of the gate record (default: .gate/records/TIME)")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of the random order (default: random; recorded)")


def add_side_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what a side may have of its own beside its packages."""
    for side in SIDES:
        parser.add_argument(f"--{side}-python", metavar="PYTHON", help=f"interpreter of {side}, such as 3.13 or a path")
    for option, whose in (("base", "base's"), ("head", "head's"), ("both", "both sides'")):
        text = f"set a variable in the environment of {whose} sessions; repeatable"
        parser.add_argument(f"--{option}-env", metavar="NAME=VALUE", action="append", default=[], help=text)


def _pythons(args: argparse.Namespace) -> tuple[str | None, str | None]:
    return getattr(args, "base_python", None), getattr(args, "head_python", None)


def _variables(args: argparse.Namespace) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables of base and of head. Raises GateError if an option is invalid."""
    of_both, of_base, of_head = (
        parse_variables(f"--{side}-env", getattr(args, f"{side}_env", [])) for side in ("both", *SIDES)
    )
    for side, own in zip(SIDES, (of_base, of_head), strict=True):
        if twice := sorted(own.keys() & of_both.keys()):
            raise GateError(f"--{side}-env {twice[0]}: --both-env sets it as well; leave one of them out")
    return of_both | of_base, of_both | of_head


def started(args: argparse.Namespace, base: list[str], head: list[str]) -> tuple[Path, Record]:
    """Return the folder of a new record, and the record, still empty. Raises SuiteError if an option is invalid."""
    folder = new_folder(args.record)
    refuse_folder("record", folder)
    forwarded = session_options(args, args.verb)
    request = Request(
        purpose=args.verb,
        base=base,
        head=head,
        alpha=alpha(args.alpha),
        min_effect=min_effect(args.min_effect),
        budget_s=budget(args),
        seed=args.seed,
        keyword=args.keyword,
        interpreter=args.python,
        session_options=[*forwarded, RESOURCES_OPTION] if getattr(args, "resources", False) else forwarded,
        pythons=_pythons(args),
        variables=_variables(args),
    )
    return folder.absolute(), new_record(request)


def reopened(name: str, args: argparse.Namespace, others: Sequence[str]) -> tuple[Path, Record]:
    """Return the folder that the option `name` names, and the record in it.

    Raises SuiteError if another verb measured it, if an output would overwrite it, or if an option of a new record
    or one of `others` is given as well.
    """
    for other in (*others, *_NEW_RECORD, *_OF_SIDES, *(option.name for option in forwarded_options(args.verb))):
        if getattr(args, other, None):
            shown = "-k" if other == "keyword" else f"--{other.replace('_', '-')}"
            reason = _ONE_OF if other in _OF_RECORDS else "a record keeps the options it was measured with"
            raise GateError(f"{shown} and --{name}: {reason}; leave {shown} out")
    refuse_inside(Path(getattr(args, name)), args)
    return open_record(f"--{name}", getattr(args, name), args.verb)


def refuse_inside(folder: Path, args: argparse.Namespace) -> None:
    """Raise GateError if an output would be written into the record."""
    for name in OUTPUTS:
        path = getattr(args, name, None)
        if path and path != "-" and Path(path).resolve().is_relative_to(folder.resolve()):
            raise GateError(f"--{name} {visible(path)}: inside the record; write it elsewhere")


def budget(args: argparse.Namespace) -> float:
    """Return the value of --budget in seconds. Raises SuiteError if it is invalid, or long without --long."""
    seconds = budget_s(args.budget)
    if seconds > _LONGEST_S and not args.long:
        raise GateError(f"--budget {args.budget}: more than 20 minutes; add --long if you mean it")
    return seconds


def measure_until_signal(gate: Gate, resume: str) -> None:
    """Measure; an interruption is answered with `resume`, which says how to go on. Raises SuiteError."""
    with ended_by_signals():
        try:
            measure(gate)
        except (KeyboardInterrupt, SystemExit):
            tell(f"interrupted; {resume}")
            raise
