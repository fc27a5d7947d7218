"""Sessions that measure for a probe or a recommendation, and whether a stored cost model is this machine's."""

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.advise.cost_model import PACKAGES, CostModel, stale, stored_model
from benchmarks.errors import AdviceError
from benchmarks.files.reading import read_document
from benchmarks.files.status import Event, FailureEvent, ProgressEvent, UsageErrorEvent, read_status
from benchmarks.files.temporary import TemporaryFolder
from benchmarks.history.identity import Identity, conditions, identity
from benchmarks.history.store import Store
from benchmarks.subprocesses import registered
from benchmarks.text.formatting import clock
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# The default folder for cost models.
MODELS = ROOT / ".advice"

# Interval of the looks at a session's status file. A look costs some microseconds; the file is read if it has grown.
_LOOK_EVERY_S = 0.5

# A session that is told to end breaks off the running case and saves in seconds, on a busy machine as well. After that,
# it can still wait: loky's workers, for example, end by themselves after five minutes.
_ENDING_S = 30.0

# How much of a session's output is quoted if its status file gives no reason.
_MOST_LINES, _LONGEST = 5, 600

# The packages that a session needs.
_NEEDED = ("joblib", "pytest", "pytest-benchmark", "psutil")


def this_machine() -> Identity:
    """Return the identity of this machine and interpreter."""
    return identity({"joblib_suite": {"machine": machine.facts()}})


def conditions_here() -> dict[str, Any]:
    """Return the conditions of parallel work that a session inherits from this process, for a cost model.

    The session's own would not do: an extension that it loads may switch the GIL on.
    """
    return conditions({"joblib_suite": {"machine": machine.facts()}})


def usable_model(folder: Path) -> tuple[CostModel | None, str]:
    """Return this machine's stored model, or None and why there is none that can be used."""
    model = stored_model(folder, this_machine().folder)
    if model is None:
        return None, "this machine has not been probed yet"
    if reason := stale(model, machine.installed(PACKAGES), conditions_here()):
        return None, f"the probe is out of date: {reason}"
    return model, ""


def measure(options: Sequence[str], tell: Callable[[str], None], limit_s: float | None = None) -> dict[str, Any]:
    """Measure in a session of this suite with these options and return its run file.

    `tell` is called with each progress message. After `limit_s` seconds the session is ended, and what it has measured
    is returned. Raises AdviceError if there is no run.
    """
    if missing := [name for name, version in machine.installed(_NEEDED).items() if version is None]:
        raise AdviceError(f"{missing[0]} is not installed here: use `tox run -e recommend`")
    with TemporaryFolder("advice-") as folder:
        return _measured(options, folder, tell, math.inf if limit_s is None else time.monotonic() + limit_s)


def _measured(
    options: Sequence[str], folder: TemporaryFolder, tell: Callable[[str], None], end_s: float
) -> dict[str, Any]:
    """Measure until `end_s` of the monotonic clock; the session writes its files to `folder`."""
    status, log, store = (folder.path / name for name in ("status.jsonl", "output.txt", "history"))
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider"]
    command += ["--benchmark-only", "--quiet-progress", f"--status-file={status}", f"--history={store}", *options]
    with _session(command, log, folder.alive) as process:
        for progress in _progress_of(process, status, end_s):
            left_s = min(math.inf if progress.left_s is None else progress.left_s, max(0.0, end_s - time.monotonic()))
            left = "" if left_s == math.inf else f", about {clock(left_s)} left"
            tell(f"measuring {progress.done}/{progress.total}{left}")
    files = Store(store).files()
    if not files or (process.returncode and time.monotonic() < end_s):
        why = _reason(read_status(status), log)
        raise AdviceError(f"{why} (the measuring session ended with exit code {process.returncode})")
    return read_document(files[-1].path)


def _progress_of(process: "subprocess.Popen[bytes]", status: Path, end_s: float) -> Iterator[ProgressEvent]:
    """Yield the newest progress whenever the status file has changed, until the session has ended.

    At `end_s` of the monotonic clock, it is told to save what it has and to end. It is killed if it does not end.
    """
    size_before, told = 0, False
    while process.poll() is None:
        if time.monotonic() >= end_s and not told:
            process.terminate()
            told = True
        if time.monotonic() >= end_s + _ENDING_S:
            process.kill()
        # `Popen.wait` with a timeout would wake up every 50 ms, beside timed rounds.
        time.sleep(_LOOK_EVERY_S)
        size = status.stat().st_size if status.exists() else 0
        events = read_status(status) if size > size_before else []
        yield from [event for event in events if isinstance(event, ProgressEvent)][-1:]
        size_before = size


def _reason(events: Sequence[Event], log: Path) -> str:
    """Return why a session failed: what it refused, else its first failure, else the last lines of its output."""
    for event in events:
        if isinstance(event, UsageErrorEvent | FailureEvent):
            return visible(event.message if isinstance(event, UsageErrorEvent) else event.reason)[:_LONGEST]
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return visible("; ".join(lines[-_MOST_LINES:]))[-_LONGEST:] or "no output; a task may have ended the process"


@contextmanager
def _session(command: Sequence[str], log: Path, alive: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a session that holds the descriptor `alive` and whose output goes to `log`; end it if the block is left."""
    options = {"stderr": subprocess.STDOUT, "pass_fds": [alive]}
    with log.open("wb") as output, registered(command, ROOT, stdout=output, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
