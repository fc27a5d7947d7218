"""The grid with `--workload` in place of the summation: a built-in workload or the user's own."""

import pytest

from benchmarks.grid import Case
from benchmarks.suite.axes import parametrize_with_grid

pytestmark = pytest.mark.benchmark(group="workload")


def pytest_generate_tests(metafunc):
    """Make one test per case that the options ask for."""
    parametrize_with_grid(metafunc)


def test_workload(measure, call, workload, backend, n_jobs, batch_size, inner_threads):
    """Time one call in a warm pool, and the plain loop before and after it."""
    measure.warm_call(Case(backend, n_jobs, batch_size, workload, inner_threads), call, beside_loop=True)
