"""The trial of the user's task: its plain loop, twice, in a process of its own, before anything is measured.

A task that kills its process, hangs, fails, or changes its arguments is named here once, not in every case.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.errors import BadOption
from benchmarks.files.temporary import TemporaryFolder
from benchmarks.machine import unpinned
from benchmarks.measure.call import short_repr
from benchmarks.session.options import Settings
from benchmarks.session.trial_findings import ways
from benchmarks.session.trial_messages import TrialRequest, TrialResult
from benchmarks.session.workload import Workload
from benchmarks.subprocesses import before_exec
from benchmarks.text.formatting import counted

_ROOT = Path(__file__).parents[2]

# How often the trial's end is looked for, as often as `Popen.wait` does, and how long it may clean up after its result.
_LOOK_EVERY_S, _ENDING_S = 0.05, 2.0

# The session has just imported the same module and made the same arguments, which took no longer than this.
_PREPARING_S = 60.0


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
            if not _ended_within(process, msgspec.json.encode(request), position, result, limit_s):
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


def _ended_within(
    process: "subprocess.Popen[bytes]", request: bytes, position: Path, result: Path, limit_s: float
) -> bool:
    """Give the trial its request and wait for its end, or for its result; return whether either came in time.

    The time counts from the first task; imports and the making of the arguments have a time of their own.
    """
    end_s, begun = time.monotonic() + limit_s + _PREPARING_S, False
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as requests:
        requests.write(request)
    while process.poll() is None and not result.exists():
        if not begun and _begun(position):
            end_s, begun = time.monotonic() + limit_s, True
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
    argument = short_repr(workload.call().arguments[index])
    return f"its process {how} in the plain loop, at argument {index} of {workload.tasks}: {argument}{why}"


def _cut_off(workload: Workload, begun: int, limit_s: float, settings: Settings) -> CutOff:
    done = max(0, begun - 1)
    if not begun:
        said = f"no task had begun after {limit_s + _PREPARING_S:g} s of importing and making the arguments"
    elif done >= workload.tasks:
        said = f"the plain loops of the trial did not end within {limit_s:g} s"
    else:
        said = f"{done} of {counted(workload.tasks, 'task')} ended within {limit_s:g} s in the plain loop"
    task_s = limit_s / (done + 0.5)
    return CutOff(said, ways(task_s, workload.tasks, settings), min(done, workload.tasks), task_s)
