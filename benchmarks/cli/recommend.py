"""`recommend`: which backend, n_jobs and batch_size for these tasks?"""

import argparse
import re
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.advise.cost_model import CostModel
from benchmarks.advise.disturbance import disturbance
from benchmarks.advise.measured_profile import MeasuredTasks
from benchmarks.advise.measured_tasks import BEFORE_PROBE_S, WITHIN_S, TaskSession, measure_tasks
from benchmarks.advise.nesting import Nesting
from benchmarks.advise.probe_session import usable_model
from benchmarks.advise.probing import LIMIT_S, probe
from benchmarks.advise.recommendation import Recommendation, recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.advise.trying import with_trials
from benchmarks.cli.options import (
    add_forwarded_arguments,
    parsed,
    percent,
    require_page_packages,
    session_options,
)
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.cli.probe import add_models_argument, models_folder
from benchmarks.cli.progress import Teller
from benchmarks.errors import AdviceError
from benchmarks.history.store import Store
from benchmarks.report import nesting
from benchmarks.report import recommendation as rendering
from benchmarks.report.recommendation_json import document
from benchmarks.subprocesses import ended_by_signals
from benchmarks.text.parsing import parse_size, parse_time
from benchmarks.text.printable import visible

DESCRIPTION = """Recommend a backend, n_jobs and batch_size for your tasks, from a cost model of this machine (see
`probe`) and from your tasks: described by options, or measured by running your function."""
EXAMPLE = """python -m benchmarks recommend --task-time 2ms --tasks 5000 --payload 1MB
python -m benchmarks recommend --workload my_module:my_function --task-args my_module:ARGUMENTS"""
EXIT_CODES = """exit codes:
  0  the recommendation was printed, even if the measurement was disturbed
  2  invalid options, a cost model that can't be read, or something that can't be measured"""

_TITLE = "Which joblib configuration?"
_FOOTER = "Made by `python -m benchmarks recommend`; it needs no network."

# The largest values that the model was validated with.
_MOST_TASKS, _MOST_UNEVEN = 1_000_000, 1000.0

# An answer takes no longer, the probe of a new machine included; a probe that follows a measurement of tasks gets at
# least the second number of seconds, because a shorter one would leave too many pools out.
_ANSWER_S, _LEAST_PROBE_S = 90.0, 60.0

# The options that describe tasks; --workload measures them instead.
_DESCRIBING = ("task_time", "tasks", "payload", "result", "releases_gil", "waits", "uneven")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `recommend`."""
    parser.add_argument("--task-time", metavar="TIME", help="mean time of a task in a plain loop, such as 2ms")
    parser.add_argument("--tasks", metavar="N", help="number of tasks in one call")
    parser.add_argument("--payload", metavar="SIZE", help="bytes sent with each task, such as 1MB (default: none)")
    parser.add_argument("--result", metavar="SIZE", help="bytes that each task returns, such as 50MB (default: none)")
    parser.add_argument("--releases-gil", action="store_true", default=None, help="the tasks do not hold the GIL")
    parser.add_argument(
        "--waits", metavar="P%", help="share of a task's time in which it uses no core, such as 80%% (default: none)"
    )
    parser.add_argument("--uneven", metavar="R", help="the longest task takes R times as long as the shortest")
    add_forwarded_arguments(parser, "recommend")
    parser.add_argument(
        "--max-memory", metavar="SIZE", help="limit on the memory needed in addition to the program's own, such as 8GB"
    )
    parser.add_argument("--warm", action="store_true", help="recommend for calls in a pool that is already open")
    parser.add_argument("--probe", action="store_true", help="measure this machine again")
    add_models_argument(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write a page with break-even curves and the components of each time"
    )
    parser.add_argument("--json", metavar="FILE", help="write the answer as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Recommend a configuration. Raises SuiteError if the question is invalid or something can't be measured."""
    folder = models_folder(args)
    question = _described(args) if args.workload is None else _workload_options(args)
    limit_bytes = None if args.max_memory is None else parsed("--max-memory", args.max_memory, parse_size)
    if args.output is not None:
        require_page_packages("recommend", "document")
    with ended_by_signals(), Teller() as tell:
        model, reason = usable_model(folder)
        if args.probe:
            model = _probed(folder, "as requested by --probe", tell, LIMIT_S)
        end_s = time.monotonic() + _ANSWER_S
        # Before any probe: a task that fails needs none, and the cost model knows nothing of one that starts workers.
        within_s = WITHIN_S if model else BEFORE_PROBE_S
        asked = question if isinstance(question, TaskProfile) else measure_tasks(question, tell, within_s, args.warm)
        if isinstance(asked, TaskSession) and asked.nesting is not None:
            return _outcome_of_nesting(args, asked.nesting)
        model = model or _probed(folder, reason, tell, min(LIMIT_S, max(_LEAST_PROBE_S, end_s - time.monotonic())))
        tasks = asked.tasks(model.costs, tell, end_s) if isinstance(asked, TaskSession) else MeasuredTasks(asked, None)
        why = disturbance(model) or tasks.disturbance
        recommendation = recommend(model.costs, tasks.profile, args.warm, why, limit_bytes)
        if isinstance(asked, TaskSession):
            recommendation = with_trials(recommendation, asked.options, tasks.disturbance is not None, tell, end_s)
    warm = None if args.warm else recommend(model.costs, tasks.profile, True, why, limit_bytes)
    return _outcome(args, model, recommendation, warm)


