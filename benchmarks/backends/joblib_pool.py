"""`joblib.Parallel` as a pool."""

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import joblib
import psutil
from joblib import Parallel, delayed
from joblib.parallel import BACKENDS

from benchmarks.backends.loop import IN_CALLER
from benchmarks.backends.protocol import Effective, Pool, Task

# Before joblib 1.3 a call could return before the callback of its last batch had run; wait for it at most this long.
_LATE_CALLBACK_S = 0.5

# The pool's own thread may have reaped a worker and not yet stored its exit code; this is enough time for it.
_REAPING_S = 0.05


class JoblibPool(Pool):
    """The steps of `with Parallel(**options) as pool:`.

    Only private attributes of `Parallel` tell what really runs (`_backend`, `_effective_n_jobs`); they are stable since
    joblib 1.2. If a release or a foreign backend lacks one, the value is reported as None and not guessed.
    `inner_threads` is joblib's `inner_max_num_threads`, None for joblib's own choice.
    """

    def __init__(self, inner_threads: int | None = None, **options: Any) -> None:
        self._options = options
        self._inner_threads = inner_threads
        self._configured = contextlib.ExitStack()
        self._parallel: Any = None
        self._multiprocessing_pool: Any = None
        self._processes: list[Any] = []
        self._batches: list[int] | None = None
        self._call_began = 0.0
        self._last_batch: float | None = None
        self._awake = False

    def open(self) -> None:
        """Create the `Parallel` object and enter it."""
        standing = _standing_executor()
        size = getattr(standing, "_max_workers", None)
        self._parallel = Parallel(**self._configure())
        self._parallel.__enter__()
        # joblib resizes a standing executor if it is asked for another number of workers.
        same_size = getattr(standing, "_max_workers", None) == size
        self._awake = standing is not None and self.executor() is standing and same_size
        self._watch_processes(getattr(self._parallel._backend, "_pool", None))
        self._watch_batches(self._parallel._backend)

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Call the pool as users of joblib do."""
        self._call_began, self._last_batch = time.perf_counter(), None
        results: list[Any] = self._parallel(delayed(task)(argument) for argument in arguments)
        return results

    def close(self) -> None:
        """Leave the `with` block."""
        try:
            if self._parallel is not None:
                self._parallel.__exit__(None, None, None)
        finally:
            self._configured.close()

    def discard(self) -> None:
        """Shut down loky's executor, which belongs to the process and survives the block."""
        discard_loky()

    def release(self) -> None:
        """Shut down loky's executor, which would be warm in the next case."""
        self.discard()

    def kill(self) -> None:
        """Leave the block after a failure. joblib itself has already aborted the call and killed its processes."""
        try:
            self.close()
        finally:
            discard_loky()

    def effective(self) -> Effective:
        """Return the backend that joblib really uses, such as the sequential one for n_jobs=1."""
        backend_class = type(self._parallel._backend)
        names = [name for name, registered in BACKENDS.items() if registered is backend_class]
        asked = self._options.get("backend")
        name = asked if asked in names else next(iter(names), None)
        return Effective(backend_class.__name__, name, self._parallel._effective_n_jobs())

    def executor(self) -> object | None:
        """Return loky's executor, or the pool of the threading or multiprocessing backend."""
        backend = self._parallel._backend
        executor: object | None = getattr(backend, "_workers", None) or getattr(backend, "_pool", None)
        return executor

    def awake(self) -> bool:
        """Return whether the pool got loky's executor as the pool before has left it."""
        return self._awake

    def take_batches(self, tasks: int) -> list[int] | None:
        """Return the sizes passed to `batch_completed`; None for a backend that doesn't call it (sequential)."""
        if self._batches is None:
            return None
        deadline = time.monotonic() + _LATE_CALLBACK_S
        while self._batches and sum(self._batches) < tasks and time.monotonic() < deadline:
            time.sleep(1e-3)
        batches = list(self._batches)
        self._batches.clear()
        return batches or None

    def completed_s(self) -> float | None:
        """Return the seconds until the last call of `batch_completed`, which don't include joblib's 10 ms poll."""
        return None if self._last_batch is None else self._last_batch - self._call_began

    def dead_worker(self) -> str | None:
        """Return a sentence if a multiprocessing worker has died.

        `multiprocessing.Pool` replaces a dead worker, but drops its task: the call would wait for it forever.
        """
        if getattr(self._multiprocessing_pool, "_state", None) != "RUN":
            return None
        for process in self._processes:
            if process.exitcode is not None or not psutil.pid_exists(process.pid):
                time.sleep(_REAPING_S)
                return f"a multiprocessing worker (process {process.pid}) died with exit code {process.exitcode}"
        return None

    def unblock(self) -> None:
        """Release the lock of the task queue.

        A worker that died while it waited for a task still holds it, and `Pool.terminate` would wait for it.
        """
        lock = getattr(getattr(self._multiprocessing_pool, "_inqueue", None), "_rlock", None)
        if lock is not None:
            with contextlib.suppress(ValueError):  # the lock was free
                lock.release()

    def _configure(self) -> dict[str, Any]:
        """Return the options of `Parallel`, without the backend if it is configured as `Parallel` can't do it."""
        if self._inner_threads is None:
            return self._options
        # Before joblib 1.3, parallel_config was named parallel_backend.
        parallel_config = getattr(joblib, "parallel_config", joblib.parallel_backend)
        backend = self._options["backend"]
        self._configured.enter_context(parallel_config(backend, inner_max_num_threads=self._inner_threads))
        return {name: value for name, value in self._options.items() if name != "backend"}

    def _watch_processes(self, pool: Any) -> None:
        """Remember the processes of a `multiprocessing.Pool`, which replaces dead ones silently."""
        workers = list(getattr(pool, "_pool", ()))
        if workers and hasattr(workers[0], "exitcode"):
            self._multiprocessing_pool, self._processes = pool, workers

    def _watch_batches(self, backend: Any) -> None:
        """Record each completed batch, by wrapping `batch_completed` of this backend object only."""
        original = getattr(backend, "batch_completed", None)
        if original is None:
            return
        batches = self._batches = []

        def batch_completed(batch_size: int, duration: float) -> None:
            batches.append(batch_size)
            self._last_batch = time.perf_counter()
            original(batch_size, duration)

        backend.batch_completed = batch_completed


class LoopInBlock(JoblibPool):
    """The notebook's plain loop: a list comprehension in a `with Parallel(...)` block whose workers stay idle."""

    def call(self, task: Task, arguments: Sequence[Any]) -> list[Any]:
        """Return the results of the plain loop."""
        return [task(argument) for argument in arguments]

    def effective(self) -> Effective:
        """Return one job, in the caller's thread."""
        return Effective(*IN_CALLER)

    def executor(self) -> None:
        """Return None: the block's workers take no part."""


def _standing_executor() -> Any:
    """Return loky's reusable executor, None if there is none."""
    from joblib.externals.loky import reusable_executor

    # The public get_reusable_executor() would create an executor if there is none.
    return reusable_executor._executor


def discard_loky() -> None:
    """Shut down loky's reusable executor, if there is one, with its workers and its temporary folder."""
    executor = _standing_executor()
    if executor is None:
        return
    if hasattr(executor, "_temp_folder_manager"):
        executor.terminate(kill_workers=True)
    else:
        executor.shutdown(wait=True, kill_workers=True)
