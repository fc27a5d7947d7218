"""Every pool of the grid with real workers: its results, its batches, what it reports about itself, and its end."""

from collections import Counter

import psutil
import pytest

from benchmarks.backends.chunks import chunks
from benchmarks.backends.joblib_pool import discard_loky
from benchmarks.backends.opening import open_pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call
from benchmarks.workloads.summation import closed_form, lengths, my_task

PARALLEL = ("threading", "loky", "multiprocessing")


@pytest.fixture
def opened():
    """Return a function that opens pools, which are ended after the test."""
    pools = []

    def open_one(case, **options):
        pool = open_pool(case, {}, **options)
        pools.append(pool)
        pool.open()
        return pool

    yield open_one
    for pool in pools:
        pool.close()
        pool.discard()


@pytest.mark.parametrize("backend", PARALLEL)
@pytest.mark.parametrize(("n_jobs", "batch_size"), [(2, 1), (2, 10), (4, 1000)])
def test_chunks_are_the_batches_that_joblib_forms(opened, backend, n_jobs, batch_size):
    """The standard library's pools get the same batches, so that the comparison is fair."""
    pool = opened(Case(backend, n_jobs, batch_size))
    for tasks in (1, 50, 600, 5_000):
        arguments = lengths(tasks, 10)
        results = pool.call(my_task, arguments)
        assert results == [closed_form(n) for n in arguments]
        assert Counter(pool.take_batches(tasks)) == Counter(map(len, chunks(arguments, n_jobs, batch_size)))


def test_chunks_by_hand():
    """5,000 tasks at n_jobs=4, batch_size=1000: the head of 8, four thousands, and 992 re-cut by 40."""
    assert Counter(map(len, chunks(range(5_000), 4, 1000))) == {2: 4, 1000: 4, 24: 41, 8: 1}
    assert [n for chunk in chunks(range(5_000), 4, 1000) for n in chunk] == list(range(5_000))
    assert Counter(map(len, chunks(range(4_008), 4, 1000)))[1000] == 4
    assert Counter(map(len, chunks(range(4_007), 4, 1000)))[1000] == 0


@pytest.mark.parametrize("backend", ["loop", "futures-threads", "futures-processes", "sequential", *PARALLEL])
def test_every_pool_returns_the_results_in_order(opened, backend):
    """The second call in the same pool returns them, too."""
    call = Call(my_task, lengths(200, 100), closed_form, {})
    pool = opened(Case(backend, 2, None if backend == "loop" else 10))
    call.check(pool.call(call.task, call.arguments))
    call.check(pool.call(call.task, call.arguments))


@pytest.mark.parametrize(
    ("backend", "n_jobs", "effective"),
    [
        ("sequential", 4, ("SequentialBackend", "sequential", 1)),
        ("threading", 1, ("SequentialBackend", "sequential", 1)),
        ("loky", 1, ("SequentialBackend", "sequential", 1)),
        ("multiprocessing", 1, ("SequentialBackend", "sequential", 1)),
        ("threading", 4, ("ThreadingBackend", "threading", 4)),
        ("loky", 2, ("LokyBackend", "loky", 2)),
        ("multiprocessing", 2, ("MultiprocessingBackend", "multiprocessing", 2)),
        ("futures-threads", 2, ("ThreadPoolExecutor", "futures-threads", 2)),
    ],
)
def test_a_pool_says_what_it_really_is(opened, backend, n_jobs, effective):
    """joblib replaces every backend at n_jobs=1, and the sequential one has one job."""
    seen = opened(Case(backend, n_jobs, 10)).effective()
    assert (seen.backend_class, seen.backend, seen.n_jobs) == effective


def test_a_soft_hint_opens_the_backend_it_stands_for(opened):
    """A pool opened with `prefer` is the one of the backend that it stands for."""
    assert opened(Case("threading", 2, 10), backend=None, prefer="threads").effective().backend == "threading"


def test_workers_of_a_pool_that_was_left_are_awake(opened):
    """loky's executor outlives a pool; another number of workers, or an executor that was shut down, is a new start."""
    assert not opened(Case("threading", 2, 10)).awake()
    first = opened(Case("loky", 2, 10))
    assert not first.awake()
    first.close()
    again = opened(Case("loky", 2, 100))
    assert again.awake()
    again.close()
    assert not opened(Case("loky", 3, 10)).awake()


def test_discarding_ends_loky(opened):
    """The executor survives the block but not `discard`; a second `discard` does nothing."""
    pool = opened(Case("loky", 2, 10))
    pool.call(my_task, range(20))
    first = pool.executor()
    pool.close()
    assert [child for child in psutil.Process().children() if "LokyProcess" in " ".join(child.cmdline())]
    pool.discard()
    assert not [child for child in psutil.Process().children() if "LokyProcess" in " ".join(child.cmdline())]
    discard_loky()
    pool.open()
    pool.call(my_task, range(20))
    assert pool.executor() is not first
