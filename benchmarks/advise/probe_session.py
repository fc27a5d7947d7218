"""Probe this machine: a session of the suite measures each part of a call, and a cost model is fitted to it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.advise.cost_model import PACKAGES, CostModel, stale, store_model, stored_model
from benchmarks.advise.fitting import fit
from benchmarks.advise.probe_cases import probe_cases
from benchmarks.errors import AdviceError
from benchmarks.files.reading import read_document
from benchmarks.files.status import Event, Failure, Progress, UsageError, read_status
from benchmarks.history.identity import Identity, conditions, identity
from benchmarks.history.run import parse_run
from benchmarks.history.store import Store
from benchmarks.text.formatting import clock
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# The default folder for cost models.
MODELS = ROOT / ".advice"

# Interval of the looks at a session's status file. A look costs some microseconds; the file is read if it has grown.
_LOOK_EVERY_S = 0.5

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
        return None, "this machine was not probed yet"
    if reason := stale(model, machine.installed(PACKAGES), conditions_here()):
        return None, f"the probe is out of date: {reason}"
    return model, ""


def probe(folder: Path, tell: Callable[[str], None]) -> tuple[CostModel, Path]:
    """Probe this machine and store its cost model in `folder`; return the model and its path. Raises SuiteError.

    `tell` is called with each progress message.
    """
    with tempfile.TemporaryDirectory() as session_folder:
        document = measure(["--profile=probe", "--resources"], Path(session_folder), tell)
    run, facts = parse_run(document, "the probe"), machine.facts()
    costs, checks = fit(
        probe_cases(document["benchmarks"]), facts["usable_cores"], facts["cgroup_cpus"], facts["gil_enabled"]
    )
    costs = replace(costs, physical_cores=facts["physical_cores"])
    when = datetime.now(UTC).isoformat(timespec="seconds")
    model = CostModel(run.identity.folder, machine.installed(PACKAGES), when, costs, tuple(checks), conditions_here())
    return model, store_model(folder, model)


def measure(options: Sequence[str], folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure in a session of this suite with these options and return its run file.

    The session's files are written to `folder`; `tell` is called with each progress message. Raises AdviceError if
    there is no run.
    """
    if missing := [name for name, version in machine.installed(_NEEDED).items() if version is None]:
        raise AdviceError(f"{missing[0]} is not installed here: use `tox run -e recommend`")
    status, log, store = folder / "status.jsonl", folder / "output.txt", folder / "history"
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider"]
    command += ["--benchmark-only", "--quiet-progress", f"--status-file={status}", f"--history={store}", *options]
    with _session(command, log) as process:
        for progress in _progress_of(process, status):
            left = "" if progress.left_s is None else f", about {clock(progress.left_s)} left"
            tell(f"measuring {progress.done}/{progress.total}{left}")
    files = Store(store).files()
    if process.returncode or not files:
        why = _reason(read_status(status), log)
        raise AdviceError(f"{why} (the session that measures ended with exit code {process.returncode})")
    return read_document(files[-1].path)


def _progress_of(process: "subprocess.Popen[bytes]", status: Path) -> Iterator[Progress]:
    """Yield the newest progress whenever the status file has changed, until the session has ended."""
    size_before = 0
    while process.poll() is None:
        # `Popen.wait` with a timeout would wake up every 50 ms, beside timed rounds.
        time.sleep(_LOOK_EVERY_S)
        size = status.stat().st_size if status.exists() else 0
        newest = [event for event in read_status(status) if isinstance(event, Progress)] if size > size_before else []
        yield from newest[-1:]
        size_before = size


def _reason(events: Sequence[Event], log: Path) -> str:
    """Return why a session failed: what it refused, else its first failure, else the last lines of its output."""
    for event in events:
        if isinstance(event, UsageError | Failure):
            return visible(event.message if isinstance(event, UsageError) else event.reason)[:_LONGEST]
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return visible("; ".join(lines[-_MOST_LINES:]))[-_LONGEST:] or "no output; a task may have ended the process"


@contextmanager
def _session(command: Sequence[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a session whose output goes to `log`; end it if the block is left early."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a session of this suite
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
