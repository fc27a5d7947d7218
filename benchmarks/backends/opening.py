"""The factory: which pool a case needs."""

from collections.abc import Mapping
from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.engines.protocol import EngineSpec
from benchmarks.grid import FUTURES_PROCESSES, FUTURES_THREADS, LOOP, Case


def open_pool(case: Case, engines: Mapping[str, EngineSpec], **parallel_options: Any) -> Pool:
    """The pool of `case`, not yet open; `engines` are those of the backends that need one.

    `parallel_options` go to `joblib.Parallel` on top of the case's own three. The direct loop runs inside a `with
    Parallel(...)` block where there are any, as the notebook has it, and by itself where there are none.
    """
    if case.backend == LOOP and not parallel_options:
        from benchmarks.backends.loop import Loop

        return Loop()
    if case.backend in (FUTURES_THREADS, FUTURES_PROCESSES):
        from benchmarks.backends.futures_pool import FuturesPool

        return FuturesPool(case)
    if case.backend in engines:
        from benchmarks.engines.hosted_pool import HostedPool

        options = {"n_jobs": case.n_jobs, "batch_size": case.batch_size}
        return HostedPool(engines[case.backend], {**options, **parallel_options})
    from benchmarks.backends.joblib_pool import JoblibPool, LoopInBlock

    if case.backend == LOOP:
        return LoopInBlock(**parallel_options)
    asked = {"backend": case.backend, "n_jobs": case.n_jobs, "batch_size": case.batch_size}
    return JoblibPool(**{**asked, **parallel_options})
