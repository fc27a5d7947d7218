"""Rounds: what is timed in each phase, what is not, and how a case ends."""

import sys
from dataclasses import replace

import pytest

from benchmarks.backends.protocol import Effective
from benchmarks.grid import Case
from benchmarks.measure.call import Call, TaskFailed, WrongResult
from benchmarks.measure.round_settings import GateMode, RoundSettings
from benchmarks.measure.rounds import Measure
from tests.measure.fakes import FakeBenchmark, FakeClock, FakeMeter, FakePool

# Dask's pools come from the factory's `engines`, so a fake one needs no patching.
CASE = Case("dask", 2, 10)


def double(number):
    """Return twice the number."""
    return 2 * number


def doubled():
    """Return a call of three tasks."""
    return Call(double, [1, 2, 3], lambda number: number + number, {"tasks": 3})


class Stand:
    """A `Measure` with a fake pool, a fake clock and a fake benchmark fixture."""

    def __init__(self, rounds=2, warmups=0, enabled=True, gate=None, meter=None, sparing=None, **pool_options):
        self.clock = FakeClock()
        self.benchmark = FakeBenchmark(enabled=enabled)
        self.pool = FakePool(clock=self.clock, **pool_options)
        self.options = []
        self.stuck = []
        settings = RoundSettings(rounds, warmups, 60.0, {"dask": self.make_pool}, gate, meter, sparing)
        self.measure = Measure(self.benchmark, settings, self.stuck.append)

    def make_pool(self, options):
        """Return the pool and remember the options of `joblib.Parallel`."""
        self.options.append(options)
        return self.pool

    @property
    def extra_info(self):
        """The extra_info of the case in the run file."""
        return self.benchmark.extra_info


def test_a_warm_call_times_the_call_alone():
    """Opening, the untimed call and closing are outside the timer."""
    stand = Stand(rounds=3)
    stand.measure.warm_call(CASE, doubled())
    assert stand.benchmark.times_s == [0.25, 0.25, 0.25]
    assert stand.pool.log == ["release", "open", "call", "call", "call", "call", "close", "release"]
    assert stand.extra_info["phase"] == "warm call"


@pytest.mark.parametrize(("awake", "calls"), [(False, 3), (True, 2)])
def test_workers_that_served_the_case_before_are_not_woken(awake, calls):
    """Waking is a call of its own, before the observed one and the timed one."""
    stand = Stand(rounds=1, effective=Effective("FakePool", None, 2), workers=((1, 1), (2, 1)))
    stand.pool.awake = lambda: awake
    stand.measure.warm_call(CASE, doubled())
    assert stand.pool.calls == calls


def test_warm_calls_are_one_round():
    """Five successive calls are timed together."""
    stand = Stand(rounds=2)
    stand.measure.warm_calls(CASE, doubled(), 5)
    assert stand.benchmark.times_s == [1.25, 1.25]
    assert stand.extra_info["phase"] == "5 warm calls"


def test_a_cold_start_times_opening_and_the_first_call():
    """Whatever could be warm is discarded before every round, and closing is not timed."""
    stand = Stand(rounds=2)
    stand.measure.cold_start(CASE, doubled())
    assert stand.benchmark.times_s == [1.25, 1.25]
    assert stand.pool.log[4:-1] == ["discard", "open", "call", "close"] * 2
    assert stand.extra_info["executor"] == "new"


def test_a_whole_block_times_closing_as_well():
    """The executor is noted before the block is left, when it is gone."""
    stand = Stand(rounds=2)
    stand.measure.whole_block(CASE, doubled())
    assert stand.benchmark.times_s == [1.75, 1.75]
    assert stand.extra_info["executor"] == "new"


def test_another_call_can_stand_in_for_the_untimed_one():
    """The observed call of a whole block may have fewer tasks than the timed ones."""
    calls = []

    def task(number):
        calls.append(number)
        return number

    stand = Stand(rounds=1)
    few, many = Call(task, [1], task, {}), Call(task, [7, 8, 9], task, {}, by_formula=True)
    stand.measure.whole_block(CASE, many, observed=few)
    # The plain loop of `many`; then the observed call, checked by two loops of `few`; then the round.
    assert calls == [7, 8, 9, 1, 1, 1, 7, 8, 9]


def test_warm_ups_are_neither_timed_nor_in_the_lists_of_rounds():
    """Warm-ups are made and checked all the same."""
    stand = Stand(rounds=2, warmups=3, batches=[3])
    stand.measure.warm_call(CASE, doubled())
    assert len(stand.benchmark.times_s) == 2
    assert stand.extra_info["batches"] == [{"3": 1}, {"3": 1}]
    assert stand.pool.calls == 1 + 3 + 2


def test_options_of_parallel_reach_the_pool():
    """They are added to the case's own options."""
    stand = Stand()
    stand.measure.warm_call(CASE, doubled(), verbose=10)
    assert stand.options == [{"n_jobs": 2, "batch_size": 10, "verbose": 10}]


def test_the_loop_is_timed_before_and_after_the_case():
    """Both times go to the run file as seconds."""
    stand = Stand()
    stand.measure.warm_call(CASE, doubled(), beside_loop=True)
    before_s, after_s = stand.extra_info["loop_s"]
    assert before_s > 0
    assert after_s > 0


