"""What an embedded cluster costs: seconds until it has done its first call, and until it is gone.

python -m evidence.engines [TIMES] (default 5), in an environment with the dependency group `distributed`
"""

import sys
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.engines.hosted_pool import HostedPool, end_engines
from benchmarks.engines.protocol import ENGINES, EngineSpec
from benchmarks.workloads.micro import nothing


def once(engine: str, n_jobs: int) -> tuple[float, float]:
    """Seconds from nothing to the first result, the process of the engine included; and to the end of all processes."""
    began = time.perf_counter()
    pool = HostedPool(EngineSpec(engine, ENGINES[engine], None, ()), {"n_jobs": n_jobs, "batch_size": 10})
    pool.open()
    assert pool.call(nothing, range(100)) == list(range(100))
    ready = time.perf_counter()
    pool.close()
    end_engines()
    return ready - began, time.perf_counter() - ready


def shown(seconds: Sequence[float]) -> str:
    """Median and extremes."""
    return f"{median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> None:
    """Print a row for each engine and size."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("| engine | workers | ready | closed |\n|---|---|---|---|")
    for engine in ENGINES:
        for n_jobs in (1, 2, 4):
            ready, closed = zip(*(once(engine, n_jobs) for _ in range(times)), strict=True)
            print(f"| {engine} | {n_jobs} | {shown(ready)} | {shown(closed)} |", flush=True)


if __name__ == "__main__":
    main()
