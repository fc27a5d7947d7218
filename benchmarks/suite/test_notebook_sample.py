"""A sample of the notebook's tasks, so that every session can say what to expect of the notebook itself."""

import pytest

from benchmarks.grid import JOBLIB_BACKENDS, Case, backend_of
from benchmarks.profiles import NOTEBOOK_BATCH_SIZE, NOTEBOOK_N_JOBS, NOTEBOOK_SAMPLE_EVERY, PROFILES
from benchmarks.session.state import suite_session
from benchmarks.suite.conftest import make_summation

pytestmark = pytest.mark.benchmark(group="notebook sample")

NOTEBOOK = PROFILES["notebook"]


def pytest_generate_tests(metafunc):
    """Make one test per backend of joblib's that is asked for and has workers."""
    asked = suite_session(metafunc.config).settings.backends
    backends = [name for name in JOBLIB_BACKENDS if name in asked and backend_of(name).workers]
    cases = [Case(name, NOTEBOOK_N_JOBS, NOTEBOOK_BATCH_SIZE // NOTEBOOK_SAMPLE_EVERY) for name in backends]
    values = [(case.backend, case.n_jobs, case.batch_size) for case in cases]
    metafunc.parametrize("backend, n_jobs, batch_size", values, ids=[case.id for case in cases])


def test_notebook_sample(measure, sized, backend, n_jobs, batch_size):
    """Time every fiftieth task of the notebook in a warm pool, beside the plain loop."""
    call = make_summation(sized(NOTEBOOK.tasks // NOTEBOOK_SAMPLE_EVERY), NOTEBOOK.longest)
    measure.warm_call(Case(backend, n_jobs, batch_size), call, beside_loop=True)
