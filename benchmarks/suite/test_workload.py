"""The grid with another work than the summation: `--workload`, built in or the user's own."""

import pytest

from benchmarks.grid import Case
from benchmarks.suite.axes import cells

pytestmark = pytest.mark.benchmark(group="workload")


def pytest_generate_tests(metafunc):
    """One test a cell, as the options ask."""
    values, ids = cells(metafunc.config)
    metafunc.parametrize("backend, n_jobs, batch_size", values, ids=ids)


def test_workload(measure, call, workload, backend, n_jobs, batch_size):
    """One call in a warm pool, checked against the plain loop, which is timed before and after."""
    measure.warm_call(Case(backend, n_jobs, batch_size, workload), call, beside_loop=True)
