"""`--workload`: what a session measures in place of the summation, a built-in workload or the user's own."""

import hashlib
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

from benchmarks.errors import BadOption
from benchmarks.measure.call import Call
from benchmarks.measure.sending import repeated_bytes
from benchmarks.options import SUMMATION
from benchmarks.session.arguments import read_arguments
from benchmarks.session.importing import import_object
from benchmarks.session.options import Settings
from benchmarks.workloads.built_in import BUILT_IN
from benchmarks.workloads.carriers import Spread

T = TypeVar("T")

# The tasks of a start-up case: two for each of four workers, so few that they don't hide the start.
_FEW = 8


@dataclass(frozen=True, eq=False)
class Workload:
    """A task and its arguments; a call has `tasks` tasks.

    `tolerance` is relative; None means that results must be equal. The expected results are those of the plain loop,
    which must return the same twice: if `confirmed` is true, a trial has seen to that. `own_workers` are the threads
    and processes that the task started in the trial, `programs` the other programs; `waits` is true if it waited most
    of the time, `holds_gil` if it held the GIL all the time. `inner_threads` are the libraries in whose threads it
    computed, with the number of threads that they have when the user runs it. `faster_again` is how many times as fast
    its tasks are in a second loop, because they remember something; None if they do not. `caveats` say in sentences
    what else the trial found. `all_lengths_s` are the seconds of all tasks if the session takes fewer because it has no
    time for all; otherwise it is empty.
    """

    name: str
    task: Callable[[Any], Any]
    arguments: Sequence[Any]
    tasks: int
    tolerance: float | None
    confirmed: bool = False
    own_workers: int = 0
    programs: int = 0
    waits: bool = False
    holds_gil: bool = False
    inner_threads: Mapping[str, int] = field(default_factory=dict)
    faster_again: int | None = None
    caveats: tuple[str, ...] = ()
    all_lengths_s: Sequence[float] = ()

    def call(self, scale: float = 1.0) -> Call:
        """Return a call of `scale` times as many tasks.

        A call with fewer tasks than arguments takes its arguments evenly from all of them; a larger one starts again
        with the first argument.
        """
        return _call(self, max(1, round(self.tasks * scale)))

    def few(self) -> Call:
        """Return a call too small to hide the cost of starting a pool."""
        return _call(self, min(_FEW, len(self.arguments)))


def evenly(values: Sequence[T], count: int) -> list[T]:
    """Return so many values taken evenly from all of them, or all of them and again from the first."""
    of = len(values)
    return [values[number * of // count if count < of else number % of] for number in range(count)]


@cache
def _call(workload: Workload, tasks: int) -> Call:
    chosen = evenly(workload.arguments, tasks)
    extra_info: dict[str, Any] = {"workload": workload.name, "tasks": tasks, "arguments": _digest(chosen)}
    if workload.tolerance is not None:
        extra_info["tolerance"] = workload.tolerance
    if workload.own_workers:
        extra_info["own_workers"] = workload.own_workers
    if workload.programs:
        extra_info["programs"] = workload.programs
    if workload.holds_gil:
        extra_info["holds_gil"] = True
    if workload.faster_again is not None:
        extra_info["faster_again"] = workload.faster_again
    if workload.caveats:
        extra_info["caveats"] = list(workload.caveats)
    if repeated := repeated_bytes(workload.task, chosen):
        extra_info["repeated_bytes"] = repeated
    return Call(
        workload.task,
        chosen,
        workload.task,
        extra_info,
        workload.confirmed,
        workload.tolerance,
        workload.inner_threads,
    )


def _digest(arguments: Sequence[Any]) -> str | None:
    """Return a hash by which a change of the arguments is recognised; None if they can't be pickled.

    joblib's own hash may change with its version.
    """
    try:
        return hashlib.sha256(pickle.dumps(arguments, protocol=4)).hexdigest()[:16]
    except Exception:  # the objects' own methods may raise anything
        return None


def read_workload(option: Callable[[str], Any], settings: Settings) -> Workload | None:
    """Return the workload that the options ask for, None for the summation. Raises BadOption."""
    name = option("workload") or SUMMATION
    _refuse_inner_threads(settings, name)
    _refuse_contradictions(option, name)
    if name == SUMMATION:
        return None
    tolerance = _tolerance(option("tolerance"))
    tasks = None if option("tasks") is None else settings.tasks
    workload = own_workload(name, option("task_args"), tolerance, tasks)
    return workload if settings.measuring else replace(workload, tasks=min(workload.tasks, settings.tasks))


def own_workload(name: str, arguments_at: str | None, tolerance: float | None, tasks: int | None) -> Workload:
    """Return the workload of this name, built in or MODULE:FUNCTION. Raises BadOption.

    `arguments_at` is the value of --task-args; `tasks` is None for one task per argument.
    """
    task_at, arguments_at = BUILT_IN.get(name, (name, arguments_at))
    task = import_object("--workload", task_at, f" or one of {', '.join((SUMMATION, *BUILT_IN))}")
    if not callable(task):
        raise BadOption(f"--workload {name!r}: a value of type {type(task).__name__}; expected a function")
    if arguments_at is None:
        raise BadOption(f"--workload {name!r} needs --task-args MODULE:NAME, FILE.json or FILE.csv: one entry per task")
    arguments = read_arguments(arguments_at)
    task = Spread(task) if arguments.spread else task
    return Workload(name, task, arguments.values, len(arguments.values) if tasks is None else tasks, tolerance)


def _refuse_contradictions(option: Callable[[str], Any], name: str) -> None:
    """Raise BadOption if an option would have no effect with this workload."""
    if name == SUMMATION:
        for given in ("task_args", "workload_path", "tolerance"):
            if option(given) is not None and not (given == "workload_path" and option("backend_module")):
                given = f"--{given.replace('_', '-')}"
                raise BadOption(f"{given} needs --workload MODULE:FUNCTION; the summation does not use it")
        return
    if option("task_args") is not None and name in BUILT_IN:
        raise BadOption(f"--task-args: {name} has its own arguments; give them to a function of your own only")
    if option("longest") is not None:
        raise BadOption(f"--longest applies to the summation only; the arguments of {name!r} say how much a task does")
    if option("profile") == "notebook":
        raise BadOption(f"--workload {name!r}: the profile notebook measures the summation; leave out one of the two")


def _refuse_inner_threads(settings: Settings, name: str) -> None:
    """Raise BadOption if `--inner-threads` asks for something that the cases of the session can't have."""
    if not settings.inner_threads:
        return
    if name == SUMMATION or name in BUILT_IN:
        raise BadOption(
            f"--inner-threads: the workload {name} computes in no threads of a numeric library; give a function of your"
            " own with --workload MODULE:FUNCTION"
        )
    if settings.profile == "gate":
        raise BadOption("--inner-threads: the profile gate compares two sides, whose workers have the same threads")


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
