"""The phases of a pool's life, each timed by itself, with a call too small to hide them."""

import pytest

from benchmarks.grid import Case, backend_of
from benchmarks.session.state import suite_session

pytestmark = pytest.mark.benchmark(group="startup")

BATCH_SIZE = 10


def pytest_generate_tests(metafunc):
    """Every backend asked for: the sequential one as it is, the others with 2 and 4 workers."""
    cells = [
        (backend, jobs)
        for backend in suite_session(metafunc.config).settings.backends
        for jobs in ((2, 4) if backend_of(backend).workers else (1,))
    ]
    metafunc.parametrize("backend, n_jobs", cells, ids=[f"{backend}-n{jobs}" for backend, jobs in cells])


def test_cold_start(measure, few_tasks, workload, backend, n_jobs):
    """Make the pool and call it once; loky's executor is shut down before every round."""
    measure.cold_start(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)


def test_warm_call(measure, few_tasks, workload, backend, n_jobs):
    """The same call in a pool that has been called before: what the grid measures."""
    measure.warm_call(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)


def test_whole_block(measure, few_tasks, workload, backend, n_jobs):
    """The whole `with Parallel(...)` block around that call, from a cold start to leaving it."""
    measure.whole_block(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)
