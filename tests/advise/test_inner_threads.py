"""How many inner threads are recommended beside how many workers."""

from dataclasses import replace

import pytest

from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP, Case
from tests.advise.costs import COSTS

LONG = TaskProfile(1e-2, 1_000, libraries=(("openblas", 2),))


def best_of(*shares, cores=2):
    """Return the recommended case for tasks with these relative times for 1, 2, 4, ... inner threads."""
    counts = [2**power for power in range(len(shares))]
    tasks = replace(LONG, inner_threads=tuple(zip(counts, shares, strict=True)))
    return recommend(replace(COSTS, cores=cores), tasks, warm=True)


def test_workers_are_preferred_to_threads_that_gain_little():
    """Two workers with one thread each halve the time; two threads in the loop save a tenth."""
    best = best_of(1.0, 0.9).first.case
    assert (best.backend, best.n_jobs, best.inner_threads) == ("loky", 2, 1)


def test_threads_that_gain_more_than_workers_are_left_to_the_library():
    """Perfectly parallel tasks need no pool."""
    assert best_of(1.0, 0.5).first.case == Case(LOOP, 1, None, None, 2)


def test_a_loop_that_threads_slow_down_gets_one():
    """Spinning threads may take longer than one; the loop with one is what pools are compared with."""
    answer = best_of(1.0, 5.0)
    assert answer.loop.case == Case(LOOP, 1, None, None, 1)
    assert answer.first.case.inner_threads == 1


def test_no_more_threads_than_cores_are_recommended():
    """Every worker with two threads would need four cores."""
    assert all(
        case.backend == LOOP or case.n_jobs * case.inner_threads <= 2 or case.inner_threads == 1
        for case in (prediction.case for prediction in best_of(1.0, 0.5).ranked)
    )
    four = [prediction.case for prediction in best_of(1.0, 0.5, cores=4).ranked]
    assert {case.inner_threads for case in four if (case.backend, case.n_jobs) == ("loky", 2)} == {1, 2}
    assert {case.inner_threads for case in four if (case.backend, case.n_jobs) == ("loky", 4)} == {1}


def test_every_loop_has_its_time():
    """In the proportion that was measured."""
    loops = {each.case.inner_threads: each.time_s for each in best_of(1.0, 0.6).ranked if each.case.backend == LOOP}
    assert loops == {1: pytest.approx(10.0), 2: pytest.approx(6.0)}


def test_a_pool_has_to_beat_the_best_loop():
    """Its break-even is against the loop with as many threads as help."""
    alone, helped = (best_of(*shares).break_even_s["loky"] for shares in ((1.0, 1.0), (1.0, 0.6)))
    assert alone < helped


def test_tasks_without_such_threads_have_the_usual_names():
    """Nothing is said of inner threads."""
    ranked = recommend(COSTS, TaskProfile(1e-2, 1_000), warm=True).ranked
    assert {prediction.case.inner_threads for prediction in ranked} == {None}
