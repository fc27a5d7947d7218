"""A pool whose engine lives in another process: this end sends the requests and reads that process's clock."""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from benchmarks.backends.protocol import Effective, Pool, Task
from benchmarks.engines.host import KEPT
from benchmarks.engines.protocol import EngineSpec, EngineTrouble, NoEngine
from benchmarks.files.temporary import TemporaryFolder

_ROOT = Path(__file__).parents[2]

# Ending a cluster takes some seconds; after this time its processes are killed.
_PATIENCE_S = 20.0

# A temporary folder with a longer path is replaced by /tmp.
_LONGEST_FOLDER = 30

# The requests that are timed; the others are preparation.
_TIMED = ("open", "call", "close")

# By backend: the process in which its engine lives, or the reason why its engine can't be used.
_HOSTS: "dict[str, HostProcess]" = {}
_UNUSABLE: dict[str, str] = {}


class HostFailed(Exception):
    """A request to the engine's process failed; the message names the exception that was raised there."""


class HostProcess:
    """The process of one engine, and everything that it starts."""

    def __init__(self, spec: EngineSpec) -> None:
        self._name = spec.backend
        self._seconds = 0.0
        # TMPDIR of the process, removed with whatever it leaves there when it is killed.
        self._folder = TemporaryFolder("engine-", _short_folder())
        self._given: OrderedDict[int, tuple[Task, Sequence[Any]]] = OrderedDict()
        ours, theirs = socket.socketpair()
        path = [str(_ROOT), *spec.paths, os.environ.get("PYTHONPATH", "")]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "benchmarks.engines.host", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), "TMPDIR": str(self._folder.path)},
                pass_fds=[theirs.fileno(), self._folder.alive],
                # Keeps Ctrl-C away, and makes a process group that can be killed as a whole.
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        self._connection.send(spec)

    def clock(self) -> float:
        """Return the seconds that the process has spent on timed requests."""
        return self._seconds

    def ask(self, name: str, *arguments: Any) -> Any:
        """Call a method of `host.Host` there and return its result. Raises EngineTrouble, NoEngine or HostFailed."""
        try:
            self._connection.send((name, arguments))
            outcome, *answer = self._connection.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            code = self._process.returncode
            raise EngineTrouble(
                f"the process of {self._name} ended in the middle of a case (exit code {code})"
            ) from None
        if outcome == "done":
            value, seconds = answer
            self._seconds += seconds if name in _TIMED else 0.0
            return value
        kind, message = answer
        if kind == NoEngine.__name__:
            _UNUSABLE[self._name] = message
            raise NoEngine(message)
        if kind == EngineTrouble.__name__:
            raise EngineTrouble(message)
        raise HostFailed(f"{self._name}: {kind}: {message}")

    def key(self, task: Task, arguments: Sequence[Any]) -> int:
        """Return the key under which the process stores this task and these arguments; send them if they are new."""
        for key, (given_task, given_arguments) in self._given.items():
            if given_task is task and given_arguments is arguments:
                return key
        key = max(self._given, default=0) + 1
        self.ask("give", key, task, arguments)
        self._given[key] = task, arguments
        while len(self._given) > KEPT:
            self._given.popitem(last=False)
        return key

    def end(self) -> None:
        """End the engine and its process in order; kill them if that takes too long."""
        self._connection.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._folder.close()

    def kill(self) -> None:
        """Kill the process and everything that it has started."""
        self._connection.close()
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            children = psutil.Process(self._process.pid).children(recursive=True)
            os.killpg(self._process.pid, signal.SIGKILL)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        self._process.wait()
        self._folder.close()


def _short_folder() -> str:
    """Return a folder with a short path: ray puts sockets there, whose paths may have at most 107 characters."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < _LONGEST_FOLDER else "/tmp"  # noqa: S108 - a folder of our own is made in it


def end_engines() -> None:
    """End all engines."""
    while _HOSTS:
        _HOSTS.popitem()[1].end()


def _host(spec: EngineSpec) -> HostProcess:
    """Return the engine's process, which serves all cases of its backend. Raises NoEngine if the engine is unusable."""
    if spec.backend in _UNUSABLE:
        raise NoEngine(_UNUSABLE[spec.backend])
    if spec.backend not in _HOSTS:
        if not _HOSTS:
            atexit.register(end_engines)
        _HOSTS[spec.backend] = HostProcess(spec)
    return _HOSTS[spec.backend]


class HostedPool(Pool):
    """A pool on an engine. `release` keeps the engine for the next case, which may need the same number of workers."""

    def __init__(self, spec: EngineSpec, options: dict[str, Any]) -> None:
        self._spec = spec
        self._options = options
        self._made = False
        self._executors: dict[int, object] = {}

    def open(self) -> None:
        """Start the engine unless it runs, and open a pool in its process."""
        if not self._made:
            cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
            _host(self._spec).ask("make", self._options, cores)
            self._made = True
        _host(self._spec).ask("open")

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Return the results; the time in which they are sent back is not counted."""
        host = _host(self._spec)
        results: list[Any] = host.ask("call", host.key(task, arguments))
        return results

    def close(self) -> None:
        """Leave the pool in the engine's process."""
        _host(self._spec).ask("close")

    def discard(self) -> None:
        """End the engine, whose start is the most expensive part of a cold start."""
        if self._made:
            _host(self._spec).ask("discard")

    def clock(self) -> Callable[[], float]:
        """Return the clock of the engine's process."""
        return _host(self._spec).clock

    def kill(self) -> None:
        """Kill the engine's process and everything that it started; the next case starts a new one."""
        if (host := _HOSTS.pop(self._spec.backend, None)) is not None:
            host.kill()

    def effective(self) -> Effective:
        """Return what the pool really is."""
        effective: Effective = _host(self._spec).ask("effective")
        return effective

    def executor(self) -> object | None:
        """Return an object that stands for the executor there, the same one as long as the executor is the same."""
        key = _host(self._spec).ask("executor")
        return None if key is None else self._executors.setdefault(key, object())

    def take_batches(self, tasks: int) -> list[int] | None:
        """Return the batches since the previous call. Raises EngineTrouble if a worker was lost meanwhile."""
        batches: list[int] | None = _host(self._spec).ask("take_batches", tasks)
        return batches
