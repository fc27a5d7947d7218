"""The notebook itself: 40,000 summations, n_jobs=4, batch_size=1000, verbose=10, inside `with Parallel(...)`."""

import pytest

from benchmarks.grid import Case

pytestmark = pytest.mark.benchmark(group="notebook")


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential", "loop"])
def test_notebook(measure, notebook, first_tasks, backend):
    """The whole block, once; an untimed call of the first tasks only says what really runs."""
    case = Case(backend, 4, None if backend == "loop" else 1000)
    options = {"backend": "loky", "n_jobs": 4, "batch_size": 1000} if backend == "loop" else {}
    measure.whole_block(case, notebook, observed=first_tasks, verbose=10, **options)
