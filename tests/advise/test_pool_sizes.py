"""Which numbers of workers are considered, and what pools cost that were not probed."""

from dataclasses import replace

import pytest

from benchmarks.advise.pool_sizes import considered, pool_with, sizes, worker_counts
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from tests.advise.costs import COSTS, PLAIN, THREADS, pool

MANY = TaskProfile(1e-2, 1_000)

# A machine of 64 cores, 32 of them physical, on which three numbers of workers were probed.
LARGE = replace(
    COSTS,
    cores=64,
    physical_cores=32,
    pools=tuple(
        pool(backend, jobs, replace(constants, start=constants.start * jobs, held=held, released=1 / jobs))
        for backend, constants in (("threading", THREADS), ("loky", PLAIN))
        for jobs in (2, 64)
        for held in (1.1 if backend == "threading" else 1 / jobs,)
    ),
)


def test_two_cores_are_asked_as_they_were_probed():
    """Work that computes has no use for more workers than cores, except for those that were probed."""
    assert worker_counts(COSTS, MANY, "loky") == [2, 4]
    assert worker_counts(COSTS, MANY, "threading") == [2]


def test_all_numbers_up_to_eight_cores_are_considered():
    """On six cores of which three are physical, every number from two to six is a candidate."""
    six = replace(COSTS, cores=6, physical_cores=3)
    assert worker_counts(six, MANY, "loky") == [2, 3, 4, 5, 6]


def test_many_cores_are_considered_in_steps_with_the_physical_ones():
    """On 64 cores there are a dozen candidates, with all cores and the physical ones among them."""
    counts = worker_counts(LARGE, MANY, "loky")
    assert {2, 3, 8, 32, 64} <= set(counts)
    assert len(counts) <= 16
    assert max(counts) == 64


@pytest.mark.parametrize(("tasks", "expected"), [(3, {3}), (12, {3, 4, 6, 12}), (50, {13, 17, 25, 50})])
def test_few_tasks_are_shared_out_evenly(tasks, expected):
    """There are never more workers than tasks, and one turn each, two, three or four are considered."""
    counts = worker_counts(LARGE, TaskProfile(1.0, tasks), "loky")
    assert expected <= set(counts)
    assert max(counts) == tasks


def test_few_tasks_on_many_cores_get_a_worker_each():
    """Six tasks of a second on 64 cores: six workers do them in a single turn, which three can't."""
    assert recommend(LARGE, TaskProfile(1.0, 6), warm=True).best.case.n_jobs == 6


def test_tasks_that_wait_may_have_a_worker_each():
    """Of 64 tasks that wait for 20 ms, 64 threads do all at once; processes are limited by their memory."""
    waiting = TaskProfile(0.02, 64, waits=1.0)
    assert max(worker_counts(COSTS, waiting, "threading")) == 64
    assert max(worker_counts(COSTS, waiting, "loky")) == 32
    best = recommend(COSTS, waiting, warm=False).best
    assert best.case.backend == "threading"
    assert best.case.n_jobs >= 32
    assert best.time_s < 0.1


def test_probed_pools_are_taken_as_they_are():
    """A number of workers that was probed is not estimated."""
    assert pool_with(COSTS, "loky", 4) is COSTS.pools[2]


def test_a_pool_between_two_probed_ones():
    """By hand: 33 workers are half way between 2 and 64, and as efficient as both."""
    between = pool_with(LARGE, "loky", 33)
    assert between.middle.start == pytest.approx(3.3)
    assert between.middle.held == pytest.approx(1 / 33)
    assert len(between.draws) == len(LARGE.pools[0].draws)


def test_a_pool_beyond_the_probed_ones():
    """Starting and memory grow as between 2 and 4 workers; threads that hold the GIL do not compute any faster."""
    memory = replace(COSTS, pools=(*COSTS.pools[:2], replace(COSTS.pools[2], memory_bytes=200e6)))
    beyond = pool_with(memory, "loky", 8)
    assert beyond.middle.start == pytest.approx(0.4)
    assert beyond.memory_bytes == pytest.approx(400e6)
    threads = pool_with(COSTS, "threading", 32)
    assert threads.middle.start == pytest.approx(0.016)
    assert threads.middle.held == pytest.approx(1.1)


def test_a_larger_pool_never_costs_less_to_start():
    """A probe whose four workers seem to start faster than two says nothing of 32 workers that start at once."""
    odd = replace(COSTS, pools=(COSTS.pools[1], replace(COSTS.pools[2], middle=replace(PLAIN, start=0.05))))
    assert pool_with(odd, "loky", 32).middle.start == pytest.approx(0.05)


def test_costs_of_all_candidates():
    """The considered costs have a pool for each candidate, and none of a backend that can't run the tasks."""
    own = considered(LARGE, replace(MANY, barred=("loky",)))
    assert own.backends == ["threading"]
    assert [each.n_jobs for each in own.pools] == worker_counts(LARGE, MANY, "threading")


def test_batch_sizes_that_the_tasks_can_not_fill_are_left_out():
    """With a hundred tasks, a batch size of 1000 would give the batches of 100 another name."""
    assert sizes(TaskProfile(1.0, 100), COSTS.pools[0]) == [1, 10, "auto"]
    assert sizes(TaskProfile(1.0, 1), COSTS.pools[0]) == [1, "auto"]
