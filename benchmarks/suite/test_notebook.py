"""The notebook: 40,000 summations with n_jobs=4, batch_size=1000 and verbose=10, in a `with Parallel(...)` block."""

from dataclasses import replace

import pytest

from benchmarks.grid import LOOP, Case
from benchmarks.profiles import NOTEBOOK_BATCH_SIZE, NOTEBOOK_N_JOBS

pytestmark = pytest.mark.benchmark(group="notebook")


@pytest.fixture(scope="session")
def loops_s():
    """Seconds of the plain loops so far: each is measured between two cases, and serves both."""
    return []


@pytest.mark.parametrize("backend", [LOOP, "loky", "threading", "sequential"])
def test_notebook(measure, benchmark, notebook, first_tasks, loops_s, backend):
    """Time the whole block between two plain loops; an untimed call of the first hundred tasks observes what runs."""
    case = Case(backend, NOTEBOOK_N_JOBS, None if backend == LOOP else NOTEBOOK_BATCH_SIZE)
    options = {"backend": "loky", "n_jobs": 4, "batch_size": 1000} if backend == LOOP else {}
    if benchmark.enabled:
        # Each loop is checked against the closed form as it is timed: one more would only take time.
        notebook = replace(notebook, by_formula=True)
        if backend != LOOP and not loops_s:
            loops_s.append(notebook.loop_s())
    measure.whole_block(case, notebook, observed=first_tasks, verbose=10, **options)
    if not benchmark.enabled:
        return
    if backend == LOOP:
        loops_s.append(benchmark.stats.stats.median)
    else:
        # Outside the case's time limit, which is for what may hang.
        loops_s.append(notebook.loop_s())
        benchmark.extra_info["loop_s"] = loops_s[-2:]
