"""The pools of an engine, for the factory of pools (`backends.opening`)."""

from collections.abc import Callable
from typing import Any

from benchmarks.backends.protocol import Pool
from benchmarks.engines.protocol import EngineSpec


def pools_on(engine: EngineSpec) -> Callable[[dict[str, Any]], Pool]:
    """Return a function that makes a pool on an engine from the options of `joblib.Parallel`.

    The engine starts when its first pool is opened.
    """

    def make_pool(options: dict[str, Any]) -> Pool:
        # Imported late: psutil is needed only once a case runs.
        from benchmarks.engines.hosted_pool import HostedPool

        return HostedPool(engine, options)

    return make_pool
