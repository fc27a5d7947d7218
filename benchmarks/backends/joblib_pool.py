"""joblib.Parallel as a pool: opened, called, inspected and closed."""

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import psutil
from joblib import Parallel, delayed
from joblib.parallel import BACKENDS

from benchmarks.backends.loop import IN_CALLER
from benchmarks.backends.protocol import Effective, Pool, Task

# Before joblib 1.3 a call could return before the callback of its last batch had run.
_LATE_CALLBACK_S = 0.5

# A pool's own thread may have reaped a worker and not yet written down its exit code.
_REAPING_S = 0.05


class JoblibPool(Pool):
    """`with Parallel(**options) as pool:`, taken apart into its steps.

    What really runs is known to private attributes of `Parallel` only (`_backend`, `_effective_n_jobs`), stable since
    joblib 1.2. What a release or a foreign backend lacks is reported as None, not guessed.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._parallel: Any = None
        self._multiprocessing_pool: Any = None
        self._processes: list[Any] = []
        self._batches: list[int] | None = None
        self._call_began = 0.0
        self._last_batch: float | None = None

    def open(self) -> None:
        """Make the `Parallel` object and enter it."""
        self._parallel = Parallel(**self._options)
        self._parallel.__enter__()
        self._watch_processes(getattr(self._parallel._backend, "_pool", None))
        self._watch_batches(self._parallel._backend)

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """The call as its users write it."""
        self._call_began, self._last_batch = time.perf_counter(), None
        results: list[Any] = self._parallel(delayed(task)(argument) for argument in arguments)
        return results

    def close(self) -> None:
        """Leave the `with` block."""
        if self._parallel is not None:
            self._parallel.__exit__(None, None, None)

    def discard(self) -> None:
        """Shut down loky's executor, which belongs to the process and outlives the block."""
        discard_loky()

    def release(self) -> None:
        """End loky's executor: it would be warm already."""
        self.discard()

    def kill(self) -> None:
        """Leave the block after a failure. joblib has by then aborted the call itself and killed its processes."""
        try:
            self.close()
        finally:
            discard_loky()

    def effective(self) -> Effective:
        """The backend after joblib's own replacements, such as the sequential one for n_jobs=1."""
        backend = type(self._parallel._backend)
        names = [name for name, known in BACKENDS.items() if known is backend]
        asked = self._options.get("backend")
        name = asked if asked in names else next(iter(names), None)
        return Effective(backend.__name__, name, self._parallel._effective_n_jobs())

    def executor(self) -> object | None:
        """loky's executor, or the pool of the threading and multiprocessing backends."""
        backend = self._parallel._backend
        executor: object | None = getattr(backend, "_workers", None) or getattr(backend, "_pool", None)
        return executor

    def take_batches(self, tasks: int) -> list[int] | None:
        """What `batch_completed` was told; None for a backend that is not told anything (sequential)."""
        if self._batches is None:
            return None
        deadline = time.monotonic() + _LATE_CALLBACK_S
        while self._batches and sum(self._batches) < tasks and time.monotonic() < deadline:
            time.sleep(1e-3)
        taken = list(self._batches)
        self._batches.clear()
        return taken or None

    def completed_s(self) -> float | None:
        """Return the time until the last call of `batch_completed`, which joblib's 10 ms poll has no part in."""
        return None if self._last_batch is None else self._last_batch - self._call_began

    def dead_worker(self) -> str | None:
        """multiprocessing.Pool replaces a dead worker and never answers the task it had: the call waits for ever."""
        if getattr(self._multiprocessing_pool, "_state", None) != "RUN":
            return None
        for process in self._processes:
            if process.exitcode is not None or not psutil.pid_exists(process.pid):
                time.sleep(_REAPING_S)
                return f"a multiprocessing worker (process {process.pid}) died with exit code {process.exitcode}"
        return None

    def unblock(self) -> None:
        """A worker that died while it waited for a task held the lock that `Pool.terminate` waits for."""
        lock = getattr(getattr(self._multiprocessing_pool, "_inqueue", None), "_rlock", None)
        if lock is not None:
            with contextlib.suppress(ValueError):  # nobody held it
                lock.release()

    def _watch_processes(self, pool: Any) -> None:
        """Remember the processes of a multiprocessing.Pool, which replaces dead ones without a word."""
        workers = list(getattr(pool, "_pool", ()))
        if workers and hasattr(workers[0], "exitcode"):
            self._multiprocessing_pool, self._processes = pool, workers

    def _watch_batches(self, backend: Any) -> None:
        """Have each completed batch noted: one list append a batch, on this backend object only."""
        told = getattr(backend, "batch_completed", None)
        if told is None:
            return
        batches = self._batches = []

        def batch_completed(batch_size: int, duration: float) -> None:
            batches.append(batch_size)
            self._last_batch = time.perf_counter()
            told(batch_size, duration)

        backend.batch_completed = batch_completed


class LoopInBlock(JoblibPool):
    """The notebook's comparison: a list comprehension inside a `with Parallel(...)` block that it leaves idle."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """The plain loop."""
        return [task(argument) for argument in arguments]

    def effective(self) -> Effective:
        """One job, in the caller's thread."""
        return Effective(*IN_CALLER)

    def executor(self) -> None:
        """The block's workers take no part."""


def discard_loky() -> None:
    """End loky's reusable executor, its workers and its temporary folder, if there is one."""
    from joblib.externals.loky import reusable_executor

    # The public get_reusable_executor() would make one where there is none.
    executor = reusable_executor._executor
    if executor is None:
        return
    if hasattr(executor, "_temp_folder_manager"):
        executor.terminate(kill_workers=True)
    else:
        executor.shutdown(wait=True, kill_workers=True)