def _probed(folder: Path, reason: str, tell: Callable[[str], None], limit_s: float) -> CostModel:
    tell(f"probing this machine for at most {limit_s:.0f} s: {reason}")
    return probe(folder, tell, limit_s)[0]


def _outcome(
    args: argparse.Namespace, model: CostModel, recommendation: Recommendation, warm: Recommendation | None
) -> Outcome:
    files = {args.json: document(recommendation, warm, model)} if args.json else {}
    if args.output is not None:
        from benchmarks.report.html.document import page
        from benchmarks.report.html.recommendation import recommendation_sections

        files[args.output] = page(_TITLE, recommendation_sections(recommendation, warm, model), _FOOTER)
    return Outcome(rendering.text(recommendation, warm, model) + _where(args), Exit.FINE, files)


def _outcome_of_nesting(args: argparse.Namespace, measured: Nesting) -> Outcome:
    """Return the answer for tasks that start workers themselves, of which the cost model knows nothing."""
    files = {args.json: nesting.document(measured)} if args.json else {}
    if args.output is not None:
        from benchmarks.report.html.document import page
        from benchmarks.report.html.figures import Section

        files[args.output] = page(_TITLE, [Section("answer", "Answer", nesting.sentences(measured))], _FOOTER)
    return Outcome(nesting.text(measured) + _where(args), Exit.FINE, files)


def _where(args: argparse.Namespace) -> str:
    """Name the page's file: tox changes the working directory, so that a relative path may lead elsewhere."""
    return "" if args.output in (None, "-") else f"The page is {visible(Path(args.output).absolute())}.\n"


def _workload_options(args: argparse.Namespace) -> list[str]:
    """Return the options that name the workload for a session. Raises AdviceError if others describe the tasks."""
    for name in _DESCRIBING:
        if getattr(args, name) is not None:
            given = f"--{name.replace('_', '-')}"
            raise AdviceError(f"{given} and --workload: --workload measures the tasks; leave one of them out")
    if args.workload in ("", "summation"):
        expected = "a built-in workload (hashing, sleeping, array_in, array_out, uneven) or MODULE:FUNCTION"
        raise AdviceError(f"--workload {args.workload!r}: expected {expected}")
    return session_options(args, "recommend")


def _described(args: argparse.Namespace) -> TaskProfile:
    """Return the tasks that the options describe. Raises SuiteError."""
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
        payload_bytes=_bytes("--payload", args.payload),
        result_bytes=_bytes("--result", args.result),
    )


def _bytes(option: str, text: str | None) -> float:
    return parsed(option, text, parse_size) if text not in (None, "0") else 0.0


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
