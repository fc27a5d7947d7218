"""A pool whose engine lives in a process of its own: this end sends the requests, and shows that process's clock."""

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

_ROOT = Path(__file__).parents[2]

# Ending a cluster takes seconds; after that its processes are killed.
_PATIENCE_S = 20.0

_LONGEST_FOLDER = 30

# What a pool is timed for; the rest is preparation.
_TIMED = ("open", "call", "close")

# By backend: the process in which its engine lives, and why there can be none.
_HOSTS: "dict[str, HostProcess]" = {}
_WITHOUT: dict[str, str] = {}


class HostFailed(Exception):
    """The engine's process could not do what it was asked for; the message is what was raised there."""


class HostProcess:
    """The process of one engine, with all that it starts."""

    def __init__(self, spec: EngineSpec) -> None:
        self._name = spec.backend
        self._seconds = 0.0
        # For whatever it leaves behind when it is killed.
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="engine-", dir=_short_folder())
        self._given: OrderedDict[int, tuple[Task, Sequence[Any]]] = OrderedDict()
        ours, theirs = socket.socketpair()
        path = [str(_ROOT), *spec.paths, os.environ.get("PYTHONPATH", "")]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "benchmarks.engines.host", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), "TMPDIR": self._folder.name},
                pass_fds=[theirs.fileno()],
                # Ctrl-C is for the session; and what this process starts can be ended with it.
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        self._connection.send(spec)

    def clock(self) -> float:
        """Seconds spent in what a pool is timed for, there."""
        return self._seconds

    def ask(self, name: str, *arguments: Any) -> Any:
        """What a method of `host.Host` returns. Raises EngineTrouble, NoEngine, HostFailed."""
        try:
            self._connection.send((name, arguments))
            outcome, *said = self._connection.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            code = self._process.returncode
            raise EngineTrouble(
                f"the process of {self._name} ended in the middle of a case, exit code {code}"
            ) from None
        if outcome == "done":
            value, seconds = said
            self._seconds += seconds if name in _TIMED else 0.0
            return value
        kind, message = said
        if kind == NoEngine.__name__:
            _WITHOUT[self._name] = message
            raise NoEngine(message)
        if kind == EngineTrouble.__name__:
            raise EngineTrouble(message)
        raise HostFailed(f"{self._name}: {kind}: {message}")

    def key(self, task: Task, arguments: Sequence[Any]) -> int:
        """Under what the process knows a work; it is sent there where that is new."""
        for key, (known, values) in self._given.items():
            if known is task and values is arguments:
                return key
        key = max(self._given, default=0) + 1
        self.ask("give", key, task, arguments)
        self._given[key] = task, arguments
        while len(self._given) > KEPT:
            self._given.popitem(last=False)
        return key

    def end(self) -> None:
        """End the engine in order, and the process; kill them where that takes too long."""
        self._connection.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._folder.cleanup()

    def kill(self) -> None:
        """Kill the process and all that it has started."""
        self._connection.close()
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            children = psutil.Process(self._process.pid).children(recursive=True)
            os.killpg(self._process.pid, signal.SIGKILL)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        self._process.wait()
        self._folder.cleanup()


def _short_folder() -> str:
    """ray puts sockets there, whose paths may have 107 characters."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < _LONGEST_FOLDER else "/tmp"  # noqa: S108 - a folder of our own is made in it


def end_engines() -> None:
    """End what runs."""
    while _HOSTS:
        _HOSTS.popitem()[1].end()


def _host(spec: EngineSpec) -> HostProcess:
    """The engine's process, which serves all cases of its backend. Raises NoEngine where it is known to be in vain."""
    if spec.backend in _WITHOUT:
        raise NoEngine(_WITHOUT[spec.backend])
    if spec.backend not in _HOSTS:
        if not _HOSTS:
            atexit.register(end_engines)
        _HOSTS[spec.backend] = HostProcess(spec)
    return _HOSTS[spec.backend]


class HostedPool(Pool):
    """A pool on an engine. `release` leaves the engine to the next case, which may have as many workers."""

    def __init__(self, spec: EngineSpec, options: dict[str, Any]) -> None:
        self._spec = spec
        self._options = options
        self._made = False
        self._executors: dict[int, object] = {}

    def open(self) -> None:
        """Start the engine where it does not run, and open a pool there."""
        if not self._made:
            cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
            _host(self._spec).ask("make", self._options, cores)
            self._made = True
        _host(self._spec).ask("open")

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """The results, once they are here; sending them is not on the clock."""
        host = _host(self._spec)
        results: list[Any] = host.ask("call", host.key(task, arguments))
        return results

    def close(self) -> None:
        """Leave the pool there."""
        _host(self._spec).ask("close")

    def discard(self) -> None:
        """End the engine, which is the dearest part of a cold start."""
        if self._made:
            _host(self._spec).ask("discard")

    def clock(self) -> Callable[[], float]:
        """The clock of the engine's process."""
        return _host(self._spec).clock

    def kill(self) -> None:
        """Kill the engine's process with all that it started; the next case starts it anew."""
        if (host := _HOSTS.pop(self._spec.backend, None)) is not None:
            host.kill()

    def effective(self) -> Effective:
        """The pool as it is there."""
        found: Effective = _host(self._spec).ask("effective")
        return found

    def executor(self) -> object | None:
        """One object for each executor there."""
        token = _host(self._spec).ask("executor")
        return None if token is None else self._executors.setdefault(token, object())

    def take_batches(self, tasks: int) -> list[int] | None:
        """The batches since the last take; raises EngineTrouble where a worker was lost meanwhile."""
        found: list[int] | None = _host(self._spec).ask("take_batches", tasks)
        return found
