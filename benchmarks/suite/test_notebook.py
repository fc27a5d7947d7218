"""The notebook: 40,000 summations with n_jobs=4, batch_size=1000 and verbose=10, in a `with Parallel(...)` block."""

import pytest

from benchmarks.grid import Case

pytestmark = pytest.mark.benchmark(group="notebook")


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential", "loop"])
def test_notebook(measure, notebook, first_tasks, backend):
    """Time the whole block; an untimed call of the first hundred tasks observes what really runs."""
    case = Case(backend, 4, None if backend == "loop" else 1000)
    options = {"backend": "loky", "n_jobs": 4, "batch_size": 1000} if backend == "loop" else {}
    measure.whole_block(case, notebook, observed=first_tasks, verbose=10, **options)
