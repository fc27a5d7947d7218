"""The process in which an engine lives: `python -m benchmarks.engines.host DESCRIPTOR`, started by `hosted_pool`.

It answers one request after the other. Each answer has the seconds that the request took here, so that a call is timed
in the process that makes it. When the other end of the connection is closed, the engine and this process end.
"""

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.backends.protocol import Effective, Task
from benchmarks.engines.protocol import Engine, EngineSpec, EngineTrouble

# The tasks and arguments of this many calls are kept, among them an untimed call, a timed one and a pool's naps.
KEPT = 4

# After this time, a call may be one that waits forever for a lost worker.
_LONG_S = 5.0

_LONGEST = 500


class Host:
    """The requests: the methods of a pool, and those that make a pool and store the calls to make."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._engine = Engine(spec)
        self._calls: OrderedDict[int, tuple[Task, Sequence[Any]]] = OrderedDict()
        self._pool: Any = None

    def make(self, options: dict[str, Any], cores: set[int]) -> None:
        """Make a pool without opening it. This process is bound to the caller's `cores`, if it is bound to any."""
        from benchmarks.engines.engine_pool import EnginePool

        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        self._pool = EnginePool(self._engine, self._spec.backend, **options)

    def give(self, key: int, task: Task, arguments: Sequence[Any]) -> None:
        """Store the task and the arguments of a call, so that sending them is not timed."""
        self._calls[key] = (task, arguments)
        while len(self._calls) > KEPT:
            self._calls.popitem(last=False)

    def open(self) -> None:
        """Open the pool."""
        self._pool.open()

    def call(self, key: int) -> list[Any]:
        """Make a stored call and return its results. Raises EngineTrouble if a worker was lost meanwhile."""
        try:
            results: list[Any] = self._pool.call(*self._calls[key])
        except Exception as error:
            if type(error).__name__ in self._engine.running.fatal:
                raise EngineTrouble(
                    f"a worker of {self._spec.backend} died during a call ({_line(error)}); look at its logs"
                ) from error
            raise
        return results

    def trouble(self) -> str | None:
        """Return a sentence if the engine has lost a worker."""
        return self._engine.running.trouble()

    def close(self) -> None:
        """Leave the pool."""
        self._pool.close()

    def discard(self) -> None:
        """End the engine."""
        self._pool.discard()

    def effective(self) -> Effective:
        """Return what the pool really is."""
        effective: Effective = self._pool.effective()
        return effective

    def executor(self) -> int | None:
        """Return a number that identifies the pool's executor, None without one."""
        executor = self._pool.executor()
        return None if executor is None else id(executor)

    def take_batches(self, tasks: int) -> list[int] | None:
        """Return the batches since the previous call. Raises EngineTrouble if a worker was lost meanwhile."""
        self._pool.check()
        batches: list[int] | None = self._pool.take_batches(tasks)
        return batches

    def end(self) -> None:
        """End the engine."""
        self._engine.stop()


def serve(connection: Connection, host: Host) -> None:
    """Answer requests until the other end is closed: ("done", value, seconds) or ("trouble", class name, message)."""
    while True:
        try:
            name, arguments = connection.recv()
        except (EOFError, OSError):
            return
        done = threading.Event()
        if name == "call":
            threading.Thread(target=_watch, args=(connection, host, done), daemon=True).start()
        answer: tuple[Any, ...]
        began = time.perf_counter()
        try:
            value = getattr(host, name)(*arguments)
            answer = ("done", value, time.perf_counter() - began)
        except Exception as error:
            answer = ("trouble", type(error).__name__, _line(error))
            if not isinstance(error, EngineTrouble):
                traceback.print_exc()
        done.set()
        with contextlib.suppress(BrokenPipeError):
            connection.send(answer)


def _watch(connection: Connection, host: Host, done: threading.Event) -> None:
    """During a long call, report a lost worker: joblib is never told of a future of dask that failed.

    The other end then kills this process. Shorter calls are not checked.
    """
    while not done.wait(_LONG_S):
        if (sentence := host.trouble()) is not None and not done.is_set():
            connection.send(("trouble", EngineTrouble.__name__, sentence))
            return


def _line(error: BaseException) -> str:
    """Return an exception's message as one line of bounded length."""
    text = " ".join(str(error).split()) or repr(error)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def main(descriptor: int) -> None:
    """Serve the engine that the first message names."""
    # Ctrl-C is handled by the session, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    # A child that held this end of the connection open would hide from the session that this process has died.
    os.set_inheritable(descriptor, False)
    host = Host(connection.recv())
    try:
        serve(connection, host)
    finally:
        with contextlib.suppress(Exception):
            host.end()


if __name__ == "__main__":
    main(int(sys.argv[1]))
