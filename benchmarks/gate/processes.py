"""Programs that the gate runs to build its sides: their output is kept for the one who has to mend a failure."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.errors import GateError

_MOST_LINES = 40

# Who told pip where packages are has told uv as well.
_PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}


def output_of(what: str, command: Sequence[str], folder: Path) -> bytes:
    """Standard output of a command; raises GateError with the end of its messages where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - uv and git, with arguments of ours
            command, cwd=folder, env=build_environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise GateError(f"{what}: {command[0]}: {error.strerror}; install it or put it on the PATH") from None
    if done.returncode:
        said = ending(done.stderr or done.stdout)
        raise GateError(f"{what} failed (exit code {done.returncode}):\n{said}")
    return done.stdout


def ending(output: bytes) -> str:
    """The last lines of what a program said."""
    return "\n".join(output.decode(errors="replace").strip().splitlines()[-_MOST_LINES:])


def build_environment() -> dict[str, str]:
    """The own environment, pip's settings told to uv, without what would make uv use another environment than ours."""
    environment = dict(os.environ)
    # The system's certificates, as for everything else on this machine: a proxy's may be among them.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment.setdefault("UV_NATIVE_TLS", "1")  # what uv called it before
    for pip, uv in _PIP_TO_UV.items():
        if pip in environment:
            environment.setdefault(uv, environment[pip])
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT", "GIT_DIR", "GIT_WORK_TREE")
    return {name: value for name, value in environment.items() if name not in dropped}
