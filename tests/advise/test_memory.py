"""The memory of a call agrees with sums made by hand."""

import pytest

from benchmarks.advise.memory import memory, most_workers
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP, Case
from tests.advise.costs import COSTS

TASKS = TaskProfile(1e-2, 1_000, payload_bytes=1e5, result_bytes=2e5, peak_bytes=5e7)


def test_processes_hold_workers_tasks_payloads_and_results():
    """Two workers of 100 MB run a task of 50 MB each; four batches of ten are sent, two come back, each twice."""
    need = memory(COSTS, TASKS, Case("loky", 2, 10))
    assert need.workers == 100e6
    assert need.tasks == 100e6
    assert need.sending == pytest.approx(2 * (4 * 10 * 1e5 + 2 * 10 * 2e5))
    assert need.results == pytest.approx(200e6)
    assert need.total == pytest.approx(416e6)


def test_workers_hold_the_module_that_they_import():
    """Each of two workers of loky holds a module of 20 MB of its own; threads and forks share it."""
    heavy = TaskProfile(1e-2, 1_000, import_bytes=2e7)
    assert memory(COSTS, heavy, Case("loky", 2, 10)).workers == 140e6
    assert memory(COSTS, heavy, Case("threading", 2, 10)).total == 0


def test_threads_and_the_loop_send_nothing():
    """Threads need what their tasks and results need, and the plain loop has one task at a time."""
    assert memory(COSTS, TASKS, Case("threading", 2, 1)).total == pytest.approx(300e6)
    assert memory(COSTS, TASKS, Case(LOOP, 1, None)).total == pytest.approx(250e6)


def test_a_shared_object_is_counted_once_per_batch():
    """Four batches on their way have four copies of what all tasks share, pickled and unpickled."""
    shared = TaskProfile(1e-2, 1_000, shared_bytes=3e6)
    assert memory(COSTS, shared, Case("loky", 2, 10)).sending == pytest.approx(24e6)


def test_how_many_workers_fit():
    """Each worker takes 50 MB and its task 50 MB, so 1 GB has room for about eight beside the results of 200 MB."""
    case = Case("loky", 2, 1)
    workers = most_workers(COSTS, TASKS, case, 1e9)
    assert memory(COSTS, TASKS, Case("loky", workers, 1)).total <= 1e9
    assert memory(COSTS, TASKS, Case("loky", workers + 1, 1)).total > 1e9
    assert most_workers(COSTS, TASKS, case, 1e8) == 0


def test_only_what_fits_is_recommended():
    """With less memory than any process needs, the loop or threads are left, and the limit says what was better."""
    free = recommend(COSTS, TASKS, warm=False)
    limited = recommend(COSTS, TASKS, warm=False, limit_bytes=3.5e8)
    assert free.best.case.backend == "loky"
    assert {prediction.case.backend for prediction in limited.ranked} == {LOOP, "threading"}
    assert limited.limit.without == free.best.case
    assert limited.limit.workers < 2
    assert limited.limit.loop_fits


def test_results_may_not_even_fit_beside_the_loop():
    """If all results together need more than the limit, the loop is left, and it is known not to fit."""
    limited = recommend(COSTS, TASKS, warm=False, limit_bytes=1e8)
    assert [prediction.case.backend for prediction in limited.ranked] == [LOOP]
    assert not limited.limit.loop_fits
