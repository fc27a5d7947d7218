"""The process in which an engine lives: `python -m benchmarks.engines.host DESCRIPTOR`, started by `hosted_pool`.

It answers one request after the other, each with the seconds that it took here: the time of a call is taken where the
call is made. When the other end of the connection is closed, the engine is ended, and so is the process.
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

# Tasks and arguments of so many works are kept: an untimed and a timed one, and the naps that wake a pool.
KEPT = 4

# A call that takes longer may wait for ever.
_LONG_S = 5.0

_LONGEST = 500


class Host:
    """What can be asked for: the pool's own methods, and those that make a pool and give it work."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._engine = Engine(spec)
        self._works: OrderedDict[int, tuple[Task, Sequence[Any]]] = OrderedDict()
        self._pool: Any = None

    def make(self, options: dict[str, Any], cores: set[int]) -> None:
        """A pool, not yet open; the caller's cores hold here as well."""
        from benchmarks.engines.engine_pool import EnginePool

        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        self._pool = EnginePool(self._engine, self._spec.backend, **options)

    def give(self, key: int, task: Task, arguments: Sequence[Any]) -> None:
        """Have a work ready, so that sending it is not timed."""
        self._works[key] = (task, arguments)
        while len(self._works) > KEPT:
            self._works.popitem(last=False)

    def open(self) -> None:
        """Open the pool."""
        self._pool.open()

    def call(self, key: int) -> list[Any]:
        """Do a work that was given. Raises EngineTrouble where a worker was lost on the way."""
        try:
            results: list[Any] = self._pool.call(*self._works[key])
        except Exception as error:
            if type(error).__name__ in self._engine.running.fatal:
                raise EngineTrouble(f"a worker of {self._spec.backend} died during a call: {_line(error)}") from error
            raise
        return results

    def trouble(self) -> str | None:
        """What the engine says of itself."""
        return self._engine.running.trouble()

    def close(self) -> None:
        """Leave the pool."""
        self._pool.close()

    def discard(self) -> None:
        """End the engine."""
        self._pool.discard()

    def effective(self) -> Effective:
        """The pool as it is."""
        found: Effective = self._pool.effective()
        return found

    def executor(self) -> int | None:
        """Tells one executor from another."""
        found = self._pool.executor()
        return None if found is None else id(found)

    def take_batches(self, tasks: int) -> list[int] | None:
        """The batches since the last take; raises EngineTrouble where a worker was lost meanwhile."""
        self._pool.check()
        found: list[int] | None = self._pool.take_batches(tasks)
        return found

    def end(self) -> None:
        """End the engine."""
        self._engine.stop()


def serve(connection: Connection, host: Host) -> None:
    """Answer until the other end is closed: ("done", value, seconds) or ("trouble", kind, message)."""
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
            kind = type(error).__name__
            answer = ("trouble", kind, _line(error))
            if not isinstance(error, EngineTrouble):
                traceback.print_exc()
        done.set()
        with contextlib.suppress(BrokenPipeError):
            connection.send(answer)


def _watch(connection: Connection, host: Host, done: threading.Event) -> None:
    """In a call that takes long: see whether a worker was lost. joblib never hears of a future of dask that failed.

    The other end kills this process when it is told of trouble. Shorter calls are left alone.
    """
    while not done.wait(_LONG_S):
        if (sentence := host.trouble()) is not None and not done.is_set():
            connection.send(("trouble", EngineTrouble.__name__, sentence))
            return


def _line(error: BaseException) -> str:
    """What an exception says, in one line of bounded length."""
    text = " ".join(str(error).split()) or repr(error)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def main(descriptor: int) -> None:
    """Serve the engine that the first message names."""
    # Ctrl-C is for the session, which ends this process itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    # A worker that held the connection would hide that the session is gone.
    os.set_inheritable(descriptor, False)
    host = Host(connection.recv())
    try:
        serve(connection, host)
    finally:
        with contextlib.suppress(Exception):
            host.end()


if __name__ == "__main__":
    main(int(sys.argv[1]))
