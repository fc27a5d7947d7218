"""Measure what the harness adds to a round: the same call bare and through the suite, in turns.

PAIRS=100 pytest --benchmark-enable --benchmark-quiet -q evidence/harness_cost.py

"suite" is a pool whose batches are observed, called through the target that `Measure` passes to pytest-benchmark's
pedantic and timed by pedantic itself; "bare" is a plain `Parallel` object, timed with perf_counter. Both pools of a
backend are open at once, and a coin decides which goes first. A second figure needs no pairs: the cost of observing a
batch, times the number of batches in the worst case (5,000 batches of 1), divided by the time of that call.
"""

import os
import random
import statistics
import time
from math import sqrt

from joblib import Parallel, delayed

from benchmarks.backends.opening import open_pool
from benchmarks.grid import Case
from benchmarks.measure.call import Call
from benchmarks.measure.round_log import RoundLog
from benchmarks.measure.round_settings import RoundSettings
from benchmarks.measure.rounds import Measure
from benchmarks.workloads.summation import closed_form, lengths, my_task

PAIRS = int(os.environ.get("PAIRS", "100"))
CALL = Call(my_task, lengths(5_000, 500), closed_form, {})


class OneRound:
    """Run pytest-benchmark's own pedantic for one round, and keep its time."""

    enabled = True

    def __init__(self, fixture):
        self.fixture = fixture
        self.extra_info = {}
        self.last_s = 0.0

    def pedantic(self, target, **options):
        """Time one round, and reset the fixture before it: pedantic runs once per test."""
        self.fixture._mode = None
        self.fixture.pedantic(target, **{**options, "rounds": 1, "warmup_rounds": 0})
        self.last_s = self.fixture.stats.stats.data[-1]


def differences(case, call, fixture):
    """Return the relative difference of each pair of rounds, suite against bare."""
    plain = Parallel(backend=case.backend, n_jobs=case.n_jobs, batch_size=case.batch_size)
    pool, once = open_pool(case, {}), OneRound(fixture)
    settings = RoundSettings(rounds=1, warmups=0, timeout_s=3600, engines={}, gate=None, meter=None, sparing=None)
    measure = Measure(once, settings, on_stuck=print)

    def bare():
        began = time.perf_counter()
        plain(delayed(call.task)(argument) for argument in call.arguments)
        return time.perf_counter() - began

    def suite():
        log = RoundLog(case, call, pool, {}, calls=1)
        measure._time(log, lambda: [pool.call(call.task, call.arguments)])
        return once.last_s

    with plain:
        pool.open()
        bare(), suite()
        pairs = [(bare(), suite()) if random.random() < 0.5 else (suite(), bare())[::-1] for _ in range(PAIRS)]
        pool.close()
    pool.discard()
    return [suite_s / bare_s - 1 for bare_s, suite_s in pairs]


def test_cost_of_a_round(benchmark, capsys):
    """Print a line per configuration, from pairs of rounds."""
    for case in (Case("sequential", 1, 1), *(Case(name, 2, 100) for name in ("threading", "multiprocessing", "loky"))):
        relative = differences(case, CALL, benchmark)
        error = statistics.stdev(relative) / sqrt(len(relative))
        with capsys.disabled():
            print(
                f"\n{case.id:<24} median {statistics.median(relative):+.2%}, mean {statistics.fmean(relative):+.2%}"
                f" +- {2 * error:.2%} (2 standard errors), {len(relative)} pairs"
            )


def test_cost_of_observing(benchmark, capsys):
    """Print the cost in the worst case, in which every task is an observed batch."""
    pool = open_pool(Case("threading", 2, 1), {})
    pool.open()
    backend, batches = pool._parallel._backend, 100_000
    observed = benchmark.pedantic(repeat, (backend.batch_completed, batches)) / batches
    plain = repeat(type(backend).batch_completed.__get__(backend), batches) / batches
    began = time.perf_counter()
    pool.call(CALL.task, CALL.arguments)
    call_s = time.perf_counter() - began
    pool.close()
    share = (observed - plain) * len(CALL.arguments) / call_s
    with capsys.disabled():
        print(f"\nobserving a batch costs {(observed - plain) * 1e9:.0f} ns: {share:.3%} of a call of threading-n2-b1")


def repeat(batch_completed, batches):
    """Return the seconds that `batches` calls take."""
    began = time.perf_counter()
    for _ in range(batches):
        batch_completed(1, 1e-3)
    return time.perf_counter() - began
