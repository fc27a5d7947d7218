"""The grid: the summation with every backend, n_jobs and batch size, and the same without joblib."""

import pytest

from benchmarks.grid import Case
from benchmarks.suite.axes import parametrize_with_grid

pytestmark = pytest.mark.benchmark(group="summation")


def pytest_generate_tests(metafunc):
    """Make one test per case that the options ask for."""
    parametrize_with_grid(metafunc)


def test_summation(measure, call, backend, n_jobs, batch_size):
    """Time one call in a warm pool; opening the pool, its first call and the checks are not timed."""
    measure.warm_call(Case(backend, n_jobs, batch_size), call, beside_loop=True)
