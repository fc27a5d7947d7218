"""`--workload`: the task that a session measures in place of the summation, a built-in one or the user's own."""

import hashlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.call import Call
from benchmarks.options import SUMMATION
from benchmarks.session.arguments import arguments_of
from benchmarks.session.importing import loaded
from benchmarks.session.options import Settings
from benchmarks.workloads.built_in import BUILT_IN
from benchmarks.workloads.carriers import Spread

# A start-up case has so few tasks that they do not hide the start: two for each of four workers.
_FEW = 8


@dataclass(frozen=True, eq=False)
class Workload:
    """A task and its arguments; a call has `tasks` tasks. `tolerance` is relative, None where results must be equal.

    The reference of its results is its own plain loop, run twice.
    """

    name: str
    task: Callable[[Any], Any]
    arguments: Sequence[Any]
    tasks: int
    tolerance: float | None

    def call(self, scale: float = 1.0) -> Call:
        """One call, of `scale` times as many tasks.

        Where that are fewer than there are arguments, these are taken evenly from all; more begin again with the first.
        """
        return _call(self, max(1, round(self.tasks * scale)))

    def few(self) -> Call:
        """A call too small to hide what stands beside it."""
        return _call(self, min(_FEW, len(self.arguments)))


@cache
def _call(workload: Workload, tasks: int) -> Call:
    known = workload.arguments
    count = len(known)
    chosen = [known[place * count // tasks if tasks < count else place % count] for place in range(tasks)]
    extra_info: dict[str, Any] = {"workload": workload.name, "tasks": tasks, "arguments": _digest(chosen)}
    if workload.tolerance is not None:
        extra_info["tolerance"] = workload.tolerance
    return Call(workload.task, chosen, workload.task, extra_info, tolerance=workload.tolerance)


def _digest(arguments: Sequence[Any]) -> str | None:
    """Tells other arguments under the same name; None where they can't be pickled. joblib's own hash may change."""
    try:
        return hashlib.sha256(pickle.dumps(arguments, protocol=4)).hexdigest()[:16]
    except Exception:  # pickle raises whatever the objects do
        return None


def read_workload(option: Callable[[str], Any], settings: Settings) -> Workload | None:
    """The workload that a session was asked for, None for the summation; raises BadOption."""
    name = option("workload") or SUMMATION
    _refuse_contradictions(option, name)
    if name == SUMMATION:
        return None
    tolerance = _tolerance(option("tolerance"))
    task_at, arguments_at = BUILT_IN.get(name, (name, option("task_args")))
    task = loaded("--workload", task_at, f" or one of {', '.join((SUMMATION, *BUILT_IN))}")
    if not callable(task):
        raise BadOption(f"--workload {name!r}: a value of type {type(task).__name__}; expected a function")
    if arguments_at is None:
        raise BadOption(f"--workload {name!r} needs --task-args MODULE:NAME, FILE.json or FILE.csv: one entry a task")
    arguments = arguments_of(arguments_at)
    tasks = len(arguments.values) if option("tasks") is None else settings.tasks
    if not settings.measuring:
        tasks = min(tasks, settings.tasks)
    return Workload(name, Spread(task) if arguments.spread else task, arguments.values, tasks, tolerance)


def _refuse_contradictions(option: Callable[[str], Any], name: str) -> None:
    if name == SUMMATION:
        for given in ("task_args", "workload_path", "tolerance"):
            if option(given) is not None and not (given == "workload_path" and option("backend_module")):
                given = f"--{given.replace('_', '-')}"
                raise BadOption(f"{given} needs --workload MODULE:FUNCTION; the summation has all it needs")
        return
    if option("task_args") is not None and name in BUILT_IN:
        raise BadOption(f"--task-args: {name} has its own; they are for a function of yours")
    if option("longest") is not None:
        raise BadOption(f"--longest is the summation's; the arguments of {name!r} say how much a task does")
    if option("profile") == "notebook":
        raise BadOption(f"--workload {name!r}: the notebook's profile is its summation; leave one of them out")


def _tolerance(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        tolerance = float(text)
    except ValueError:
        tolerance = -1.0
    if not 0 < tolerance < 1:
        raise BadOption(f"--tolerance {text!r}: expected a relative difference between 0 and 1, such as 1e-9")
    return tolerance
