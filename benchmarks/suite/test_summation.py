"""The grid: the summation in every backend x n_jobs x batch_size, beside the references without joblib."""

import pytest

from benchmarks.grid import Case
from benchmarks.suite.axes import cells

pytestmark = pytest.mark.benchmark(group="summation")


def pytest_generate_tests(metafunc):
    """One test a cell, as the options ask."""
    values, ids = cells(metafunc.config)
    metafunc.parametrize("backend, n_jobs, batch_size", values, ids=ids)


def test_summation(measure, call, backend, n_jobs, batch_size):
    """One call in a warm pool. Making the pool, its first call and every check are outside the timer."""
    measure.warm_call(Case(backend, n_jobs, batch_size), call, beside_loop=True)
