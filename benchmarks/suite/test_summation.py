"""The grid: the summation with every backend, n_jobs and batch size, and the same without joblib."""

import pytest

from benchmarks.grid import Case
from benchmarks.suite.axes import grid_cases

pytestmark = pytest.mark.benchmark(group="summation")


def pytest_generate_tests(metafunc):
    """Make one test per case that the options ask for."""
    values, ids = grid_cases(metafunc.config)
    metafunc.parametrize("backend, n_jobs, batch_size", values, ids=ids)


def test_summation(measure, call, backend, n_jobs, batch_size):
    """Time one call in a warm pool; opening the pool, its first call and the checks are not timed."""
    measure.warm_call(Case(backend, n_jobs, batch_size), call, beside_loop=True)
