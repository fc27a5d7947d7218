"""Computed batches are those that joblib forms, and the makespan is that of the last worker."""

from collections import Counter

import pytest
from joblib import Parallel, delayed

from benchmarks.advise.joblib_batches import batch_sizes, makespan_s
from benchmarks.backends.joblib_pool import JoblibPool, discard_loky
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


@pytest.mark.parametrize(("tasks", "milliseconds"), [(3_000, 0.0), (400, 1.0), (60, 5.0)])
def test_auto_forms_about_as_many_batches_as_joblib(tasks, milliseconds):
    """The number of "auto" batches is right within a factor of two; joblib sizes them by measured times."""
    pool = JoblibPool(backend="loky", n_jobs=2, batch_size="auto")
    pool.open()
    pool.call(nap, [1.0] * 4)  # the workers are there
    pool.close()
    pool.open()
    pool.take_batches(4)
    pool.call(nap, [milliseconds] * tasks)
    formed = pool.take_batches(tasks)
    pool.close()
    discard_loky()
    computed = batch_sizes(tasks, 2, "auto", max(milliseconds / 1e3, 6e-5))
    assert sum(computed) == sum(formed) == tasks
    assert 0.5 <= len(computed) / len(formed) <= 2.0


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
