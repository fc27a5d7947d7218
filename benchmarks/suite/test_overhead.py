"""Micro-cases: each isolates one part of joblib's overhead."""

import contextlib
import io
import random
from dataclasses import replace

import pytest

from benchmarks.cores import usable_cores
from benchmarks.grid import Case, backend_of
from benchmarks.measure.call import Call
from benchmarks.session.state import suite_session
from benchmarks.workloads.micro import nap, nothing

pytestmark = pytest.mark.benchmark(group="overhead")

ORDER_SEED = 0

# Marks a case that times almost the same as another one, for comparison with it. The gate leaves such cases out.
double = pytest.mark.double


def same(value):
    """Return the expected result of a task that returns its argument."""
    return value


def pytest_generate_tests(metafunc):
    """Make one test per backend asked for; the parameter `workers` has the backends with workers only."""
    backends = suite_session(metafunc.config).settings.backends
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", backends)
    if "workers" in metafunc.fixturenames:
        metafunc.parametrize("workers", [name for name in backends if backend_of(name).workers])


def test_no_op(measure, sized, backend):
    """Time 5,000 tasks that do nothing, in batches of 100, or of 1 if there are no workers: the cost of a task."""
    tasks, batch_size = sized(5_000), 100 if backend_of(backend).workers else 1
    measure.warm_call(Case(backend, jobs(backend), batch_size), Call(nothing, range(tasks), same, {"tasks": tasks}))


def test_two_tasks(measure, sized, backend):
    """Time two tasks that sleep for 1 ms: the cost of a call."""
    calls = sized(1)
    extra_info = {"tasks": 2} if calls == 1 else {"tasks": 2, "calls": calls}
    measure.warm_calls(Case(backend, jobs(backend), 1), Call(nap, [1.0, 1.0], same, extra_info), calls)


@double
def test_many_calls(measure, sized, backend):
    """Time twenty short calls in one block as one round."""
    calls = sized(20)
    call = Call(nothing, range(4), same, {"tasks": 4, "calls": calls})
    measure.warm_calls(Case(backend, jobs(backend), 1), call, calls)


def test_more_jobs_than_cores(measure, sized, workers):
    """Time tasks that sleep for 5 ms, with twice as many workers as cores."""
    naps = [5.0] * sized(64)
    measure.warm_call(Case(workers, 2 * usable_cores(), 1), Call(nap, naps, same, {"tasks": len(naps)}))


@pytest.mark.parametrize("verbose", [pytest.param(0, marks=double), 10])
def test_verbose(measure, sized, backend, verbose):
    """Time 2,000 tasks that do nothing, with and without joblib's progress messages, which are written to memory."""
    tasks = sized(2_000)
    call = Call(nothing, range(tasks), same, {"tasks": tasks})
    with contextlib.redirect_stderr(io.StringIO()):
        measure.warm_call(Case(backend, jobs(backend), 10), call, verbose=verbose)


@double
@pytest.mark.parametrize(("prefer", "stands_for"), [("processes", "loky"), ("threads", "threading")])
def test_prefer(measure, sized, prefer, stands_for):
    """Time 1,000 tasks that do nothing, with the soft hint `prefer` in place of a backend's name."""
    tasks = sized(1_000)
    call = Call(nothing, range(tasks), same, {"tasks": tasks})
    measure.warm_call(Case(stands_for, 2, 100), call, backend=None, prefer=prefer)


@pytest.mark.parametrize("pre_dispatch", [pytest.param("2 * n_jobs", marks=double), "all"], ids=["default", "all"])
def test_pre_dispatch(measure, call, workload, workers, pre_dispatch):
    """Time the grid's call in batches of 1000; the default breaks up the first ones, 'all' does not (joblib#373)."""
    measure.warm_call(Case(workers, 4, 1000, workload), call, pre_dispatch=pre_dispatch)


@pytest.mark.parametrize("order", [pytest.param("rising", marks=double), "shuffled"])
def test_order(measure, call, workload, workers, order):
    """Time the grid's call in batches of 1000, in its own order (the summation's longest tasks last) or shuffled."""
    arguments = list(call.arguments)
    if order == "shuffled":
        random.Random(ORDER_SEED).shuffle(arguments)
    extra_info = {**call.extra_info, "order_seed": ORDER_SEED}
    measure.warm_call(Case(workers, 2, 1000, workload), replace(call, arguments=arguments, extra_info=extra_info))


def jobs(backend):
    """Return 2 for a backend with workers, 1 for any other."""
    return 2 if backend_of(backend).workers else 1
