"""External commands (uv, git): run them, and keep the end of their output for whoever has to fix a failure."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.subprocesses import ended_by_signals
from benchmarks.text.printable import visible

# A builder's last lines name the error; the thousands before them are progress.
_MOST_LINES = 40

# uv ignores pip's variables, but a machine that configures pip's package index means uv's as well.
_PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}


def output_of(what: str, command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> bytes:
    """Run a command in `folder`, with `variables` in its environment as well, and return its standard output.

    Raises GateError with the end of its messages if the command fails; `what` names its purpose there.
    """
    # git may ask for a passphrase on the terminal, which only processes of its session can read.
    leads = command[0] != "git"
    try:
        with (
            ended_by_signals(),
            subprocess.Popen(  # noqa: S603 - uv and git, with arguments of ours
                command,
                cwd=folder,
                env=build_environment() | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=leads,
            ) as process,
        ):
            try:
                output, messages = process.communicate()
            except BaseException:
                _kill(process, leads)
                raise
    except OSError as error:
        raise GateError(f"{what}: {command[0]}: {error.strerror}; install it or put it on the PATH") from None
    if process.returncode:
        raise GateError(f"{what} failed (exit code {process.returncode}):\n{last_lines(messages or output)}")
    return output


def _kill(process: "subprocess.Popen[bytes]", leads: bool) -> None:
    """Kill a command, and what it has started if it leads a session: a builder would build on for minutes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL) if leads else process.kill()


def last_lines(output: bytes) -> str:
    """Return the last lines of a program's output, printable."""
    return "\n".join(map(visible, output.decode(errors="replace").strip().splitlines()[-_MOST_LINES:]))


def build_environment() -> dict[str, str]:
    """Return this process's environment with pip's settings translated for uv.

    Variables that would make uv use another environment than the one it is given are left out.
    """
    environment = dict(os.environ)
    # The system's certificates, like everything else on this machine: a proxy's certificate may be among them.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment.setdefault("UV_NATIVE_TLS", "1")  # the name in older versions of uv
    for pip, uv in _PIP_TO_UV.items():
        if pip in environment:
            environment.setdefault(uv, environment[pip])
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT", "GIT_DIR", "GIT_WORK_TREE")
    return {name: value for name, value in environment.items() if name not in dropped}