@pytest.mark.parametrize(
    "options", [{"enabled": False}, {"gate": GateMode(None, measured_before=False, keep_executor=False)}]
)
def test_the_loop_is_not_timed_where_no_speed_up_is_asked_for(options):
    """Neither a gate nor a session without measurements needs it."""
    stand = Stand(**options)
    stand.measure.warm_call(CASE, doubled(), beside_loop=True)
    assert "loop_s" not in stand.extra_info


@pytest.mark.parametrize(
    ("corrupt_call", "message"),
    [
        (2, r"dask-n2-b10: backend=dask, n_jobs=2, batch_size=10, call 1 of the rounds: index 0: found 'corrupt'"),
        (4, r"call 3 of the rounds: index 0: found 'corrupt', expected 2$"),
    ],
)
def test_a_wrong_result_fails_the_case_and_names_the_round(corrupt_call, message):
    """The pool is killed, not released, and nothing goes to the run file."""
    stand = Stand(rounds=3)
    stand.pool.corrupt_call = corrupt_call
    with pytest.raises(WrongResult, match=message):
        stand.measure.warm_call(CASE, doubled())
    assert stand.pool.log[-1] == "kill"
    assert stand.extra_info == {}


def test_results_are_checked_where_nothing_is_measured():
    """pytest-benchmark then makes one call and leaves out the teardown that checks."""
    stand = Stand(enabled=False)
    stand.pool.corrupt_call = 2
    with pytest.raises(WrongResult, match="call 1 of the rounds"):
        stand.measure.warm_call(CASE, doubled())


def test_a_task_that_fails_in_the_plain_loop_never_reaches_the_pool():
    """The pool is not opened, so the failure can't be blamed on it."""

    def task(number):
        raise ValueError("three")

    stand = Stand()
    with pytest.raises(TaskFailed, match="in the plain loop"):
        stand.measure.warm_call(CASE, Call(task, [3], task, {}))
    assert stand.pool.log == ["release", "kill"]


def test_a_gate_waits_for_its_turn_before_each_round():
    """The turn comes before the round is prepared."""
    log = []
    gate = GateMode(lambda: log.append("turn"), measured_before=False, keep_executor=False)
    Stand(rounds=2, gate=gate, log=log).measure.cold_start(CASE, doubled())
    assert log[3:-1] == ["turn", "discard", "open", "call", "close"] * 2


@pytest.mark.parametrize("keep", [True, False])
def test_a_gate_leaves_the_executor_only_to_a_case_that_uses_it(keep):
    """A gate never releases the pool before a case, and afterwards only if `keep_executor` is false."""
    stand = Stand(rounds=1, gate=GateMode(None, measured_before=False, keep_executor=keep))
    stand.measure.warm_call(CASE, doubled())
    assert stand.pool.log.count("release") == (0 if keep else 1)


def test_a_case_that_was_measured_before_is_not_confirmed_again():
    """Its expected results come from the formula, and the untimed call has a tenth of the arguments."""
    calls = []

    def task(number):
        calls.append(number)
        return number

    stand = Stand(rounds=1, gate=GateMode(None, measured_before=True, keep_executor=True))
    stand.measure.warm_call(CASE, Call(task, list(range(20)), lambda number: number, {}))
    assert calls == [0, 10, *range(20)]


def test_the_meter_gets_one_more_round_that_is_not_timed():
    """The meter's answer goes to the run file, and its round is not among the timed ones."""
    meter = FakeMeter({"cpu_s": 1.5})
    stand = Stand(rounds=2, meter=meter)
    stand.measure.warm_call(CASE, doubled())
    assert stand.extra_info["resources"] == {"cpu_s": 1.5}
    assert len(stand.benchmark.times_s) == 2
    assert len(stand.extra_info["batches"]) == 2
    assert stand.pool.calls == 1 + 2 + 1


def test_the_meters_round_is_checked():
    """A wrong result of the untimed round fails the case as well."""
    stand = Stand(rounds=1, meter=FakeMeter({}))
    stand.pool.corrupt_call = 3
    with pytest.raises(WrongResult, match="call 2 of the rounds"):
        stand.measure.warm_call(CASE, doubled())


@pytest.fixture
def usual_limit():
    """Python's recursion limit, which is set back after the test."""
    limit = sys.getrecursionlimit()
    yield limit
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("fails", [False, True])
def test_a_lowered_recursion_limit_ends_with_its_case(usual_limit, fails):
    """The next case has the usual one; a case that has too little room fails, and the message names the task."""
    stand = Stand()

    def lowering(number):
        sys.setrecursionlimit(usual_limit - 100)
        if fails:
            raise RecursionError
        return 2 * number

    call = replace(doubled(), task=lowering, by_formula=True)
    if fails:
        with pytest.raises(TaskFailed, match=f"lowers Python's recursion limit from {usual_limit} to"):
            stand.measure.warm_call(CASE, call)
    else:
        stand.measure.warm_call(CASE, call)
    assert sys.getrecursionlimit() == usual_limit
