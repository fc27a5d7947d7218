"""Where numpy brings an OpenBLAS with several threads, as its wheels for Linux and Windows do."""

import numpy
import pytest

from benchmarks.cores import core_facts
from benchmarks.workloads.inner_threads import thread_counts

# BLAS starts a thread for each core that the process may run on, and looks for no quota.
CORES = core_facts()["affinity_cores"]

needs_threads_of_blas = pytest.mark.skipif(
    "openblas" not in thread_counts() or CORES < 2, reason="numpy has no OpenBLAS here, or one core"
)

SEEDS = [1, 2, 3, 4]


def multiply(seed):
    """Return a number that BLAS computes."""
    matrix = numpy.random.default_rng(seed).random((200, 200))
    return float((matrix @ matrix).trace().round(6))
