"""The standard library's pools with the same batches as joblib: the difference in time is joblib's own overhead."""

from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from benchmarks.backends.chunks import chunks
from benchmarks.backends.protocol import Effective, Pool, Task
from benchmarks.cores import worker_count
from benchmarks.grid import Case, backend_of
from benchmarks.workloads.carriers import run_chunk


class FuturesPool(Pool):
    """A `concurrent.futures` pool of `case.n_jobs` workers. Raises ValueError if the case has no fixed batch size."""

    def __init__(self, case: Case) -> None:
        if not isinstance(case.batch_size, int):
            raise ValueError(f"{case.id}: batch size {case.batch_size!r}: a futures pool needs a whole number")
        self._name = case.backend
        self._jobs = case.n_jobs
        self._batch_size = case.batch_size
        self._executor: Executor | None = None
        self._batches: list[int] = []

    def open(self) -> None:
        """Create the executor; its workers start with the first call."""
        # Counted as for joblib's backends, so that both have the same number of workers.
        self._jobs = worker_count(self._jobs)
        kind = ProcessPoolExecutor if backend_of(self._name).sends else ThreadPoolExecutor
        self._executor = kind(self._jobs)

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Submit one future per batch, all at once, and collect the results in order."""
        assert self._executor is not None
        batches = list(chunks(arguments, self._jobs, self._batch_size))
        self._batches += map(len, batches)
        futures = [self._executor.submit(run_chunk, task, batch) for batch in batches]
        return [result for future in futures for result in future.result()]

    def close(self) -> None:
        """Shut the executor down and wait for its workers."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None

    def kill(self) -> None:
        """Kill worker processes. Threads can't be killed: they are left running."""
        if self._executor is None:
            return
        for process in list((getattr(self._executor, "_processes", None) or {}).values()):
            process.kill()
        threads = isinstance(self._executor, ThreadPoolExecutor)
        self._executor.shutdown(wait=not threads, cancel_futures=True)
        self._executor = None

    def effective(self) -> Effective:
        """Return the executor's class and its number of workers."""
        return Effective(type(self._executor).__name__, self._name, self._jobs)

    def executor(self) -> object | None:
        """Return the executor itself."""
        return self._executor

    def take_batches(self, tasks: int) -> list[int]:
        """Return the sizes of the batches submitted since the previous call of this method."""
        batches, self._batches = self._batches, []
        return batches
