"""Engines: the clusters on which distributed backends run, started before their pools and ended after them.

An engine is a function that takes the number of jobs and returns a context manager; entering it starts the engine,
leaving it ends it. It yields None, options for `joblib.parallel_config`, or `Running`. An engine runs in a process of
its own (`host`), so that nothing it does to joblib, threads or signals affects another case.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.grid import ENGINES


class EngineTrouble(Exception):
    """An engine can't start or has lost a worker; the message says what to install or to check."""


class NoEngine(EngineTrouble):
    """An engine can't be used in this session at all, so that further cases need not try."""


def healthy() -> str | None:
    """Report no trouble."""
    return None


@dataclass(frozen=True)
class Running:
    """An engine that is running.

    `options` go to `joblib.parallel_config` in addition to the backend's name. `trouble` is called between timed calls,
    and during a call that does not return; it returns a sentence once a worker is lost. `extra_info` goes to the run
    file. `fatal` names the exceptions that a call raises when a worker was lost. `most_jobs` is None if any number of
    jobs is allowed.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    trouble: Callable[[], str | None] = healthy
    extra_info: Mapping[str, Any] = field(default_factory=dict)
    fatal: Sequence[str] = ()
    most_jobs: int | None = None


@dataclass(frozen=True)
class EngineSpec:
    """The engine of a backend.

    `address` is MODULE:NAME; `cluster` is the address of a running cluster, None to start one; `paths` are folders
    whose modules the workers need in addition to this suite's workloads.
    """

    backend: str
    address: str
    cluster: str | None
    paths: tuple[str, ...]


class Engine:
    """One engine, which may or may not be running."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._context: AbstractContextManager[Any] | None = None
        self._n_jobs = 0
        self.running = Running()

    def start(self, n_jobs: int) -> None:
        """Start the engine with `n_jobs` workers unless it runs; a cluster elsewhere keeps its size.

        Raises EngineTrouble if it can't start, or if a cluster elsewhere is too small for `n_jobs`.
        """
        if self._context is None or not (self._spec.cluster or self._n_jobs == n_jobs):
            self.stop()
            self._enter(n_jobs)
        if (most := self.running.most_jobs) is not None and n_jobs > most:
            raise EngineTrouble(
                f"the cluster of {self._spec.backend} at {self._spec.cluster} has {most} processors, but {n_jobs} jobs"
                f" need {n_jobs}: ask for fewer jobs with --n-jobs, or add nodes"
            )

    def _enter(self, n_jobs: int) -> None:
        module, _, name = self._spec.address.partition(":")
        make = getattr(importlib.import_module(module), name)
        ours = ENGINES.get(self._spec.backend)
        is_ours = ours is not None and self._spec.address == ours.address
        try:
            context = make(n_jobs, self._spec.cluster, self._spec.paths) if is_ours else make(n_jobs)
            yielded = context.__enter__()
        except EngineTrouble:
            raise
        except Exception as error:
            raise EngineTrouble(
                f"{self._spec.backend} with {n_jobs} workers can't be started: {type(error).__name__}: {error}"
            ) from error
        self.running = yielded if isinstance(yielded, Running) else Running(options=yielded or {})
        self._context, self._n_jobs = context, n_jobs

    def stop(self) -> None:
        """End the engine, or disconnect from a cluster elsewhere."""
        context, self._context, self.running = self._context, None, Running()
        if context is not None:
            context.__exit__(None, None, None)


def require_package(package: str, backend: str) -> None:
    """Raise NoEngine unless a package is installed."""
    if importlib.util.find_spec(package) is None:
        raise NoEngine(
            f"{backend} needs the package {package}, which is not installed: pip install {package}, or run"
            " `tox run -e distributed -- --backends ...`"
        )
