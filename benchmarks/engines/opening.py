"""The pools of an engine, as the factory of pools (`backends.opening`) asks for them."""

from collections.abc import Callable
from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.engines.protocol import EngineSpec


def pools_on(engine: EngineSpec) -> Callable[[dict[str, Any]], Pool]:
    """Return what makes a pool on an engine from the options of `joblib.Parallel`; the engine starts with its first."""

    def make_pool(options: dict[str, Any]) -> Pool:
        # psutil and the engine's process are needed only once a case runs.
        from benchmarks.engines.hosted_pool import HostedPool

        return HostedPool(engine, options)

    return make_pool
