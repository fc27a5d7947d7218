"""Fewer tasks that stand for all of a user's function."""

import time

import pytest

from benchmarks.session.own_grid import Function
from benchmarks.session.sample import all_over_sample, enough, in_short_calls, lengths_of_all
from benchmarks.session.workload import Workload


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


@pytest.mark.parametrize(("task_s", "tasks"), [(1e-3, 100), (0.01, 10), (1.0, 6), (1e-6, 200)])
def test_a_short_call_lasts_a_tenth_of_a_second(monkeypatch, task_s, tasks):
    """It has two tasks per core at the least, here three cores, and at most all tasks, here 200."""
    now_s = [0.0]

    def task(argument):
        now_s[0] += task_s

    monkeypatch.setattr(time, "perf_counter", lambda: now_s[0])
    assert in_short_calls(Workload("price", task, range(200), 200, None), cores=3).tasks == tasks


def test_tasks_that_fail_are_left_to_their_cases():
    """Nothing is known of their length."""
    assert in_short_calls(Workload("price", len, range(200), 200, None), cores=3).tasks == 200
