"""Programs that the gate runs to build its sides: their output is kept for the one who has to mend a failure."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.gate.errors import GateError

_MOST_LINES = 40


def output_of(what: str, command: Sequence[str], folder: Path) -> bytes:
    """Standard output of a command; raises GateError with the end of its messages where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - uv and git, with arguments of ours
            command, cwd=folder, env=build_environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise GateError(f"{what}: {command[0]}: {error.strerror}; install it or put it on the PATH") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-_MOST_LINES:]
        raise GateError("\n".join([f"{what} failed (exit code {done.returncode}):", *said]))
    return done.stdout


def build_environment() -> dict[str, str]:
    """The own environment without what tox or a virtual environment would make uv use instead of ours."""
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT", "GIT_DIR", "GIT_WORK_TREE")
    return {name: value for name, value in os.environ.items() if name not in dropped}
