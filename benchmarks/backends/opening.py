"""The factory of pools."""

from collections.abc import Callable, Mapping
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
    if case.backend == LOOP and not parallel_options:
        from benchmarks.backends.loop import Loop

        return Loop()
    # A cluster, or a backend of the user's, has cores of its own to which -1 refers.
    ours = backend_of(case.backend).origin == "joblib" and case.backend not in engines
    n_jobs = worker_count(case.n_jobs) if ours else case.n_jobs
    options = {"n_jobs": n_jobs, "batch_size": case.batch_size, **parallel_options}
    if case.backend in engines:
        return engines[case.backend](options)
    if backend_of(case.backend).origin == "reference" and case.backend != LOOP:
        from benchmarks.backends.futures_pool import FuturesPool

        return FuturesPool(case)
    from benchmarks.backends.joblib_pool import JoblibPool, LoopInBlock

    if case.backend == LOOP:
        return LoopInBlock(**parallel_options)
    inner_threads = case.inner_threads if backend_of(case.backend).sets_inner_threads else None
    return JoblibPool(inner_threads, **{"backend": case.backend, **options})
