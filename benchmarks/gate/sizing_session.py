"""A session of one side that measures one round of each case, before any pair; its run, or why there is none."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from benchmarks.errors import GateError
from benchmarks.files.status import FailureEvent, UsageErrorEvent, read_status
from benchmarks.gate.commands import last_lines
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.record import SideName
from benchmarks.gate.record_folder import little_room, logs_of, runs_of, status_of
from benchmarks.gate.sessions import how_it_ended, running, session_command
from benchmarks.history.run import Run, read_run
from benchmarks.history.store import Store, StoredFile
from benchmarks.limits import case_names
from benchmarks.text.formatting import counted

# pytest's exit code if no test was selected.
_NOTHING_SELECTED = 5


class NoRun(GateError):
    """A side's session ended without a run."""


def run_session(
    sides: Mapping[SideName, BuiltSide], side: SideName, folder: Path, name: str, options: Sequence[str], until: float
) -> Run:
    """Measure one round of each case on a side until `until`, and return the run. Raises GateError if there is none."""
    runs, log = runs_of(folder), logs_of(folder) / f"{name}.txt"
    log.parent.mkdir(exist_ok=True)
    # A resumed record may have one of an earlier attempt.
    status = status_of(folder, name)
    status.unlink(missing_ok=True)
    command = session_command(sides[side], runs.root, name, f"--status-file={status}", "--rounds=1", *options)
    with running(command, sides[side], log, 0) as process:
        in_time = _ends(process, until)
        if not in_time and _saved(runs, name):
            what = "has measured all cases and does not end: a task may have left threads running"
            raise GateError(f"{side}'s session {what}; see {log}")
    if not in_time:
        # At the end of the block, the session was asked to end, and saved what it had measured.
        return _cut_short(_saved(runs, name), side, log)
    if process.returncode == _NOTHING_SELECTED:
        raise GateError("-k matches no case; `pytest --collect-only --profile gate` lists them")
    if refusals := [event.message for event in read_status(status) if isinstance(event, UsageErrorEvent)]:
        raise GateError(f"{side}: pytest refuses: {'; '.join(refusals)}")
    saved = _saved(runs, name)
    if process.returncode in (0, 1) and saved is not None:
        return read_run(saved.path)
    if failures := [event for event in read_status(status) if isinstance(event, FailureEvent)]:
        first = failures[0]
        more = f", and {counted(len(failures) - 1, 'other case')}" if len(failures) > 1 else ""
        raise NoRun(f"{side} can't be measured: {case_names(first.nodeid)[1]}{more}: {first.reason}; see {log}")
    ended, words = how_it_ended(process), last_lines(log.read_bytes())
    raise NoRun(f"{side} can't be measured: {ended}; see {log}{little_room(folder)}:\n{words}")


def _ends(process: Popen[bytes], until: float) -> bool:
    """Wait for the end of a session until `until`, a second at the least; return whether it came."""
    try:
        process.wait(max(1.0, until - time.monotonic()))
    except TimeoutExpired:
        return False
    return True


def _cut_short(saved: StoredFile | None, side: SideName, log: Path) -> Run:
    """Return the run of a session that had to end early. Raises GateError if it has no case."""
    run = read_run(saved.path) if saved else None
    if run is None or not run.cases:
        raise GateError(
            f"there is too little time to choose sizes: {side}'s session has measured no case; give it more time"
            f" (--budget) or shorter calls (--tasks); see {log}"
        )
    return run


def _saved(runs: Store, name: str) -> StoredFile | None:
    return next((file for file in runs.files() if file.name == name), None)
