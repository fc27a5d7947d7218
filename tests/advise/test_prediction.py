"""Predictions agree with sums made by hand."""

import math
from dataclasses import replace

import pytest

from benchmarks.advise.costs import quantiles
from benchmarks.advise.prediction import batched_work, predict, predict_loop
from benchmarks.advise.task_profile import TaskProfile, lengths_s
from tests.advise.costs import COSTS

THREADS, LOKY, LOKY_4 = COSTS.pools

# 1000 tasks of 1 ms: at two jobs, in batches of 100, these are 4 single ones and 4 of 100, the rest is cut into 29s.
EVEN = TaskProfile(task_s=1e-3, tasks=1_000)


def predicted(pool, profile, size=100, warm=True):
    """Predict one configuration."""
    return predict(COSTS, pool, profile, size, warm)


def test_a_call_by_hand():
    """1 s of work shared by two, 1 us per task and 0.2 ms per batch are rounded up to the next poll."""
    one = predicted(LOKY, EVEN)
    batches = batched_work(EVEN, LOKY, 2, 100, True).batches
    assert one.parts.work == pytest.approx(0.5)
    assert one.parts.tasks == pytest.approx(1e-3)
    assert one.parts.batches == pytest.approx(batches * 2e-4)
    assert one.parts.start == one.parts.payload == 0.0
    exact = 0.5 + 1e-3 + batches * 2e-4 + one.parts.imbalance
    assert one.time_s == pytest.approx(math.ceil(exact / 0.01) * 0.01)
    assert one.time_s == pytest.approx(exact + one.parts.poll)
    assert one.lo_s < one.time_s < one.hi_s


def test_a_cold_block_pays_for_its_start():
    """The start is added, and joblib polls from then on."""
    warm, cold = predicted(LOKY, EVEN), predicted(LOKY, EVEN, warm=False)
    assert cold.time_s - warm.time_s == pytest.approx(0.1, abs=1e-9)


def test_threads_take_turns_with_what_holds_the_gil():
    """Threads that hold the GIL have no imbalance and no gain; a half that releases it counts half."""
    held, half, released = (
        predicted(THREADS, TaskProfile(1e-2, 3, releases_gil=share), size=1) for share in (0.0, 0.5, 1.0)
    )
    assert held.parts.work == pytest.approx(0.033)
    assert held.parts.imbalance == 0.0
    assert released.parts.work == pytest.approx(0.015)
    assert released.parts.imbalance == pytest.approx(0.005)  # one of them does two
    assert half.parts.work == pytest.approx((0.033 + 0.015) / 2)


def test_who_waits_needs_no_core():
    """Four workers wait four times as fast, and threads do so too for the share that waits."""
    waiting = TaskProfile(1e-2, 100, waits=1.0)
    assert predicted(LOKY_4, waiting, size=1).parts.work == pytest.approx(0.25)
    assert predicted(THREADS, waiting, size=1).parts.work == pytest.approx(0.5)
    assert predicted(THREADS, TaskProfile(1e-2, 100, waits=0.5)).parts.work == pytest.approx(0.5 * 0.5 + 0.5 * 1.1)


def test_payload_costs_processes_only():
    """Payloads cost time per byte in processes, and nothing in threads."""
    sent = TaskProfile(1e-3, 1_000, payload_bytes=1e6)
    assert predicted(LOKY, sent).parts.payload == pytest.approx(1.0)
    assert predicted(THREADS, sent).parts.payload == 0.0


def test_results_cost_what_arguments_cost():
    """A MB that each task returns takes as long as one that is sent to it, and nothing in threads."""
    returned = TaskProfile(1e-3, 1_000, result_bytes=1e6)
    assert predicted(LOKY, returned).parts.results == pytest.approx(1.0)
    assert predicted(LOKY, returned).parts.payload == predicted(THREADS, returned).parts.results == 0.0


def test_a_shared_object_is_sent_once_per_batch():
    """pickle writes an object once per batch; joblib maps a large array, so that it is written once in all."""
    shared = TaskProfile(1e-3, 1_000, shared_bytes=1e6, shared_pickling_s=1e-3)
    batches = batched_work(shared, LOKY, 2, 100, True).batches
    assert predicted(LOKY, shared).parts.payload == pytest.approx(batches * 2e-3)
    assert predicted(LOKY, replace(shared, mapped=True)).parts.payload == pytest.approx(2e-3)


def test_pickling_takes_its_own_time():
    """What pickling takes beyond copying the bytes is added for each task."""
    assert predicted(LOKY, TaskProfile(1e-3, 1_000, pickling_s=1e-3)).parts.payload == pytest.approx(1.0)


def test_workers_import_the_module_as_a_part_of_their_start():
    """Two workers on two cores import at the same time, four in turns; forked ones and threads never do."""
    heavy = TaskProfile(1e-3, 1_000, import_s=0.5)
    two, four = (predicted(pool, heavy, warm=False).parts.start for pool in (LOKY, LOKY_4))
    assert two == pytest.approx(0.1 + 0.5)
    assert four == pytest.approx(0.2 + 1.0)
    assert predicted(LOKY, heavy).parts.start == 0.0
    assert predicted(THREADS, heavy, warm=False).parts.start == pytest.approx(0.001)
    forked = replace(heavy, importing=())
    assert predicted(LOKY, forked, warm=False).parts.start == pytest.approx(0.1)


def test_small_batches_cost_less_than_loaded_ones():
    """The cost of a batch with 50 us of work is a tenth of the way from that of an empty to a loaded batch."""
    short = TaskProfile(5e-5, 1_000)
    parts = predicted(LOKY, short, size=1).parts
    assert parts.batches == pytest.approx(1_000 * (0.9 * 1e-4 + 0.1 * 2e-4))


def test_uneven_tasks_wait_for_the_busiest():
    """The imbalance grows with the ratio of the longest to the shortest task."""
    waits = [predicted(LOKY, TaskProfile(1e-2, 40, uneven=uneven), size=10).parts.imbalance for uneven in (1, 10, 100)]
    assert waits[0] < waits[1] < waits[2]


def test_measured_lengths_take_the_place_of_a_guess():
    """If the last task takes as long as all others together, nothing balances it."""
    known = TaskProfile(0.02, 100, lengths=(1.0,) * 99 + (99.0,))
    one = predicted(LOKY, known, size=1)
    assert one.parts.work + one.parts.imbalance == pytest.approx(1.5, rel=0.02)


def test_the_loop_is_its_work():
    """The plain loop takes its work, with the machine's noise as interval."""
    loop = predict_loop(COSTS, EVEN)
    assert loop.time_s == 1.0
    assert loop.hi_s == pytest.approx(math.exp(1.645 * 0.05))


def test_lengths_have_the_mean_and_the_ratio_that_were_asked_for():
    """Lengths have the requested mean and ratio, and another order with another seed."""
    lengths = lengths_s(1e-3, 500, 10.0, seed=1)
    assert sum(lengths) / 500 == pytest.approx(1e-3)
    assert max(lengths) / min(lengths) == pytest.approx(10.0)
    assert lengths != lengths_s(1e-3, 500, 10.0, seed=2)
    assert lengths_s(1e-3, 1, 10.0, seed=1) == [1e-3]


def test_quantiles():
    """The quantiles of 0 to 100 are 5 and 95."""
    assert quantiles([float(value) for value in range(100, -1, -1)]) == (5.0, 95.0)
