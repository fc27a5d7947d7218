"""The factory of pools."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.cores import worker_count
from benchmarks.grid import LOOP, Case, backend_of

# By backend, a function that makes a pool on an engine from the options of `joblib.Parallel`.
EnginePools = Mapping[str, Callable[[dict[str, Any]], Pool]]


def open_pool(case: Case, engines: EnginePools, **parallel_options: Any) -> Pool:
    """Return the pool of a case, not yet open.

    `engines` makes the pools of the backends that need an engine. `parallel_options` go to `joblib.Parallel` in
    addition to the case's own three. If there are any, the plain loop runs inside a `with Parallel(...)` block, as in
    the notebook.
    """
    backend = backend_of(case.backend)
    if case.backend == LOOP and parallel_options:
        from benchmarks.backends.joblib_pool import LoopInBlock

        return LoopInBlock(**parallel_options)
    if backend.pool is not None and case.backend not in engines:
        module, _, name = backend.pool.partition(":")
        pool: Pool = getattr(import_module(module), name)(case)
        return pool
    # On a cluster or a backend of the user's, -1 refers to its own cores.
    ours = backend.origin == "joblib" and case.backend not in engines
    n_jobs = worker_count(case.n_jobs) if ours else case.n_jobs
    options = {"n_jobs": n_jobs, "batch_size": case.batch_size, **parallel_options}
    if case.backend in engines:
        return engines[case.backend](options)
    from benchmarks.backends.joblib_pool import JoblibPool

    inner_threads = case.inner_threads if backend.sets_inner_threads else None
    return JoblibPool(inner_threads, **{"backend": case.backend, **options})
