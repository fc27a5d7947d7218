"""What the run file says of each round beside its time."""

import pytest

from benchmarks.grid import Case
from benchmarks.measure.call import Call, WrongResult
from benchmarks.measure.notes import Notes
from tests.measure.fakes import FakeClock, FakePool

CASE = Case("loky", 2, 2)
WARM = {"phase": "warm call", "worker_processes": 2}


def notes(pool, calls=1, **extra_info):
    """Return the notes of a case with two tasks that return their arguments."""
    call = Call(abs, [1, 2], lambda number: number, {})
    return Notes(CASE, call, pool, {**WARM, **extra_info}, calls)


def test_each_rounds_batches_are_counted_by_size():
    """Sizes are text, smallest first, as in JSON."""
    pool = FakePool(batches=[2, 1, 2])
    kept = notes(pool)
    kept.take()
    pool.batches = [1]
    kept.take()
    extra_info = kept.extra_info(warmups=0)
    assert extra_info["batches"] == [{"1": 1, "2": 2}, {"1": 1}]
    assert extra_info["batch_size_occurred"] is True


def test_a_pool_without_batches_says_none():
    """Whether the asked size occurred is then unknown."""
    kept = notes(FakePool())
    kept.take()
    extra_info = kept.extra_info(warmups=0)
    assert extra_info["batches"] == [None]
    assert extra_info["batch_size_occurred"] is None


def test_warm_ups_are_left_out():
    """The asked size that occurred in a warm-up alone did not occur in a timed round."""
    pool = FakePool(batches=[2])
    kept = notes(pool)
    kept.take()
    pool.batches = [1]
    kept.take()
    extra_info = kept.extra_info(warmups=1)
    assert extra_info["batches"] == [{"1": 1}]
    assert extra_info["batch_size_occurred"] is False


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [((False, False), "reused"), ((True, True), "new"), ((False, True), "mixed"), ((True, False), "mixed")],
)
def test_executors_are_told_apart_from_round_to_round(replaced, expected):
    """An executor is reused where it is the very object of the round before."""
    pool = FakePool()
    pool.open()
    kept = notes(pool)
    for new in replaced:
        if new:
            pool.discard()
        kept.take()
    assert kept.extra_info(warmups=0)["executor"] == expected


def test_a_pool_without_workers_has_no_executor():
    """None stands in the run file."""
    kept = notes(FakePool())
    kept.take()
    assert kept.extra_info(warmups=0)["executor"] is None


def test_times_until_the_last_batch_are_kept_where_every_round_has_one():
    """One round without it leaves the whole list out."""
    pool = FakePool()
    kept = notes(pool)
    pool._completed_s = 0.5
    kept.take()
    assert kept.extra_info(warmups=0)["completed_s"] == [0.5]
    pool._completed_s = None
    kept.take()
    assert "completed_s" not in kept.extra_info(warmups=0)


def test_a_round_of_several_calls_has_no_time_until_its_last_batch():
    """The pool knows that of its last call only."""
    pool = FakePool()
    pool._completed_s = 0.5
    kept = notes(pool, calls=2)
    kept.take()
    assert "completed_s" not in kept.extra_info(warmups=0)


def test_every_call_of_a_round_is_checked():
    """The message names the case and the round; the results are let go of all the same."""
    kept = notes(FakePool(), calls=2)
    kept.results = [[1, 2], [1, 2]]
    kept.take()
    kept.results = [[1, 2], [1, 3]]
    with pytest.raises(WrongResult, match=r"^loky-n2-b2: .*, call 2 of the rounds: index 1: found 3, expected 2$"):
        kept.take()
    assert kept.results == []


@pytest.mark.parametrize(
    ("phase", "processes", "owns_clock", "expected"),
    [
        ("warm call", 2, False, True),
        ("3 warm calls", 2, False, True),
        ("cold start", 2, False, False),
        ("whole block", 2, False, False),
        ("warm call", 0, False, False),
        ("warm call", 2, True, False),
    ],
)
def test_pipes_are_counted_for_warm_processes_of_this_one_only(phase, processes, owns_clock, expected):
    """Neither threads, nor workers that are yet to start, nor engines get their tasks through pipes."""
    pool = FakePool(clock=FakeClock(), owns_clock=owns_clock)
    assert notes(pool, phase=phase, worker_processes=processes).pipes is expected
