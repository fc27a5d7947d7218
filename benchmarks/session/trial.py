"""The trial of the user's task: its plain loop, twice, in a process of its own, before anything is measured.

A task that kills its process, hangs, fails, or changes its arguments is named here once, not in every case.
"""

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.cores import usable_cores
from benchmarks.errors import BadOption
from benchmarks.files.temporary import TemporaryFolder
from benchmarks.machine import unpinned
from benchmarks.measure.call import shown
from benchmarks.session.options import Settings
from benchmarks.session.own_grid import CALLS_AS_THE_USER, CALLS_BESIDE_ROUNDS
from benchmarks.session.workload import Workload
from benchmarks.subprocesses import before_exec
from benchmarks.text.formatting import counted, duration

_ROOT = Path(__file__).parents[2]

# How often the trial's end is looked for, as often as `Popen.wait` does, and how long it may clean up after its result.
_LOOK_EVERY_S, _ENDING_S = 0.05, 2.0

# A suggested limit allows a case so many times what its calls should take.
_MARGIN = 1.5


class TrialRequest(Struct):
    """What the process of the trial is asked; `position` and `result` are paths of files that it writes."""

    workload: str
    task_args: str
    tasks: int
    tolerance: float | None
    position: str
    result: str


class TrialResult(Struct):
    """What the trial found. `error` says why the task can't be measured, `loop_s` is the time of one plain loop.

    `workers` counts the threads and processes that the task started, `warnings` what it warned of. `inner_threads` are
    the libraries that computed in threads of their own, with the number of threads that they have where nothing but the
    user sets it; `unseen_threads` says that a library did so which threadpoolctl does not know. If `waits` is true, the
    tasks wait most of the time; if `holds_gil` is true, they hold the GIL all the time. `changed_argument` names an
    argument that the first call changed and later ones did not, and what it is now. `lengths_s` are the seconds that
    each task took. If the tasks remember something, the median one took `first_task_s` seconds in the first loop and
    `task_s` in the second; both are 0 otherwise.
    """

    error: str | None = None
    loop_s: float = 0.0
    workers: int = 0
    warnings: int = 0
    first_warning: str = ""
    inner_threads: dict[str, int] = {}
    unseen_threads: bool = False
    waits: bool = False
    holds_gil: bool = False
    changed_argument: str | None = None
    lengths_s: list[float] = []
    first_task_s: float = 0.0
    task_s: float = 0.0

    @property
    def faster_again(self) -> int | None:
        """How many times as fast tasks are that remember something, None if they don't."""
        return round(self.first_task_s / max(self.task_s, 1e-9)) if self.first_task_s else None


class CutOff(BadOption):
    """The trial took too long: `done` tasks had ended, which took about `task_s` seconds each; `said` says so."""

    def __init__(self, said: str, way: str, done: int, task_s: float) -> None:
        super().__init__(f"{said}; {way}")
        self.said = said
        self.done = done
        self.task_s = task_s


def run_trial(workload: Workload, task_args: str, settings: Settings, limit_s: float) -> TrialResult:
    """Run the trial's process to its end. Raises CutOff after `limit_s`, BadOption if the task can't be measured."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.getenv("PYTHONPATH")]))
    with TemporaryFolder("trial-") as folder:
        position, result = folder.path / "position", folder.path / "result.json"
        position.write_bytes(bytes(8))
        request = TrialRequest(workload.name, task_args, workload.tasks, workload.tolerance, str(position), str(result))
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.session.trial_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # As the user runs it: without the suite's limits on the threads of numeric libraries.
            env=unpinned(os.environ) | {"PYTHONPATH": path},
            start_new_session=True,
            # If the session is killed, nobody else ends a task that runs for ever.
            preexec_fn=before_exec(signal.SIGKILL),
        )
        try:
            if not _ended_within(process, msgspec.json.encode(request), result, limit_s):
                raise _cut_off(workload, _begun(position), limit_s, settings)
        finally:
            # The task's own processes as well.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if not result.exists():
            raise BadOption(_ended(workload, _begun(position), process.returncode))
        trial_result = msgspec.json.decode(result.read_bytes(), type=TrialResult)
    if trial_result.error:
        raise BadOption(trial_result.error)
    return trial_result


def _ended_within(process: "subprocess.Popen[bytes]", request: bytes, result: Path, limit_s: float) -> bool:
    """Give the trial its request and wait for its end, or for its result; return whether either came in time."""
    end_s = time.monotonic() + limit_s
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as requests:
        requests.write(request)
    while process.poll() is None and not result.exists():
        if time.monotonic() >= end_s:
            return False
        time.sleep(_LOOK_EVERY_S)
    # A thread that the task has left running keeps the process, whose trial is over.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_ENDING_S)
    return True


def _begun(position: Path) -> int:
    """Return how many tasks of both loops were begun."""
    return int.from_bytes(position.read_bytes(), sys.byteorder)


def _ended(workload: Workload, begun: int, code: int) -> str:
    """Say how the trial's process ended, and with which argument."""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    why = "; memory may have run out" if -code == signal.SIGKILL else ""
    index = max(0, begun - 1) % workload.tasks
    argument = shown(workload.call().arguments[index])
    return f"its process {how} in the plain loop, at argument {index} of {workload.tasks}: {argument}{why}"


