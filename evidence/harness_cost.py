"""What the harness adds to a round: the same call bare and through the suite's own wrapping, interleaved.

PAIRS=100 pytest --benchmark-enable --benchmark-quiet -q evidence/harness_cost.py

"suite" is a pool whose batches are watched, called through the target that `Measure` hands to pytest-benchmark's
pedantic and timed by pedantic itself; "bare" is a plain `Parallel` object timed by perf_counter. Both pools of a
backend are open at once, a coin decides which goes first. A second figure needs no pairs: what watching a batch costs,
times the batches of the worst case (5,000 batches of 1), over the time of that call.
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
from benchmarks.measure.rounds import Measure, RoundSettings
from benchmarks.workloads.summation import closed_form, lengths, my_task

PAIRS = int(os.environ.get("PAIRS", "100"))
CALL = Call(my_task, lengths(5_000, 500), closed_form, {})


class OneRound:
    """Runs pytest-benchmark's own pedantic for one round, and keeps its time."""

    enabled = True

    def __init__(self, fixture):
        self.fixture = fixture
        self.extra_info = {}
        self.last_s = 0.0

    def pedantic(self, target, **options):
        """One timed round; the fixture is made ready for the next."""
        self.fixture._mode = None
        self.fixture.pedantic(target, **{**options, "rounds": 1, "warmup_rounds": 0})
        self.last_s = self.fixture.stats.stats.data[-1]


def differences(case, call, fixture):
    """Relative difference of each pair of rounds, suite against bare."""
    plain = Parallel(backend=case.backend, n_jobs=case.n_jobs, batch_size=case.batch_size)
    pool, once = open_pool(case, {}), OneRound(fixture)
    settings = RoundSettings(rounds=1, warmups=0, timeout_s=3600, engines={}, gate=None, meter=None)
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
    """A line a configuration, from pairs of rounds."""
    for case in (Case("sequential", 1, 1), *(Case(name, 2, 100) for name in ("threading", "multiprocessing", "loky"))):
        found = differences(case, CALL, benchmark)
        error = statistics.stdev(found) / sqrt(len(found))
        with capsys.disabled():
            print(
                f"\n{case.id:<24} median {statistics.median(found):+.2%}, mean {statistics.fmean(found):+.2%}"
                f" +- {2 * error:.2%} (2 standard errors), {len(found)} pairs"
            )


def test_cost_of_watching(benchmark, capsys):
    """The worst case by counting: one watched batch a task."""
    pool = open_pool(Case("threading", 2, 1), {})
    pool.open()
    backend, batches = pool._parallel._backend, 100_000
    watched = benchmark.pedantic(repeat, (backend.batch_completed, batches)) / batches
    told = repeat(type(backend).batch_completed.__get__(backend), batches) / batches
    began = time.perf_counter()
    pool.call(CALL.task, CALL.arguments)
    call_s = time.perf_counter() - began
    pool.close()
    share = (watched - told) * len(CALL.arguments) / call_s
    with capsys.disabled():
        print(f"\nwatching a batch costs {(watched - told) * 1e9:.0f} ns: {share:.3%} of a call of threading-n2-b1")


def repeat(batch_completed, batches):
    """Seconds of as many calls as `batches`."""
    began = time.perf_counter()
    for _ in range(batches):
        batch_completed(1, 1e-3)
    return time.perf_counter() - began
