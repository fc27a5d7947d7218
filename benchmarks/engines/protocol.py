"""What a distributed backend runs on: an engine, started before its pools and ended after them.

An engine is a function that takes the number of jobs and returns a context manager; entering it starts the engine,
leaving it ends it. What it yields is None, options for `joblib.parallel_config`, or `Running`. All of it happens in a
process of its own (`host`), so that nothing it does to joblib, to threads or to signals reaches another case.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

# Where the engines of this suite are, by the name of their backend.
ENGINES = {
    "dask": "benchmarks.engines.dask:dask",
    "ray": "benchmarks.engines.ray:ray",
}


class EngineTrouble(Exception):
    """An engine can't be started, or is no longer what it was; the message says what to install or to check."""


class NoEngine(EngineTrouble):
    """An engine that no other case will find, either."""


def healthy() -> str | None:
    """Nothing is known against it."""
    return None


@dataclass(frozen=True)
class Running:
    """An engine that runs.

    `options` go to `joblib.parallel_config` beside the backend's name; `trouble` is asked between timed calls, and in a
    call that does not come back, and returns a sentence once a worker is lost; `facts` stand in the run file; `fatal`
    are the names of exceptions that a call raises where a worker was lost; `most_jobs` is None where any number goes.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    trouble: Callable[[], str | None] = healthy
    facts: Mapping[str, Any] = field(default_factory=dict)
    fatal: Sequence[str] = ()
    most_jobs: int | None = None


@dataclass(frozen=True)
class EngineSpec:
    """The engine of a backend: `address` is module:name; `cluster` is where one runs already, None to start one.

    `paths` are folders whose modules workers need, beside this suite's workloads.
    """

    backend: str
    address: str
    cluster: str | None
    paths: tuple[str, ...]


class Engine:
    """One engine, running or not."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._context: AbstractContextManager[Any] | None = None
        self._n_jobs = 0
        self.running = Running()

    def start(self, n_jobs: int) -> None:
        """Have it run with so many workers; one that runs elsewhere is as large as it is. Raises EngineTrouble."""
        if self._context is None or not (self._spec.cluster or self._n_jobs == n_jobs):
            self.stop()
            self._enter(n_jobs)
        if (most := self.running.most_jobs) is not None and n_jobs > most:
            said = f"the cluster of {self._spec.backend} at {self._spec.cluster} has {most} processors"
            raise EngineTrouble(f"{said}, and {n_jobs} jobs need as many: ask for fewer with --n-jobs, or add nodes")

    def _enter(self, n_jobs: int) -> None:
        module, _, name = self._spec.address.partition(":")
        make = getattr(importlib.import_module(module), name)
        own = self._spec.address == ENGINES.get(self._spec.backend)
        try:
            context = make(n_jobs, self._spec.cluster, self._spec.paths) if own else make(n_jobs)
            found = context.__enter__()
        except EngineTrouble:
            raise
        except Exception as error:
            said = f"{self._spec.backend} with {n_jobs} workers can't be started: {type(error).__name__}: {error}"
            raise EngineTrouble(said) from error
        self.running = found if isinstance(found, Running) else Running(options=found or {})
        self._context, self._n_jobs = context, n_jobs

    def stop(self) -> None:
        """End it, or leave one that runs elsewhere."""
        context, self._context, self.running = self._context, None, Running()
        if context is not None:
            context.__exit__(None, None, None)


def needs(package: str, backend: str) -> None:
    """Raise NoEngine where a package is not installed."""
    if importlib.util.find_spec(package) is None:
        raise NoEngine(
            f"{backend} needs the package {package}, which is not installed: pip install {package}, or run"
            " `tox run -e distributed -- --backends ...`"
        )
