"""`bisect`: find the commit or the release since which a case is slower."""

import argparse
import time
from pathlib import Path

from benchmarks.cli.options import (
    add_forwarded_arguments,
    add_rule_arguments,
    alpha,
    budget_s,
    min_effect,
    refuse_folder,
    session_options,
)
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.cli.progress import tell
from benchmarks.errors import GateError
from benchmarks.gate.bisect_record import BisectRecord, read_bisection
from benchmarks.gate.bisect_steps import Bisection
from benchmarks.gate.candidates import Candidate, candidates, message_of
from benchmarks.gate.opening import ROOT, WORK
from benchmarks.gate.record_folder import exclusive
from benchmarks.history.store import Store
from benchmarks.options import forwarded_options
from benchmarks.subprocesses import ended_by_signals
from benchmarks.text.folding import fold_lines
from benchmarks.text.printable import visible

DESCRIPTION = """Find the commit, or the release, since which a case is slower. Good and bad are gated first; then
each step gates the case that became slower most, against good, and the last one against its parent."""
EXAMPLE = "python -m benchmarks bisect --good joblib==1.2.0 --bad joblib==1.3.2 -k test_two_tasks"
EXIT_CODES = """exit codes:
  0  found, and confirmed against its parent
  2  invalid usage, or good and bad can't be built or measured
  3  nothing became slower, several candidates are left, or the last step was not confirmed"""

# Steps of one case are short, unless they are hard to decide.
_BUDGET = "5m"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `bisect`."""
    forms = (
        "a release (joblib==1.2.0), or a commit of a local clone (git+file:///path@REF) or of this repository (git:REF)"
    )
    parser.add_argument("--good", metavar="SPEC", help=forms)
    parser.add_argument("--bad", metavar="SPEC", help="a later one of the same kind, which is slower")
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="select cases, as pytest's -k does")
    parser.add_argument("--python", metavar="PYTHON", help="interpreter of all candidates (default: this one)")
    add_forwarded_arguments(parser, "gate")
    add_rule_arguments(parser)
    parser.add_argument("--budget", metavar="TIME", help=f"time limit of one step (default: {_BUDGET})")
    parser.add_argument("--folder", metavar="DIR", help="folder of the record (default: .gate/bisections/TIME)")
    parser.add_argument("--resume", metavar="DIR", help="continue an interrupted bisection")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Bisect. Raises SuiteError if good or bad can't be measured."""
    folder, record = _resumed(args) if args.resume else _new(args)
    bisection = Bisection(folder, record, ROOT, WORK, tell)
    with exclusive(folder), ended_by_signals():
        record.save(folder)
        tell(f"{len(record.specs)} candidates from {record.titles[0]} to {record.titles[-1]}; recorded in {folder}")
        try:
            return _search(bisection)
        except (KeyboardInterrupt, SystemExit):
            tell(f"interrupted; `bisect --resume {folder}` continues it")
            raise


def _search(bisection: Bisection) -> Outcome:
    record = bisection.record
    if not bisection.find_case():
        told = f"NOTHING SLOWER: no case of {record.titles[-1]} was found to be slower than in {record.titles[0]}"
        return _outcome([f"{told}: give --budget more time, or name a case with -k."], bisection, Exit.UNDECIDED)
    assert record.case is not None
    assert record.effect is not None
    tell(f"{record.case.nodeid} is {record.effect * 100:.1f} % slower")
    while bisection.try_next():
        pass
    suspects = record.search.suspects
    if len(suspects) > 1:
        names = [f"  {record.titles[number]}" for number in suspects]
        lines = [f"ONE OF {len(suspects)}: those before the last could not be built or decided:", *names]
        return _outcome(lines, bisection, Exit.UNDECIDED)
    return _confirmed(bisection, suspects[0])


def _confirmed(bisection: Bisection, number: int) -> Outcome:
    """Confirm the first bad candidate against the one before it, and return what was found."""
    record = bisection.record
    confirmed, change, explanation = bisection.confirm()
    slow = Candidate(record.specs[number], record.titles[number])
    assert record.case is not None
    where = f"{record.case.nodeid} against {record.titles[number - 1]}: {change}"
    if not confirmed:
        lines = [
            f"NOT CONFIRMED: {slow.title} was not found to be slower than its parent; the search was misled.",
            where,
        ]
        return _outcome(lines, bisection, Exit.UNDECIDED)
    lines = [f"FOUND: {slow.title}", where, "", *message_of(slow, ROOT), "", *explanation]
    return _outcome(lines, bisection, Exit.FINE)


def _outcome(lines: list[str], bisection: Bisection, code: Exit) -> Outcome:
    lines.append(f"Record: {visible(bisection.folder)}")
    return Outcome(fold_lines("\n".join(lines)) + "\n", code)


def _new(args: argparse.Namespace) -> tuple[Path, BisectRecord]:
    for name in ("good", "bad"):
        if not getattr(args, name):
            raise GateError(f"--{name}: missing; expected --good SPEC and --bad SPEC, or --resume DIR")
    folder = Path(args.folder) if args.folder else WORK / "bisections" / time.strftime("%Y%m%d-%H%M%S")
    if (folder / "bisect.json").exists():
        raise GateError(f"--folder {visible(folder)}: it already holds a bisection; resume it or choose another folder")
    refuse_folder("folder", folder)
    between = candidates(args.good, args.bad, ROOT)
    record = BisectRecord(
        good=args.good,
        bad=args.bad,
        alpha=alpha(args.alpha),
        min_effect=min_effect(args.min_effect),
        budget_s=budget_s(args.budget or _BUDGET),
        keyword=args.keyword,
        interpreter=args.python,
        session_options=session_options(args, "gate"),
        specs=[candidate.spec for candidate in between],
        titles=[candidate.title for candidate in between],
    )
    return folder.absolute(), record


def _resumed(args: argparse.Namespace) -> tuple[Path, BisectRecord]:
    new = ("good", "bad", "keyword", "python", "alpha", "min_effect", "budget", "folder")
    for name in (*new, *(option.name for option in forwarded_options("gate"))):
        if getattr(args, name):
            shown = "-k" if name == "keyword" else f"--{name.replace('_', '-')}"
            raise GateError(f"{shown} and --resume: a bisection keeps its options; leave {shown} out")
    folder = Path(args.resume).absolute()
    return folder, read_bisection(folder)
