"""`recommend`: which backend, n_jobs and batch_size for these tasks?"""

import argparse
import re

from benchmarks.advise.advice import advise
from benchmarks.advise.asking import profile_of
from benchmarks.advise.probing import probe, probed
from benchmarks.advise.profile import TaskProfile
from benchmarks.advise.stored import Probed
from benchmarks.cli.models import add_models_argument, models
from benchmarks.cli.options import (
    add_forwarded_arguments,
    parsed,
    percent,
    require_page_packages,
    session_options,
)
from benchmarks.cli.outcome import Exit, Outcome, ended_by_signals
from benchmarks.cli.progress import Teller
from benchmarks.errors import AdviceError
from benchmarks.history.store import Store
from benchmarks.report import advice as rendering
from benchmarks.text.parsing import parse_size, parse_time
from benchmarks.text.printable import visible

EXAMPLE = """python -m benchmarks recommend --task-time 2ms --tasks 5000 --payload 1MB
python -m benchmarks recommend --workload my_module:my_function --task-args my_module:ARGUMENTS"""

# What the model is asked about; beyond these it was never tried.
_MOST_TASKS, _MOST_UNEVEN = 1_000_000, 1000.0

_TASKS = ("task_time", "tasks", "payload", "releases_gil", "waits", "uneven")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `recommend` takes."""
    parser.add_argument("--task-time", metavar="TIME", help="of a task in a plain loop, such as 2ms: the mean")
    parser.add_argument("--tasks", metavar="N", help="tasks of one call")
    parser.add_argument("--payload", metavar="SIZE", help="sent with each task, such as 1MB (default: nothing)")
    parser.add_argument("--releases-gil", action="store_true", default=None, help="the tasks do not hold the GIL")
    parser.add_argument(
        "--waits", metavar="P%", help="the share of their time in which they use no core (default: none)"
    )
    parser.add_argument("--uneven", metavar="R", help="the longest task takes R times the shortest, such as 10x")
    add_forwarded_arguments(parser, "recommend")
    parser.add_argument("--warm", action="store_true", help="for calls in a pool that is open already")
    parser.add_argument("--probe", action="store_true", help="measure this machine again, whatever is stored")
    add_models_argument(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="a page with break-even curves and the parts of each time"
    )
    parser.add_argument("--json", metavar="FILE", help="write it as JSON as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Recommend; raises SuiteError where the question makes no sense or nothing can be measured."""
    folder = models(args)
    asked = _profile(args) if args.workload is None else _workload(args)
    if args.output is not None:
        require_page_packages("recommend", "document")
    with ended_by_signals(), Teller() as tell:
        machine, why = (None, "asked to") if args.probe else probed(folder)
        if machine is None:
            tell(f"probing this machine first, for about a minute: {why}")
            machine, _ = probe(folder, tell)
        profile = asked if isinstance(asked, TaskProfile) else profile_of(asked, machine.costs, tell)
    return _outcome(args, machine, profile)


def _outcome(args: argparse.Namespace, machine: Probed, profile: TaskProfile) -> Outcome:
    found = advise(machine.costs, profile, args.warm)
    again = None if args.warm else advise(machine.costs, profile, warm=True)
    files = {args.json: rendering.document(found, again, machine)} if args.json else {}
    if args.output is not None:
        from benchmarks.report.html.advice import advice_sections
        from benchmarks.report.html.document import page

        sections = advice_sections(found, again, machine)
        files[args.output] = page(
            "Which joblib configuration?", sections, "Made by `python -m benchmarks recommend`; it needs no network."
        )
    return Outcome(rendering.text(found, again, machine), Exit.FINE, files)


def _workload(args: argparse.Namespace) -> list[str]:
    """The options by which a session is told what to measure."""
    for name in _TASKS:
        if getattr(args, name) is not None:
            given = f"--{name.replace('_', '-')}"
            raise AdviceError(f"{given} and --workload: what is measured need not be told; leave one of them out")
    if args.workload in ("", "summation"):
        expected = "a built-in workload (hashing, sleeping, array_in, array_out, uneven) or MODULE:FUNCTION"
        raise AdviceError(f"--workload {args.workload!r}: expected {expected}")
    return session_options(args, "recommend")


def _profile(args: argparse.Namespace) -> TaskProfile:
    if args.task_args is not None or args.workload_path is not None:
        raise AdviceError("--task-args and --workload-path need --workload")
    if args.task_time is None or args.tasks is None:
        raise AdviceError("expected --task-time TIME and --tasks N, or --workload NAME to measure them")
    return TaskProfile(
        task_s=parsed("--task-time", args.task_time, parse_time),
        tasks=_count(args.tasks),
        uneven=_uneven(args.uneven) if args.uneven is not None else 1.0,
        releases_gil=1.0 if args.releases_gil else 0.0,
        waits=percent("--waits", args.waits, most=1.0) if args.waits is not None else 0.0,
        payload_bytes=parsed("--payload", args.payload, parse_size) if args.payload not in (None, "0") else 0.0,
    )


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= _MOST_TASKS:
        raise AdviceError(f"--tasks: '{visible(text)[:40]}'; expected a whole number from 1 to {_MOST_TASKS:,}")
    return int(text)


def _uneven(text: str) -> float:
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,3})?)x?", text, re.ASCII)
    if not match or not 1 <= float(match[1]) <= _MOST_UNEVEN:
        raise AdviceError(
            f"--uneven: '{visible(text)[:40]}'; expected longest over shortest, such as 10x, at most 1000x"
        )
    return float(match[1])
