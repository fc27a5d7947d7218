"""Real sessions of the suite: pytest in its own process, on this checkout, with its own store."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import unpinned

ROOT = Path(__file__).parent.parent
GRID = "benchmarks/suite/test_summation.py"

# Small enough to run many, large enough for several batches of 10 in each call.
SMALL = ("--tasks", "100", "--longest", "100", "--rounds", "3")


@dataclass(frozen=True)
class Session:
    """What a session printed and saved."""

    exit_code: int
    output: str
    store: Path

    @property
    def unwrapped(self) -> str:
        """What it printed, as one line: sentences are wrapped at 100 columns."""
        return " ".join(self.output.split())

    @property
    def run_files(self) -> list[Path]:
        """The saved runs, oldest first."""
        return sorted(self.store.glob("*/*.json"), key=lambda path: int(path.name.split("_")[0]))

    @property
    def run(self) -> dict[str, Any]:
        """The only saved run."""
        (path,) = self.run_files
        return json.loads(path.read_text())

    @property
    def times(self) -> dict[str, dict[str, Any]]:
        """The saved run's benchmarks by their ids."""
        return {bench["param"]: bench for bench in self.run["benchmarks"]}


def command(store: Path, *args: str, faulty: bool = False) -> list[str]:
    """Return the command line of a session."""
    plugin = ["-p", "tests.faulty"] if faulty else []
    return [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", f"--history={store}", *args]


def environment() -> dict[str, str]:
    """Return this process's environment without what pytest and the suite set in it, and with buffered output.

    A user's session has no Hypothesis, whose plugin takes 0.2 s to import.
    """
    users = unpinned(os.environ)
    inherited = {
        name: value
        for name, value in users.items()
        if not name.startswith(("PYTEST_", "BENCHMARK_", "PYTHONUNBUFFERED"))
    }
    return {**inherited, "COLUMNS": "100", "PYTEST_ADDOPTS": "-p no:hypothesispytest"}


def hear_interrupts() -> None:
    """Have the process that is being started hear SIGINT: as a job in the background of a shell it would ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def session(store: Path, *args: str, faulty: bool = False, timeout_s: float = 900) -> Session:
    """Run a session to its end; the timeout only ends a hang."""
    done = subprocess.run(
        command(store, *args, faulty=faulty),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Session(done.returncode, done.stdout, store)
