"""The fixtures of the suite's cases: what measures them, and which call is measured."""

import functools
import time

import pytest

from benchmarks.measure.call import Call
from benchmarks.session.costs import time_budget
from benchmarks.session.state import suite_session
from benchmarks.workloads.micro import nothing

A_HUNDRED_NOTHINGS = Call(nothing, range(100), expected=lambda value: value, extra_info={"tasks": 100})


@pytest.fixture(scope="session")
def began_s():
    """Return when the first case began, in seconds of the monotonic clock."""
    return time.monotonic()


@pytest.fixture(scope="session")
def shares(request):
    """Return the shares of the session's cases in the time that it may take."""
    from benchmarks.measure.round_count import Shares

    tasks_asked = request.config.getoption("tasks") is not None
    return Shares(*time_budget(suite_session(request.config), request.session.items, tasks_asked))


@pytest.fixture(scope="session")
def harness_frozen(request):
    """Keep what the harness and joblib have allocated so far out of collections, if the session takes turns."""
    from benchmarks.measure import rounds  # noqa: F401 - imports joblib

    suite_session(request.config).plan.freeze_harness()


@pytest.fixture
def measure(request, benchmark, began_s, shares, harness_frozen):
    """Return what times the calls of a case; see `benchmarks.measure.rounds.Measure`."""
    from benchmarks.measure.round_settings import RoundSettings
    from benchmarks.measure.rounds import Measure

    session, nodeid = suite_session(request.config), request.node.nodeid
    settings, ledger = session.settings, session.ledger

    def on_stuck(threads):
        ledger.stuck = f"{request.node.name} left threads behind that can't be ended: {', '.join(threads)}"

    measure = Measure(
        benchmark,
        RoundSettings(
            rounds=settings.rounds,
            warmups=settings.warmups,
            timeout_s=settings.case_timeout_s,
            engines=session.engines,
            gate=gate_mode(session, nodeid),
            meter=session.meter,
            sparing=sparing(request, began_s, shares),
            counter=session.counter,
            profiler=session.profiler,
        ),
        on_stuck,
    )
    yield measure
    # pytest-benchmark would warn that a case which failed before its rounds has not used the fixture.
    benchmark.skipped = benchmark.skipped or nodeid in ledger.failed
    ledger.time(nodeid, benchmark.stats and benchmark.stats.stats.data, measure.untimed_s)


def gate_mode(session, nodeid):
    """Return how a gate measures a case, None outside of a gate."""
    from benchmarks.measure.round_settings import GateMode

    plan = session.plan
    if session.settings.profile != "gate":
        return None
    return GateMode(
        wait_for_turn=plan.rounds(nodeid) if plan.turns else None,
        measured_before=bool(plan.cases),
        keep_executor=bool(plan.cases) and plan.cases[nodeid].keep,
    )


def sparing(request, began_s, shares):
    """Return what decides how many rounds the case of a request gets, None if it gets all of them."""
    from benchmarks.measure.round_count import Sparing, Within

    session, items = suite_session(request.config), request.session.items
    passed_s = time.monotonic() - began_s
    if session.settings.within_s is not None:
        return Within(session.settings.within_s - passed_s, len(items) - items.index(request.node))
    if not session.settings.sparing:
        return None
    return Sparing(session.ledger.case_ids(), shares.take_s(request.node.nodeid, passed_s))


@pytest.fixture
def scale(request):
    """Return the factor of the case's size. A plan has one for each case; otherwise it is 1."""
    planned = suite_session(request.config).plan.cases.get(request.node.nodeid)
    return planned.scale if planned else 1.0


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc):
    """Put the workload's name into the ids of the cases that measure it."""
    workload = suite_session(metafunc.config).workload
    if workload and "workload" in metafunc.fixturenames:
        metafunc.parametrize("workload", [workload.name])


@pytest.fixture
def workload():
    """Return None for the summation; `pytest_generate_tests` replaces it by the name of another workload."""
    return


@pytest.fixture
def inner_threads():
    """Return None: the number of threads in each worker is a parameter only with `--inner-threads`."""
    return


@pytest.fixture
def call(request, workload, scale):
    """Return one call of the session's size.

    A scale above 1 makes the tasks of the summation longer, one below 1 makes them fewer.
    """
    if workload:
        return suite_session(request.config).workload.call(scale)
    settings = suite_session(request.config).settings
    tasks = max(1, round(settings.tasks * min(scale, 1.0)))
    return make_summation(tasks, max(1, round(settings.longest * max(scale, 1.0))))


@pytest.fixture
def few_tasks(request, workload):
    """Return a call too small to hide the cost of starting a pool."""
    return suite_session(request.config).workload.few() if workload else A_HUNDRED_NOTHINGS


@pytest.fixture(scope="session")
def notebook(request):
    """Return the notebook's call."""
    settings = suite_session(request.config).settings
    return make_summation(settings.tasks, settings.longest)


@pytest.fixture(scope="session")
def first_tasks(request):
    """Return a call of the first hundred tasks of the summation, to observe what runs without waiting for all tasks."""
    settings = suite_session(request.config).settings
    few = min(100, settings.tasks)
    return make_summation(few, max(1, settings.longest * few // settings.tasks))


@functools.cache
def make_summation(tasks, longest):
    """Return a call of the summation with `tasks` tasks of up to `longest` additions."""
    from benchmarks.workloads.summation import closed_form, lengths, my_task

    return Call(my_task, lengths(tasks, longest), closed_form, {"tasks": tasks, "longest": longest})


@pytest.fixture
def sized(request, scale):
    """Return a function that scales a micro-case's number of tasks or calls; few if nothing is measured."""
    settings = suite_session(request.config).settings
    most = None if settings.measuring else settings.tasks
    return lambda count: max(1, min(round(count * scale), most or 10_000_000))
