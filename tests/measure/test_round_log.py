"""What the run file says about each round beside its time."""

import pytest

from benchmarks.grid import Case
from benchmarks.measure.call import Call, WrongResult
from benchmarks.measure.round_log import RoundLog
from tests.measure.fakes import FakeClock, FakePool

CASE = Case("loky", 2, 2)
WARM = {"phase": "warm call", "worker_processes": 2}


def round_log(pool, calls=1, **extra_info):
    """Return the log of a case with two tasks that return their arguments."""
    call = Call(abs, [1, 2], lambda number: number, {})
    return RoundLog(CASE, call, pool, {**WARM, **extra_info}, calls)


def test_each_rounds_batches_are_counted_by_size():
    """Sizes are text, smallest first, as in JSON."""
    pool = FakePool(batches=[2, 1, 2])
    log = round_log(pool)
    log.add_round()
    pool.batches = [1]
    log.add_round()
    extra_info = log.extra_info(warmups=0)
    assert extra_info["batches"] == [{"1": 1, "2": 2}, {"1": 1}]
    assert extra_info["batch_size_occurred"] is True


def test_a_pool_without_batches_says_none():
    """It is then unknown whether the asked size occurred."""
    log = round_log(FakePool())
    log.add_round()
    extra_info = log.extra_info(warmups=0)
    assert extra_info["batches"] == [None]
    assert extra_info["batch_size_occurred"] is None


def test_warm_ups_are_left_out():
    """The asked size that occurred in a warm-up alone did not occur in a timed round."""
    pool = FakePool(batches=[2])
    log = round_log(pool)
    log.add_round()
    pool.batches = [1]
    log.add_round()
    extra_info = log.extra_info(warmups=1)
    assert extra_info["batches"] == [{"1": 1}]
    assert extra_info["batch_size_occurred"] is False


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [((False, False), "reused"), ((True, True), "new"), ((False, True), "mixed"), ((True, False), "mixed")],
)
def test_executors_are_told_apart_from_round_to_round(replaced, expected):
    """An executor is reused if it is the same object as in the round before."""
    pool = FakePool()
    pool.open()
    log = round_log(pool)
    for new in replaced:
        if new:
            pool.discard()
        log.add_round()
    assert log.extra_info(warmups=0)["executor"] == expected


def test_a_pool_without_workers_has_no_executor():
    """The run file says None."""
    log = round_log(FakePool())
    log.add_round()
    assert log.extra_info(warmups=0)["executor"] is None


def test_times_until_the_last_batch_are_kept_where_every_round_has_one():
    """The list is left out if one round has no such time."""
    pool = FakePool()
    log = round_log(pool)
    pool._completed_s = 0.5
    log.add_round()
    assert log.extra_info(warmups=0)["completed_s"] == [0.5]
    pool._completed_s = None
    log.add_round()
    assert "completed_s" not in log.extra_info(warmups=0)


def test_a_round_of_several_calls_has_no_time_until_its_last_batch():
    """The pool knows the last batch of its last call only."""
    pool = FakePool()
    pool._completed_s = 0.5
    log = round_log(pool, calls=2)
    log.add_round()
    assert "completed_s" not in log.extra_info(warmups=0)


def test_every_call_of_a_round_is_checked():
    """The message names the case and the round, and the results are dropped all the same."""
    log = round_log(FakePool(), calls=2)
    log.results = [[1, 2], [1, 2]]
    log.add_round()
    log.results = [[1, 2], [1, 3]]
    with pytest.raises(WrongResult, match=r"^loky-n2-b2: .*, call 2 of the rounds: index 1: found 3, expected 2$"):
        log.add_round()
    assert log.results == []


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
    """Threads, workers that have not started yet, and engines don't get their tasks through pipes."""
    pool = FakePool(clock=FakeClock(), owns_clock=owns_clock)
    assert round_log(pool, phase=phase, worker_processes=processes).uses_pipes is expected
