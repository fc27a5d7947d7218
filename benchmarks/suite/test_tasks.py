"""The tasks of `--workload` by themselves: how long each takes, what is sent with it, what two threads make of them."""

import pickle
import resource
import time

import pytest

from benchmarks.grid import LOOP, Case
from benchmarks.measure.pickling import barred
from benchmarks.session.state import suite_session

pytestmark = pytest.mark.benchmark(group="tasks")

# What a run file takes for granted; of more tasks only their mean is kept.
MOST_LENGTHS = 20_000

# So long a call has to take that joblib's 10 ms poll is little of it.
LEAST_S = 0.3


def test_loop(measure, benchmark, call, workload):
    """The plain loop; beside its rounds the length of each task, whether it waits, and what is sent with it."""
    measure.warm_call(Case(LOOP, 1, None), call, beside_loop=True)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    lengths = lengths_s(call)
    after, passed_s = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    benchmark.extra_info |= {
        "lengths_s": lengths if len(lengths) <= MOST_LENGTHS else [],
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "passed_s": passed_s,
        "voluntary_switches": after.ru_nvcsw - before.ru_nvcsw,
        "payload_bytes": sent_bytes(call),
        "barred": barred(call),
    }


def test_threads(measure, request, call, workload):
    """Two threads, as many tasks as it takes to see what they make of them."""
    times = LEAST_S / call.loop_s()
    larger = suite_session(request.config).workload.call(times) if times > 1 else call
    measure.warm_call(Case("threading", 2, 1), larger, beside_loop=True)


def sent_bytes(call):
    """Bytes of an argument, pickled; none where it can't be: such a task runs in threads only."""
    try:
        return len(pickle.dumps(call.arguments)) / len(call.arguments)
    except Exception:  # pickle raises whatever the objects do
        return 0


def lengths_s(call):
    """Seconds of each task."""
    times = []
    for argument in call.arguments:
        began = time.perf_counter()
        call.task(argument)
        times.append(round(time.perf_counter() - began, 9))
    return times
