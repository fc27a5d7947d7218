"""The grid: the summation in every backend x n_jobs x batch_size, beside the references without joblib."""

import pytest

from benchmarks.grid import Case, distinct, grid, references
from benchmarks.measure.settings import SETTINGS

pytestmark = pytest.mark.benchmark(group="summation")


def pytest_generate_tests(metafunc):
    """One test a cell, as the options ask; the params are plain values, so that stock tools can group by them."""
    settings = metafunc.config.stash[SETTINGS]
    axes = settings.backends, settings.n_jobs, settings.batch_sizes
    # A gate asks about joblib; the references are what it is measured against elsewhere.
    beside = [] if settings.profile == "gate" else references(*axes)
    cases = distinct([*beside, *grid(*axes)])
    values = [(case.backend, case.n_jobs, case.batch_size) for case in cases]
    metafunc.parametrize("backend, n_jobs, batch_size", values, ids=[case.id for case in cases])


def test_summation(measure, summation, backend, n_jobs, batch_size):
    """One call in a warm pool. Making the pool, its first call and every check are outside the timer."""
    measure.warm_call(Case(backend, n_jobs, batch_size), summation, beside_loop=True)
