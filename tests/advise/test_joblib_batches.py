"""Computed batches are those that joblib forms, and the makespan is that of the last worker."""

import heapq
from collections import Counter

import pytest
from joblib import Parallel, delayed, parallel_config
from joblib._parallel_backends import AutoBatchingMixin, ParallelBackendBase

from benchmarks.advise.joblib_batches import batch_sizes, makespan_s
from benchmarks.workloads.micro import nap


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (600, {2: 4, 14: 42, 4: 1}),
        (5_000, {2: 4, 1000: 4, 24: 41, 8: 1}),
        (40_000, {2: 4, 1000: 36, 99: 40, 32: 1}),
    ],
)
def test_fixed_sizes_are_joblibs_own(tasks, expected):
    """Batches of a fixed size are those that joblib formed with n_jobs=4 and batch_size=1000."""
    assert Counter(batch_sizes(tasks, 4, 1000, 0.0)) == expected


class SimulatedWorkers(AutoBatchingMixin, ParallelBackendBase):
    """A backend of joblib's whose two workers take turns on a clock of their own, so that no machine's speed matters.

    A task takes `task_s` seconds, and a batch reaches joblib a millisecond after its end.
    """

    def __init__(self, task_s):
        super().__init__()
        self._task_s, self._now, self._took_s, self.sizes = task_s, 0.0, 0.0, []
        self._free, self._events, self._results = [0.0, 0.0], [], {}

    def effective_n_jobs(self, n_jobs):
        """Return the number of workers."""
        return 2

    def submit(self, func, callback=None):
        """Give a batch to the first worker that is free."""
        self.sizes.append(callback.batch_size)
        ended = max(self._now, heapq.heappop(self._free)) + callback.batch_size * self._task_s
        heapq.heappush(self._free, ended)
        number = len(self.sizes)
        heapq.heappush(self._events, (ended + 1e-3, number, self._now, func, callback))
        return number

    def retrieve_result(self, number, timeout=None):
        """Let time pass until a batch is there."""
        while number not in self._results:
            self._now, ended, began, func, callback = heapq.heappop(self._events)
            self._results[ended] = func()
            self._took_s = self._now - began
            callback(self._results[ended])
        return self._results[number]

    def batch_completed(self, batch_size, duration):
        """Tell joblib the simulated seconds."""
        super().batch_completed(batch_size, self._took_s)


@pytest.mark.parametrize(("tasks", "task_s"), [(3_000, 6e-5), (400, 1e-3), (60, 5e-3), (20_000, 1e-4)])
def test_auto_forms_about_as_many_batches_as_joblib(tasks, task_s):
    """The number of "auto" batches is right within a tenth."""
    backend = SimulatedWorkers(task_s)
    with parallel_config(backend=backend):
        results = Parallel(n_jobs=2)(delayed(abs)(number) for number in range(tasks))
    assert results == list(range(tasks))
    computed = batch_sizes(tasks, 2, "auto", task_s)
    assert sum(computed) == sum(backend.sizes) == tasks
    assert len(computed) == pytest.approx(len(backend.sizes), rel=0.1)


def test_auto_goes_on_where_the_call_before_ended():
    """In an open pool, a second call begins with the batch size that the first one ended with."""
    assert len(batch_sizes(10_000, 2, "auto", 1e-5, calls_before=1)) < len(batch_sizes(10_000, 2, "auto", 1e-5))


def test_the_busiest_worker_ends_last():
    """By hand: while one worker takes 3 s, the other takes 1 s, 1 s and 2 s, and ends after 4 s."""
    assert makespan_s([3.0, 1.0, 1.0, 2.0], [1, 1, 1, 1], 2, 2) == 4.0
    assert makespan_s([3.0, 1.0, 1.0, 2.0], [2, 2], 2, 2) == 4.0
    assert makespan_s([3.0, 1.0, 1.0, 2.0], [4], 2, 2) == 7.0
    assert makespan_s([1.0] * 6, [1] * 6, 3, 4) == 2.0


def test_workers_share_cores():
    """Four workers on two cores are half as fast: those of 1, 1 and 1 s end after 2 s, the one of 3 s after 4 s."""
    assert makespan_s([1.0, 1.0, 1.0, 3.0], [1] * 4, 4, 2) == pytest.approx(4.0)
    assert makespan_s([1.0, 1.0, 1.0, 3.0], [1] * 4, 2, 2) == pytest.approx(4.0)
    assert makespan_s([1.0] * 4, [1] * 4, 4, 1) == pytest.approx(4.0)


def test_threads_take_auto_for_single_tasks():
    """With batch_size="auto", joblib's threading backend forms batches of one task."""
    batches = []
    with Parallel(n_jobs=2, backend="threading", batch_size="auto") as pool:
        told = pool._backend.batch_completed
        pool._backend.batch_completed = lambda size, took: (batches.append(size), told(size, took))
        pool([delayed(nap)(0.0)] * 50)
    assert set(batches) == {1}
