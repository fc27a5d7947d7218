"""The default grid of a user's own function."""

import pytest

from benchmarks.grid import JOBLIB_BACKENDS, LOOP, Case
from benchmarks.session.own_grid import Asked, Function, own_grid

NOTHING = Asked(backends=None, n_jobs=None, batch_sizes=None, tasks=None, rounds=None, inner_threads=())


def function(tasks, loop_s, **facts):
    """Return a function whose tasks all take the same time."""
    return Function([loop_s / tasks] * tasks, **facts)


def asked(**given):
    """Return what a command line with these axes says."""
    return Asked(**{**vars(NOTHING), **given})


def test_a_short_function_gets_the_telling_cases_of_every_backend():
    """A worker per core; batches of one, of a quarter of a worker's tasks, and `auto`; the sequential backend once."""
    grid = own_grid(function(100, 0.1), NOTHING, cores=2)
    assert (grid.tasks, grid.rounds) == (100, 5)
    assert (grid.n_jobs, grid.batch_sizes) == ((2,), (1, 10, "auto"))
    labels = [case.label for case in grid.cases]
    assert labels[:2] == [LOOP, "futures-threads-n2-b1"]
    assert [label for label in labels if label.startswith("sequential")] == ["sequential-n1-b1"]
    assert {"loky-n2-b1", "loky-n2-b10", "loky-n2-bauto", "threading-n2-bauto", "multiprocessing-n2-b10"} < set(labels)
    assert len(labels) == len(set(labels)) == 15


@pytest.mark.parametrize("task_s", [1e-6, 1e-4, 1e-2, 0.1, 1.0, 3.0])
@pytest.mark.parametrize("tasks", [1, 7, 100, 40_000])
def test_it_fits_two_minutes_however_long_the_function_takes(task_s, tasks):
    """Tasks go first, then rounds, then cases; each backend's calls are counted as long as the plain loop."""
    grid = own_grid(function(tasks, task_s * tasks), NOTHING, cores=2)
    calls = grid.rounds + 3
    assert len(grid.cases) * calls * grid.tasks * task_s < 120
    assert 1 <= grid.tasks <= tasks
    assert grid.rounds >= 2
    assert {case.backend for case in grid.cases} >= {LOOP, "threading", "loky"}
    if tasks >= 16:
        assert grid.tasks >= 2


def test_a_task_that_takes_minutes_has_no_grid():
    """Unless somebody asks for it: then it is measured."""
    assert own_grid(function(10, 300.0), NOTHING, cores=2) is None
    grid = own_grid(function(10, 300.0), asked(tasks=4, rounds=1), cores=2)
    assert (grid.tasks, grid.rounds) == (4, 1)


def test_many_small_tasks_are_not_sent_one_by_one():
    """`auto` starts with batches of one, but goes on with larger ones."""
    grid = own_grid(function(40_000, 0.3), NOTHING, cores=2)
    assert grid.batch_sizes == (5_000, "auto")


def test_tasks_that_wait_get_more_workers_than_cores():
    """At most 32, and not more than there are tasks."""
    assert own_grid(function(64, 0.2, waits=True), NOTHING, cores=2).n_jobs == (2, 16)
    assert own_grid(function(64, 0.2, waits=True), NOTHING, cores=8).n_jobs == (8, 32)
    assert own_grid(function(2, 0.2, waits=True), NOTHING, cores=2).n_jobs == (2,)
    # Two of them for each of sixteen workers, although the plain loop of all would take a second.
    assert own_grid(function(64, 1.3, waits=True), NOTHING, cores=2).tasks == 32


def test_what_was_asked_for_is_obeyed():
    """Every value of an axis, in every combination with the others."""
    grid = own_grid(function(100, 0.1), asked(n_jobs=(1, 3)), cores=2)
    assert {case.n_jobs for case in grid.cases if case.backend == "loky"} == {1, 3}
    grid = own_grid(function(100, 0.1), asked(batch_sizes=(7,)), cores=2)
    assert {case.batch_size for case in grid.cases if case.backend != LOOP} == {7}
    grid = own_grid(function(100, 1000.0), asked(backends=("loky", "multiprocessing"), rounds=9, tasks=50), cores=2)
    assert {case.backend for case in grid.cases} >= {"loky", "multiprocessing"}
    assert (grid.rounds, grid.tasks) == (9, 50)
    grid = own_grid(function(100, 0.1), asked(inner_threads=(1, 2)), cores=2)
    assert {case.inner_threads for case in grid.cases if case.backend in ("loky", LOOP, "sequential")} == {1, 2}
    everything = own_grid(function(100, 0.1), asked(n_jobs=(1, 2), batch_sizes=(1, "auto")), cores=2)
    assert {Case(backend, 2, "auto") for backend in JOBLIB_BACKENDS} < set(everything.cases)


def test_a_function_with_threads_of_its_own_takes_two_more_loops():
    """The loop as the user runs it, before and after each case."""
    plain, threaded = (own_grid(function(100, 0.2, own_threads=own), NOTHING, cores=2) for own in (False, True))
    assert threaded.seconds > plain.seconds


def test_tasks_that_start_workers_themselves_are_given_no_pools_of_the_standard_library():
    """No speed-up of theirs is said, and a joblib pool that a forked worker has inherited may wait forever."""
    grid = own_grid(function(100, 0.1, own_workers=True), NOTHING, cores=2)
    assert {case.backend for case in grid.cases} == {LOOP, *JOBLIB_BACKENDS}


def test_fewer_tasks_are_like_all_of_them():
    """Where the long tasks come last, a few of them stay among the chosen ones; rounds go instead."""
    late = Function([1e-6] * 500 + [0.375] * 8)
    grid = own_grid(late, NOTHING, cores=2)
    assert grid.tasks == 127
    assert late.loop_s(grid.tasks) == pytest.approx(2 * 0.375, rel=0.01)
    assert own_grid(Function([60.0] + [1e-6] * 400), NOTHING, cores=2) is None
