"""The time that a session may take."""

import math
from types import SimpleNamespace

import pytest

from benchmarks.grid import BATCH_SIZES, JOBLIB_BACKENDS, N_JOBS, grid
from benchmarks.profiles import PROFILES
from benchmarks.session.costs import time_budget

QUICK = PROFILES["quick"]


def items(n_jobs):
    """Return collected items for the grid of joblib's backends."""
    return [
        SimpleNamespace(
            nodeid=case.id,
            callspec=SimpleNamespace(
                params={"backend": case.backend, "n_jobs": case.n_jobs, "batch_size": case.batch_size}
            ),
        )
        for case in grid(JOBLIB_BACKENDS, n_jobs, BATCH_SIZES)
    ]


def budget_s(n_jobs=N_JOBS, tasks=QUICK.tasks, longest=QUICK.longest, workload=None, own_grid=None, tasks_asked=False):
    """Return the budget of a session of the grid."""
    settings = SimpleNamespace(profile="quick", tasks=tasks, longest=longest)
    session = SimpleNamespace(settings=settings, workload=workload, own_grid=own_grid)
    return time_budget(session, items(n_jobs), tasks_asked)[0]


def test_the_quick_profile_ends_in_two_minutes():
    """A smaller selection has as much time, and many more cases have more."""
    assert 60 < budget_s() < 120
    assert budget_s(n_jobs=range(2, 20)) > 2 * budget_s()


def test_a_function_of_the_user_s_ends_in_two_minutes_unless_its_tasks_are_counted():
    """Tasks that were counted on the command line are measured, however long that takes."""
    assert 60 < budget_s(own_grid=()) < 120
    assert budget_s(own_grid=(), tasks_asked=True) == math.inf


@pytest.mark.parametrize("chosen", [{"tasks": 20_000}, {"longest": 2_000}, {"workload": "hashing"}])
def test_sizes_that_the_user_has_chosen_take_their_time(chosen):
    """Nobody said that they fit two minutes."""
    assert budget_s(**chosen) == math.inf
