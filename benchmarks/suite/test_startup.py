"""The phases of a pool's life, each timed separately, with a call too small to hide them."""

import pytest

from benchmarks.grid import Case, backend_of
from benchmarks.session.state import suite_session

pytestmark = pytest.mark.benchmark(group="startup")

BATCH_SIZE = 10


def pytest_generate_tests(metafunc):
    """Make tests of every backend asked for: with 2 and 4 workers, or with 1 job if the backend has no workers."""
    cases = [
        (backend, jobs)
        for backend in suite_session(metafunc.config).settings.backends
        for jobs in ((2, 4) if backend_of(backend).workers else (1,))
    ]
    metafunc.parametrize("backend, n_jobs", cases, ids=[f"{backend}-n{jobs}" for backend, jobs in cases])


def test_cold_start(measure, few_tasks, workload, backend, n_jobs):
    """Time opening a pool and calling it once; loky's executor is shut down before every round."""
    measure.cold_start(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)


def test_warm_call(measure, few_tasks, workload, backend, n_jobs):
    """Time the same call in a pool that has been called before, as the grid does."""
    measure.warm_call(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)


def test_whole_block(measure, few_tasks, workload, backend, n_jobs):
    """Time the whole `with Parallel(...)` block around that call, from a cold start."""
    measure.whole_block(Case(backend, n_jobs, BATCH_SIZE, workload), few_tasks)
