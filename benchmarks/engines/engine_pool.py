"""`joblib.Parallel` on an engine. This pool lives in the engine's own process."""

import contextlib
from dataclasses import replace
from typing import Any

import joblib

from benchmarks.backends.joblib_pool import JoblibPool
from benchmarks.backends.protocol import Effective
from benchmarks.cores import worker_count
from benchmarks.engines.protocol import Engine, EngineTrouble
from benchmarks.grid import SEQUENTIAL


class EnginePool(JoblibPool):
    """A pool whose workers are an engine's. `discard` ends the engine, so that the next pool starts cold."""

    def __init__(self, engine: Engine, backend: str, n_jobs: int, **options: Any) -> None:
        super().__init__(n_jobs=n_jobs, **options)
        self._engine = engine
        self._name = backend
        self._n_jobs = n_jobs
        self._inside = contextlib.ExitStack()

    def open(self) -> None:
        """Start the engine unless it runs, select its backend by `parallel_config`, and open the pool."""
        self._engine.start(worker_count(self._n_jobs))
        # Before joblib 1.3, parallel_config was named parallel_backend.
        parallel_config = getattr(joblib, "parallel_config", joblib.parallel_backend)
        self._inside.enter_context(parallel_config(self._name, **self._engine.running.options))
        super().open()

    def close(self) -> None:
        """Leave the block and the configuration; the engine keeps running."""
        try:
            super().close()
        finally:
            self._inside.close()

    def discard(self) -> None:
        """End the engine."""
        self._engine.stop()

    def effective(self) -> Effective:
        """Return what the pool really is; with a single worker, joblib runs the tasks in the calling process."""
        effective = super().effective()
        extra_info = dict(self._engine.running.extra_info)
        if self._n_jobs > 0 and effective.n_jobs != self._n_jobs:
            extra_info["n_jobs_ignored"] = True
        name = SEQUENTIAL if effective.n_jobs == 1 else effective.backend
        return replace(effective, backend=name, extra_info=extra_info)

    def check(self) -> None:
        """Raise EngineTrouble if a worker was lost: fewer workers than asked for would have been timed."""
        if (sentence := self._engine.running.trouble()) is not None:
            raise EngineTrouble(sentence)
