"""Micro-cases: each isolates one part of what joblib adds to the work."""

import contextlib
import io
import random
from dataclasses import replace

import pytest

from benchmarks.grid import Case, backend_of
from benchmarks.machine import usable_cores
from benchmarks.measure.call import Call
from benchmarks.session.state import suite_session
from benchmarks.workloads.micro import nap, nothing

pytestmark = pytest.mark.benchmark(group="overhead")

ORDER_SEED = 0

# What another case times as well, to set something beside it; the gate leaves it out.
double = pytest.mark.double


def same(value):
    """What a task must return that returns its argument."""
    return value


def pytest_generate_tests(metafunc):
    """Every backend asked for; `workers` instead of `backend` leaves the sequential one out."""
    backends = suite_session(metafunc.config).settings.backends
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", backends)
    if "workers" in metafunc.fixturenames:
        metafunc.parametrize("workers", [name for name in backends if backend_of(name).workers])


def test_no_op(measure, sized, backend):
    """Cost of a task: 5,000 that do nothing, in batches of 100; one by one where batches spare nothing."""
    tasks, batch_size = sized(5_000), 100 if backend_of(backend).workers else 1
    measure.warm_call(Case(backend, jobs(backend), batch_size), Call(nothing, range(tasks), same, {"tasks": tasks}))


def test_two_tasks(measure, sized, backend):
    """Cost of a call: two tasks that sleep 1 ms."""
    calls = sized(1)
    extra_info = {"tasks": 2} if calls == 1 else {"tasks": 2, "calls": calls}
    measure.warm_calls(Case(backend, jobs(backend), 1), Call(nap, [1.0, 1.0], same, extra_info), calls)


@double
def test_many_calls(measure, sized, backend):
    """Twenty short calls in one block, as one round."""
    calls = sized(20)
    call = Call(nothing, range(4), same, {"tasks": 4, "calls": calls})
    measure.warm_calls(Case(backend, jobs(backend), 1), call, calls)


def test_more_jobs_than_cores(measure, sized, workers):
    """Tasks that sleep 5 ms, twice as many workers as cores."""
    naps = [5.0] * sized(64)
    measure.warm_call(Case(workers, 2 * usable_cores(), 1), Call(nap, naps, same, {"tasks": len(naps)}))


@pytest.mark.parametrize("verbose", [pytest.param(0, marks=double), 10])
def test_verbose(measure, sized, backend, verbose):
    """2,000 tasks that do nothing, with joblib's progress messages (written to memory) and without."""
    tasks = sized(2_000)
    call = Call(nothing, range(tasks), same, {"tasks": tasks})
    with contextlib.redirect_stderr(io.StringIO()):
        measure.warm_call(Case(backend, jobs(backend), 10), call, verbose=verbose)


@double
@pytest.mark.parametrize(("prefer", "stands_for"), [("processes", "loky"), ("threads", "threading")])
def test_prefer(measure, sized, prefer, stands_for):
    """The soft hint instead of a backend's name; 1,000 tasks that do nothing."""
    tasks = sized(1_000)
    call = Call(nothing, range(tasks), same, {"tasks": tasks})
    measure.warm_call(Case(stands_for, 2, 100), call, backend=None, prefer=prefer)


@pytest.mark.parametrize("pre_dispatch", [pytest.param("2 * n_jobs", marks=double), "all"], ids=["default", "all"])
def test_pre_dispatch(measure, call, workload, workers, pre_dispatch):
    """The grid's work in batches of 1000: the default breaks up the first ones, 'all' does not (joblib#373)."""
    measure.warm_call(Case(workers, 4, 1000, workload), call, pre_dispatch=pre_dispatch)


@pytest.mark.parametrize("order", [pytest.param("rising", marks=double), "shuffled"])
def test_order(measure, call, workload, workers, order):
    """The grid's work in batches of 1000, in its own order (of the summation, longest last) or in another."""
    arguments = list(call.arguments)
    if order == "shuffled":
        random.Random(ORDER_SEED).shuffle(arguments)
    extra_info = {**call.extra_info, "order_seed": ORDER_SEED}
    measure.warm_call(Case(workers, 2, 1000, workload), replace(call, arguments=arguments, extra_info=extra_info))


def jobs(backend):
    """Two workers, where there are workers."""
    return 2 if backend_of(backend).workers else 1
