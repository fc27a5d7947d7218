"""joblib.Parallel on an engine: opened and called in the engine's own process."""

import contextlib
from typing import Any

import joblib
from joblib import cpu_count

from benchmarks.backends.joblib_pool import JoblibPool
from benchmarks.backends.protocol import Effective
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
        """Start the engine where it does not run, choose its backend as `parallel_config` does, and open the pool."""
        self._engine.start(self._n_jobs if self._n_jobs > 0 else max(cpu_count() + 1 + self._n_jobs, 1))
        # Before joblib 1.3 it had another name.
        choose = getattr(joblib, "parallel_config", joblib.parallel_backend)
        self._inside.enter_context(choose(self._name, **self._engine.running.options))
        super().open()

    def close(self) -> None:
        """Leave the block and the choice; the engine stays."""
        try:
            super().close()
        finally:
            self._inside.close()

    def discard(self) -> None:
        """End the engine."""
        self._engine.stop()

    def effective(self) -> Effective:
        """As it is; of one worker alone joblib makes no use, it runs the tasks where it is called."""
        found = super().effective()
        extra_info = dict(self._engine.running.extra_info)
        if self._n_jobs > 0 and found.n_jobs != self._n_jobs:
            extra_info["n_jobs_ignored"] = True
        name = SEQUENTIAL if found.n_jobs == 1 else found.backend
        return Effective(found.backend_class, name, found.n_jobs, found.process, extra_info)

    def check(self) -> None:
        """Raise EngineTrouble where a worker was lost: its times would be those of fewer."""
        if (sentence := self._engine.running.trouble()) is not None:
            raise EngineTrouble(sentence)
