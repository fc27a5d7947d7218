"""Fewer tasks that stand for all of a user's function."""

import pytest

from benchmarks.session.own_grid import Function
from benchmarks.session.sample import all_over_sample, enough, lengths_of_all


@pytest.mark.parametrize(("within_s", "tasks"), [(24 * 64.0, 64), (24 * 63.0, 32), (24 * 8.0, 8), (1.0, 4)])
def test_tasks_are_halved_until_their_calls_fit(within_s, tasks):
    """24 calls of the plain loop fit, or there are only four tasks left."""
    assert enough(Function([1.0] * 64), within_s) == tasks


def test_tasks_that_are_unlike_all_stand_for_nothing():
    """Half of the tasks without the only long one, which is the second, are not taken; nor is a task alone."""
    assert enough(Function([0.01, 100.0] + [0.01] * 62), 1.0) == 64
    assert enough(Function([60.0]), 1.0) == 1


def test_each_measured_task_stands_for_its_neighbours():
    """The mean of all is known beside that of the sample."""
    assert lengths_of_all([1.0, 2.0], 4) == [1.0, 1.0, 2.0, 2.0]
    assert all_over_sample([1.0, 3.0], 1) == 2.0
