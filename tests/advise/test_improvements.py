"""What sorting the tasks, or no longer sending what they share, would save."""

import pytest

from benchmarks.advise.joblib_batches import batch_sizes
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from tests.advise.costs import COSTS

# 39 tasks of 0.1 s, then one of 2 s.
TAIL = TaskProfile(5.9 / 40, 40, lengths=(0.1,) * 39 + (2.0,))

# 500 instant tasks, then eight of 100 ms.
LATE = TaskProfile(0.8 / 508, 508, lengths=(1e-6,) * 500 + (0.1,) * 8)


def test_long_tasks_belong_first():
    """By hand: with the longest task last, two workers take 3.9 s; with it first, 3 s, which is half of the work."""
    better = recommend(COSTS, TAIL, warm=True).improvements.longest_first
    assert better.parts.work + better.parts.imbalance == pytest.approx(2.95, abs=0.1)
    assert recommend(COSTS, TAIL, warm=True).first.time_s > 3.8


def test_tasks_in_a_good_order_stay_there():
    """Nothing is said where sorting saves nothing."""
    assert recommend(COSTS, TaskProfile(0.1, 40), warm=True).improvements.longest_first is None
    in_order = TaskProfile(TAIL.task_s, 40, lengths=TAIL.lengths[::-1])
    assert recommend(COSTS, in_order, warm=True).improvements.longest_first is None


def test_uneven_tasks_of_unknown_order_may_be_sorted():
    """Described tasks are in random order on average; with few of them, the longest first saves time."""
    few = TaskProfile(0.1, 6, uneven=30.0)
    assert recommend(COSTS, few, warm=True).improvements.longest_first is not None


def test_auto_learns_from_the_tasks_that_have_ended():
    """Instant tasks make the batches large, so that the slow ones at the end arrive in few batches."""
    sizes = batch_sizes(508, 2, "auto", LATE.task_s, lengths_s=LATE.lengths)
    assert sum(sizes) == 508
    assert sizes[-1] >= 2 or sizes[-2] >= 2
    assert max(sizes) > 30


def test_instant_tasks_first_are_a_trap_for_auto():
    """Eight slow tasks in two batches keep two workers busy for longer than single ones, and the answer says so."""
    trap = recommend(COSTS, LATE, warm=True).improvements.auto_trap
    assert trap is not None
    assert trap > 1.2
    even = TaskProfile(LATE.task_s, 508, lengths=(LATE.task_s,) * 508)
    assert recommend(COSTS, even, warm=True).improvements.auto_trap is None


def test_a_shared_object_that_is_not_sent_saves_its_time():
    """3 MB that take 20 ms to pickle are sent with each batch; threads are slower, because the tasks hold the GIL."""
    shared = TaskProfile(1e-2, 200, shared_bytes=3e6, shared_pickling_s=0.3)
    answer = recommend(COSTS, shared, warm=True)
    better = answer.improvements.unshared
    assert better.parts.payload == 0.0
    assert better.time_s < 0.95 * answer.first.time_s
    assert recommend(COSTS, TaskProfile(1e-2, 200), warm=True).improvements.unshared is None
