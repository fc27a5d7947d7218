"""Threads inside tasks, with numpy's BLAS and real workers: how many there are, and the plain loops beside a case."""

from concurrent.futures import ThreadPoolExecutor
from ctypes import CDLL
from ctypes.util import find_library

import pytest

from benchmarks.backends.opening import open_pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call, WrongResult
from benchmarks.measure.effective import observe
from benchmarks.measure.loops import LoopsBeside
from benchmarks.measure.round_settings import RoundSettings
from benchmarks.measure.rounds import Measure
from benchmarks.workloads.inner_threads import Limited, limited, thread_counts
from tests.inner_threads import SEEDS, multiply, needs_threads_of_blas
from tests.measure.fakes import FakeBenchmark

pytestmark = needs_threads_of_blas


def multiplications(**threads):
    """Return a call whose tasks compute in so many threads of each library when the user runs it."""
    return Call(multiply, SEEDS, multiply, {"tasks": len(SEEDS)}, by_formula=True, inner_threads=threads)


def test_limits_hold_in_their_block():
    """They are seen where they hold, and put back afterwards."""
    before = thread_counts()
    with limited({"openblas": 1}):
        assert thread_counts()["openblas"] == 1
        with limited({"openblas": 2}):
            assert thread_counts()["openblas"] == 2
    assert thread_counts() == before


@pytest.mark.parametrize("backend", ["sequential", "threading", "loky", "multiprocessing", "futures-processes"])
def test_the_threads_of_every_backend_s_workers_are_observed(backend):
    """In the worker, after it has run a task; the results are checked as ever."""
    pool = open_pool(Case(backend, 2, 1), {})
    with limited({"openblas": 1}):
        pool.open()
        try:
            assert observe(pool, multiplications(openblas=2))["inner_threads"] == {"openblas": 1}
        finally:
            pool.close()
            pool.discard()


def test_nothing_is_observed_of_tasks_that_compute_in_no_such_threads():
    """joblib imports numpy: that a worker has loaded BLAS says nothing of the task."""
    pool = open_pool(Case("sequential", 1, 1), {})
    pool.open()
    assert "inner_threads" not in observe(pool, multiplications())
    pool.close()


def test_the_loop_is_timed_pinned_and_as_the_user_runs_it():
    """Twice each, with the threads that there really were."""
    with limited({"openblas": 1}):
        loops = LoopsBeside(multiplications(openblas=2)).finish()
        assert thread_counts()["openblas"] == 1
    assert {name: len(loops[name]) for name in ("loop_s", "own_loop_s")} == {"loop_s": 2, "own_loop_s": 2}
    assert (loops["loop_threads"], loops["own_loop_threads"]) == ({"openblas": 1}, {"openblas": 2})


def test_one_kind_of_loop_is_enough_where_the_user_s_threads_are_those_of_the_session():
    """The user has set the library's variable."""
    with limited({"openblas": 2}):
        loops = LoopsBeside(multiplications(openblas=2)).finish()
    assert "own_loop_s" not in loops
    assert loops["loop_threads"] == {"openblas": 2}


def test_a_call_without_such_threads_has_the_plain_loop_alone():
    """As before there were any."""
    assert set(LoopsBeside(multiplications()).finish()) <= {"loop_s", "loop_waited_s"}


def test_the_loops_are_checked():
    """A wrong result never becomes a number."""
    call = Call(multiply, SEEDS, lambda seed: seed, {}, by_formula=True)
    with pytest.raises(WrongResult):
        LoopsBeside(call)


@pytest.mark.parametrize("backend", ["loop", "sequential", "threading", "loky", "multiprocessing", "futures-threads"])
@pytest.mark.parametrize("threads", [1, 2])
def test_every_case_has_the_inner_threads_that_it_asks_for(backend, threads):
    """By joblib's own option where it has one, otherwise in the worker; they are put back afterwards."""
    case = Case(backend, 2, None if backend == "loop" else 1, inner_threads=threads)
    benchmark, before = FakeBenchmark(), thread_counts()
    measure = Measure(benchmark, RoundSettings(1, 0, 120.0, {}, None, None, None), on_stuck=print)
    measure.warm_call(case, multiplications(openblas=2), beside_loop=True)
    assert benchmark.extra_info["inner_threads"] == {"openblas": threads}
    assert benchmark.extra_info["loop_threads"] == {"openblas": before["openblas"]}
    assert thread_counts() == before


@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
def test_a_whole_block_has_the_inner_threads_that_it_asks_for(backend):
    """As a call in an open pool does."""
    benchmark, before = FakeBenchmark(), thread_counts()
    measure = Measure(benchmark, RoundSettings(1, 0, 120.0, {}, None, None, None), on_stuck=print)
    measure.whole_block(Case(backend, 2, 1, inner_threads=2), multiplications(openblas=2))
    assert benchmark.extra_info["inner_threads"] == {"openblas": 2}
    assert thread_counts() == before


def test_the_loops_beside_a_case_do_not_have_its_inner_threads():
    """All cases have the same loops."""
    with limited({"openblas": 1}):
        benchmark = FakeBenchmark()
        measure = Measure(benchmark, RoundSettings(1, 0, 120.0, {}, None, None, None), on_stuck=print)
        measure.warm_call(Case("loop", 1, None, inner_threads=2), multiplications(openblas=2), beside_loop=True)
    facts = benchmark.extra_info
    assert [facts[name]["openblas"] for name in ("inner_threads", "loop_threads", "own_loop_threads")] == [2, 1, 2]


def test_a_worker_keeps_its_limit():
    """A task may load its library in its first call, so that the limit is set once more in the second."""
    task = Limited(multiply, 1)
    with limited({"openblas": 2}):
        assert [task(seed) for seed in SEEDS] == [multiply(seed) for seed in SEEDS]
        assert thread_counts()["openblas"] == 1
        assert Limited(lambda seed: thread_counts()["openblas"], 2)(0) == 2


@pytest.mark.skipif(find_library("gomp") is None, reason="there is no libgomp here")
def test_openmp_is_limited_in_every_thread():
    """Its limits are those of a thread, so that the caller's do not hold in a pool's threads: the task sets them."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(CDLL, find_library("gomp")).result()
        with limited({"openmp": 1}):
            assert thread_counts()["openmp"] == 1
            assert pool.submit(Limited(_openmp_threads, 3), 0).result() == 3
        assert pool.submit(Limited(_openmp_threads, 2), 0).result() == 2


def _openmp_threads(_):
    return thread_counts()["openmp"]
