"""A probe: a session of the suite that measures each part of a call, and the cost model that comes of it."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.advise.fitting import fit
from benchmarks.advise.probed import parts_of
from benchmarks.advise.stored import PACKAGES, Probed, keep, known, stale
from benchmarks.errors import AdviceError
from benchmarks.files.reading import read_document
from benchmarks.history.identity import Identity, identity
from benchmarks.history.run import parse_run
from benchmarks.history.store import Store
from benchmarks.text.printable import visible

ROOT = Path(__file__).parents[2]

# Where models are kept.
WORK = ROOT / ".advice"

_MOST_LINES, _LONGEST = 5, 600

# What a session needs to be one.
_NEEDED = ("joblib", "pytest", "pytest-benchmark", "psutil")

# How a session tells its progress: see `report.progress.Lines`.
_PROGRESS = re.compile(r"\d+/\d+(, about \d+:\d\d left)?(?=\s)")


def this_machine() -> Identity:
    """The machine and the interpreter that run this."""
    return identity({"joblib_suite": {"machine": machine.facts()}})


def probed(work: Path) -> tuple[Probed | None, str]:
    """The model of this machine that can be used, or None and why there is none."""
    found = known(work, this_machine().folder)
    if found is None:
        return None, "this machine was not probed yet"
    if why := stale(found, machine.installed(PACKAGES)):
        return None, f"the probe is out of date: {why}"
    return found, ""


def probe(work: Path, tell: Callable[[str], None]) -> tuple[Probed, Path]:
    """Measure and fit, and store what comes of it; `tell` hears of the progress. Raises SuiteError."""
    with tempfile.TemporaryDirectory() as folder:
        document = measured(["--profile=probe", "--resources"], Path(folder), tell)
    run = parse_run(document, "the probe")
    costs, checks = fit(parts_of(document["benchmarks"]), run.identity.usable_cores or 1)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    found = Probed(run.identity.folder, machine.installed(PACKAGES), when, costs, tuple(checks))
    return found, keep(work, found)


def measured(options: Sequence[str], store: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """The run file of a session of this suite with these options. Raises AdviceError where it has none."""
    if missing := [name for name, version in machine.installed(_NEEDED).items() if version is None]:
        raise AdviceError(f"{missing[0]} is not installed here: use `tox run -e recommend`")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider"]
    command += ["--benchmark-only", f"--history={store}", *options]
    with _session(command) as process:
        assert process.stdout is not None
        said = list(_listening(process.stdout, tell))
        code = process.wait()
    files = Store(store).files()
    if code or not files:
        raise AdviceError(f"{_reason(said)} (the session that measures ended with exit code {code})")
    return read_document(files[-1].path)


def _reason(said: Sequence[str]) -> str:
    """Why a session failed: what pytest says of its first failure or of its options, else its last lines."""
    found = [line for line in said if line.startswith(("FAILED ", "ERROR"))]
    for line in found:
        _, dash, why = line.partition(" - ")
        return visible(why if dash else line.removeprefix("ERROR: "))[:_LONGEST]
    return visible("; ".join(said[-_MOST_LINES:]))[-_LONGEST:] or "it said nothing; a task may have ended the process"


@contextmanager
def _session(command: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """A session's process, asked to end where the block is left early: it saves nothing then that anybody wants."""
    process = subprocess.Popen(  # noqa: S603 - a session of this suite
        command,
        cwd=ROOT,
        # pytest cuts its last lines off at the terminal's width.
        env={**os.environ, "COLUMNS": "2000"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()


def _listening(lines: Iterable[str], tell: Callable[[str], None]) -> Iterator[str]:
    """What a session says, line by line; its progress is told on."""
    for line in lines:
        if found := _PROGRESS.match(line):
            tell(f"measuring {found[0]}")
        elif line.strip():
            yield line.strip()