def _cut_off(workload: Workload, begun: int, limit_s: float, settings: Settings) -> CutOff:
    done = max(0, begun - 1)
    if done >= workload.tasks:
        said = f"the plain loops of the trial did not end within {limit_s:g} s"
    else:
        said = f"{done} of {counted(workload.tasks, 'task')} ended within {limit_s:g} s in the plain loop"
    task_s = limit_s / (done + 0.5)
    return CutOff(said, _ways(task_s, workload.tasks, settings), min(done, workload.tasks), task_s)


def refuse_long_loop(result: TrialResult, workload: Workload, settings: Settings) -> None:
    """Raise BadOption if the plain loop's own case would be cut off."""
    calls = _calls(settings) + (CALLS_AS_THE_USER if result.inner_threads else 0)
    if result.loop_s * calls > settings.case_timeout_s:
        said = f"the plain loop takes {duration(result.loop_s)}, and its case runs it {calls} times"
        raise BadOption(f"{said}; {_ways(result.loop_s / workload.tasks, workload.tasks, settings)}")


def refuse_inner_threads(result: TrialResult, settings: Settings) -> None:
    """Raise BadOption if the number of inner threads is to be varied, and the task has none."""
    if settings.inner_threads and not result.inner_threads:
        raise BadOption(
            "--inner-threads: nothing to vary, because in the plain loop it computed in no threads of a library that"
            " threadpoolctl knows; leave the option out"
        )


def no_grid(why: str, task_s: float, settings: Settings) -> str:
    """Say that not even the smallest grid of tasks of so many seconds fits two minutes, and what can be measured."""
    tasks = max(2, usable_cores())
    case_s = _MARGIN * task_s * tasks * _calls(replace(settings, rounds=1))
    way = f"measure a few of them, with more time: --tasks {tasks} --rounds 1 --case-timeout {math.ceil(case_s)}"
    return f"{why}, so that no grid fits two minutes; {way}"


def _calls(settings: Settings) -> int:
    """Return how many times the plain loop's own case runs it: rounds, warm-ups, and the calls beside them."""
    return settings.rounds + settings.warmups + CALLS_BESIDE_ROUNDS


def _ways(task_s: float, tasks: int, settings: Settings) -> str:
    """Name the options with which tasks of so many seconds can be measured.

    A session whose time is limited measures them for a recommendation, which can do without.
    """
    if settings.within_s is not None:
        return f"describe such tasks instead of measuring them (--task-time {task_s:.3f}s --tasks N)"
    case_s = _MARGIN * task_s * _calls(settings)
    fewer = int(settings.case_timeout_s / case_s)
    way = f"measure {counted(fewer, 'task')} (--tasks {fewer}), or " if fewer else ""
    return f"{way}allow a case more time (--case-timeout {math.ceil(case_s * tasks)})"


def remarks(result: TrialResult, workload: Workload) -> list[str]:
    """Return what the user has to know of the function before it is measured."""
    said = []
    if result.workers:
        said.append(
            f"{workload.name} starts threads or processes itself ({result.workers} in two plain loops): no speed-up of"
            " it is a fair comparison, because joblib's workers limit them and the loop does not"
        )
    if result.inner_threads:
        said.append(_with_inner_threads(result.inner_threads, workload))
    if result.unseen_threads:
        said.append(
            f"{workload.name} computes in threads that can't be limited from outside: either it sets their number"
            " itself, or a library does that threadpoolctl does not know and that has one thread here unless you set"
            " its variable, such as NUMBA_NUM_THREADS or NUMEXPR_NUM_THREADS"
        )
    if result.first_task_s:
        said.append(
            f"a task of {workload.name} takes {duration(result.first_task_s)} in the first plain loop and"
            f" {duration(result.task_s)} in the second: it remembers something, such as its results or a file, and"
            " what is measured are calls after the first; for the others, give the function beneath the cache"
        )
    if result.changed_argument:
        said.append(
            f"the first call of {workload.name} changes its arguments ({result.changed_argument}), and later ones do"
            " not: what is measured are calls with changed arguments; for others, let the task work on a copy"
        )
    if result.warnings:
        said.append(f"{workload.name} warns {counted(result.warnings, 'time')}; the first: {result.first_warning}")
    return said


def _with_inner_threads(threads: Mapping[str, int], workload: Workload) -> str:
    listed = " and ".join(f"{count} threads of {name}" for name, count in threads.items())
    return (
        f"{workload.name} computes in {listed}: a worker of joblib gets one here unless you set the library's variable,"
        " and the plain loop is timed with one and as you run it"
    )
