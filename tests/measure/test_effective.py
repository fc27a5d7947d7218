"""What really ran, whatever was asked for."""

import pytest

from benchmarks.backends.protocol import Effective
from benchmarks.grid import Case
from benchmarks.measure.call import Call, WrongResult
from benchmarks.measure.effective import alias, batch_size_occurred, histogram, observe, wake
from tests.measure.fakes import FakePool


class WakingPool(FakePool):
    """A pool whose second worker takes part from the call numbered `awake_from` on."""

    def __init__(self, awake_from, **options):
        super().__init__(workers=((1, 1),), **options)
        self.awake_from = awake_from

    def call(self, task, arguments):
        """Answer with both workers once they are awake."""
        if self.calls + 1 >= self.awake_from:
            self.workers = ((1, 1), (2, 1))
        return [(argument, *self.workers[place % len(self.workers)]) for place, argument in self._numbered(arguments)]

    def _numbered(self, arguments):
        self.calls += 1
        return enumerate(arguments)


def test_a_pool_is_called_until_all_its_workers_answer():
    """The call in which the last worker answers for the first time is the last."""
    pool = WakingPool(awake_from=3)
    wake(pool, 2)
    assert pool.calls == 3


def test_waking_gives_up_on_workers_that_never_answer():
    """The number of calls is bounded and there is no error: the run file says how many workers took part."""
    pool = WakingPool(awake_from=10_000)
    wake(pool, 2)
    assert pool.calls == 20


def test_a_single_worker_needs_no_waking():
    """The pool is not called."""
    pool = WakingPool(awake_from=1)
    wake(pool, 1)
    assert pool.calls == 0


def test_the_observed_call_counts_workers():
    """Processes are counted without the calling one, threads in all processes."""
    effective = Effective("Fake", None, 1, process=1, extra_info={"dask": "2026.1"})
    pool = FakePool(effective=effective, workers=((1, 1), (2, 1), (2, 2)))
    assert observe(pool, Call(abs, [1, 2, 3], abs, {})) == {
        "effective_backend": "Fake",
        "effective_n_jobs": 1,
        "worker_processes": 1,
        "worker_threads": 3,
        "dask": "2026.1",
    }


def test_the_observed_call_is_checked():
    """A pool that returns other results than the loop is found before the first round."""

    class Forgetful(FakePool):
        def call(self, task, arguments):
            return super().call(task, arguments)[:-1]

    with pytest.raises(WrongResult, match=r"index 1: found no result, expected 2 \(1 results for 2 tasks\)"):
        observe(Forgetful(), Call(abs, [1, 2], abs, {}))


@pytest.mark.parametrize(
    ("case", "backend", "jobs", "expected"),
    [
        (Case("loky", 2, 10), "loky", 2, None),
        (Case("loky", 1, 10), "sequential", 1, "sequential-n1-b10"),
        (Case("loky", -1, 10), "loky", 2, "loky-n2-b10"),
        (Case("loky", 1, 10, "hashing"), "sequential", 1, "hashing-sequential-n1-b10"),
        (Case("loky", 2, 10), None, 2, None),
        (Case("loop", 1, None), "loop", 1, None),
        (Case("loop", 4, None), "sequential", 1, None),
    ],
)
def test_a_case_that_is_really_another_names_it(case, backend, jobs, expected):
    """A case that is itself, a pool whose class has no name, and the loop are no aliases."""
    assert alias(case, Effective("AnyClass", backend, jobs)) == expected


def test_a_histogram_is_in_the_order_of_sizes():
    """Sizes are sorted as numbers, not as text."""
    assert list(histogram([10, 9, 10, 100]).items()) == [("9", 1), ("10", 2), ("100", 1)]


@pytest.mark.parametrize(
    ("batch_size", "rounds", "expected"),
    [
        (10, [{"9": 1}, {"10": 1}], True),
        (10, [{"100": 1}], False),
        (10, [None, {"10": 2}], True),
        (10, [None, {}], None),
        (10, [], None),
        ("auto", [{"10": 1}], None),
        (None, [{"10": 1}], None),
    ],
)
def test_whether_the_asked_batch_size_occurred(batch_size, rounds, expected):
    """It is unknown if the case has no fixed size or no batch is known."""
    assert batch_size_occurred(Case("loky", 2, batch_size), rounds) is expected
