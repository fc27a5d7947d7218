"""One side's pytest process: its command line, its environment, and its end."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gate.environments import BuiltSide
from benchmarks.subprocesses import registered

# A case has some two seconds of work here, a cold pool included; one that takes so long hangs.
_CASE_S = 30.0

# A side that was told to end is killed after this time; its workers then end by themselves.
_GRACE_S = 10.0

# A signal that arrives in the middle of an import can be lost there, so it is sent again.
_AGAIN_S = 2.5

# What would tie a side to another interpreter or tree than its own, or to the pytest, tox or tracer that started the
# gate. Everything else is the user's: tasks may need it, and both sides get the same.
_LEFT_OUT = frozenset(
    {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONSAFEPATH", "COLUMNS", "LINES"}
)
_LEFT_OUT_PREFIXES = ("PYTEST_", "TOX_", "COV_CORE_", "COVERAGE_", "CONDA_", "UV_", "PIP_", "GIT_", "BENCHMARK_SUITE_")


def session_command(side: BuiltSide, history: Path, name: str, *more: str) -> list[str]:
    """Return the command line of a session that saves a run called `name` in the store `history`.

    Values are joined to their options, because pytest takes separate paths for arguments that decide its root.
    """
    options = ["--benchmark-only", "--profile=gate", "--quiet-progress", f"--history={history}"]
    options.append(f"--case-timeout={_CASE_S:g}")
    # The suite's cases assert nothing, so that there is no assertion to rewrite.
    options.append("--assert=plain")
    command = [str(side.python), "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={side.tree}", *options]
    return [*command, f"--benchmark-save={name}", *more]


def is_left_out(name: str) -> bool:
    """Return whether a variable is not meant for sessions."""
    return name in _LEFT_OUT or name.startswith(_LEFT_OUT_PREFIXES)


def side_environment(hash_seed: int, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment variables of a session: the user's, less what is not meant for it (see docs/gate.md).

    `variables` are the side's own, which replace the user's.
    """
    kept = {name: value for name, value in os.environ.items() if not is_left_out(name)}
    return {**kept, **(variables or {}), "PYTHONHASHSEED": str(hash_seed)}


@contextmanager
def running(
    command: Sequence[str], side: BuiltSide, log: Path, hash_seed: int, descriptors: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a session of a side for the length of the block: at its end it is first asked to end, then killed.

    Processes that its tasks have started and left behind are asked to end as well.
    """
    with (
        log.open("wb") as output,
        registered(
            command,
            side.tree,
            env=side_environment(hash_seed, side.variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(descriptors),
            # Ctrl-C is for the gate, which ends its sides itself.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _GRACE_S
    while process.poll() is None and time.monotonic() < end:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_AGAIN_S)
    if process.poll() is None:
        process.kill()
        process.wait()
    # The session leads a group of its own. What is left in it was started by a task; resource trackers, which clean up
    # after workers, and the session's watchdog ignore this signal.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)


def how_it_ended(process: "subprocess.Popen[bytes]") -> str:
    """Describe the end of a session that has ended or closed its connection, such as `killed by SIGKILL`."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    code = process.returncode
    if code is None:
        return "it closed its connection and did not end"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
