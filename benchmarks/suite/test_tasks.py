"""The tasks of `--workload` by themselves: how long each takes, what is sent with it, what two threads make of them."""

import pickle
import time

import pytest

from benchmarks.grid import LOOP, Case

pytestmark = pytest.mark.benchmark(group="tasks")

# What a run file takes for granted; of more tasks only their mean is kept.
MOST_LENGTHS = 20_000

CASES = {"loop": Case(LOOP, 1, None), "threads": Case("threading", 2, 1)}


@pytest.mark.parametrize("place", CASES)
def test_tasks(measure, benchmark, work, workload, place):
    """One call; beside the loop's the length of each task and the size of what is sent with it."""
    measure.warm_call(CASES[place], work, beside_loop=True)
    if place == "loop":
        began, used = time.perf_counter(), time.process_time()
        benchmark.extra_info["lengths_s"] = lengths_s(work)
        benchmark.extra_info["cpu_s"] = time.process_time() - used
        benchmark.extra_info["passed_s"] = time.perf_counter() - began
        benchmark.extra_info["payload_bytes"] = sent_bytes(work)


def sent_bytes(work):
    """Bytes of an argument, pickled; none where it can't be: such a task runs in threads only."""
    try:
        return len(pickle.dumps(work.arguments)) / len(work.arguments)
    except Exception:  # pickle raises whatever the objects do
        return 0


def lengths_s(work):
    """Seconds of each task; none where there are too many to keep."""
    times = []
    for argument in work.arguments:
        began = time.perf_counter()
        work.task(argument)
        times.append(round(time.perf_counter() - began, 9))
    return times if len(times) <= MOST_LENGTHS else []
