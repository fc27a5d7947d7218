"""Time an embedded cluster: seconds until its first call is done, and until all its processes have ended.

python -m evidence.engines [TIMES] (default 5), in an environment with the dependency group `distributed`
"""

import sys
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.engines.hosted_pool import HostedPool, end_engines
from benchmarks.engines.protocol import EngineSpec
from benchmarks.grid import ENGINES
from benchmarks.workloads.micro import nothing


def time_cluster(engine: str, n_jobs: int) -> tuple[float, float]:
    """Return the seconds from the start of the engine's process to the first result, and those until all have ended."""
    began = time.perf_counter()
    pool = HostedPool(EngineSpec(engine, ENGINES[engine], None, ()), {"n_jobs": n_jobs, "batch_size": 10})
    pool.open()
    assert pool.call(nothing, range(100)) == list(range(100))
    ready = time.perf_counter()
    pool.close()
    end_engines()
    return ready - began, time.perf_counter() - ready


def median_and_range(seconds: Sequence[float]) -> str:
    """Return median and range."""
    return f"{median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> None:
    """Print a row per engine and number of workers."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("| engine | workers | ready | closed |\n|---|---|---|---|")
    for engine in ENGINES:
        for n_jobs in (1, 2, 4):
            ready, closed = zip(*(time_cluster(engine, n_jobs) for _ in range(times)), strict=True)
            print(f"| {engine} | {n_jobs} | {median_and_range(ready)} | {median_and_range(closed)} |", flush=True)


if __name__ == "__main__":
    main()
