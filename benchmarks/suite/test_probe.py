"""The probe: what each part of a parallel call costs on this machine, from which `probe` fits the cost model."""

import functools
import time

import pytest

from benchmarks.cores import usable_cores
from benchmarks.grid import Case, backend_of
from benchmarks.measure.call import Call
from benchmarks.session.state import suite_session
from benchmarks.workloads.profiled import hold, orders, release
from benchmarks.workloads.summation import closed_form

pytestmark = pytest.mark.benchmark(group="probe")

# By part: the number of tasks, how much each does, the bytes sent with each, the batch size. A call takes 0.1 to 0.3 s
# on a machine of 2026, so that joblib's 10 ms poll is a small share. The plain loop is timed beside each case.
PARTS = {
    "empty": (8, 0, 0, 1),
    "tasks": (20_000, 0, 0, 1_000),
    "batches": (1_200, 0, 0, 1),
    # Batches that take a while: between two of them a worker falls asleep, or another thread gets its core.
    "loaded": (2_500, 3_000, 0, 10),
    # The number of tasks is rounded up to a multiple of the workers.
    "held": (40, 300_000, 0, 1),
    "released": (40, 30_000, 0, 1),
    "payload": (100, 0, 300_000, 1),
    # The whole `with` block around the empty call.
    "block": (8, 0, 0, 1),
    # Not used by the fit: these compare the model's prediction with the measured time.
    "check-held": (2_000, 2_000, 0, 100),
    "check-released": (200, 400, 20_000, "auto"),
}

# The tasks of a part are as many as a plain loop does in this time, if they are not fewer: a busy or slow machine gets
# shorter calls, but never fewer tasks than this.
LOOP_S, FEWEST_TASKS = 0.4, 10

# The part whose call tells the memory of a pool.
PART_WITH_MEMORY = "held"

# With up to so many cores, twice as many workers are probed as well, which show what a crowd of workers costs.
FEW_CORES = 4

# Batches cost so little in threads that more of them are needed.
BATCHES_OF_THREADS = 6_000


def pytest_generate_tests(metafunc):
    """Make each part of each pool a test, the most needed pools first: a probe may have to end early."""
    backends = [name for name in suite_session(metafunc.config).settings.backends if backend_of(name).workers]
    pools = [(name, jobs) for jobs in worker_counts(usable_cores()) for name in backends]
    cases = [(*pool, part) for pool in pools for part in PARTS]
    metafunc.parametrize("backend, n_jobs, part", cases, ids=[f"{name}-n{jobs}-{part}" for name, jobs, part in cases])


def worker_counts(cores):
    """Return the numbers of workers to probe, most needed first; costs of others are estimated from these."""
    more = 2 * cores if cores <= FEW_CORES else cores // 2
    return list(dict.fromkeys(max(2, jobs) for jobs in (2, cores, more)))


def test_part(measure, sized, backend, n_jobs, part):
    """Time one call in a warm pool that consists mostly of one part, and the plain loop before and after it.

    The part "block" is the whole `with` block around the empty call, from a cold start.
    """
    if part != PART_WITH_MEMORY:
        measure.leave_out_resources()
    _, *rest, batch_size = PARTS[part]
    tasks = affordable_tasks(part)
    if part == "batches" and backend_of(backend).workers == "threads":
        tasks = BATCHES_OF_THREADS
    if part in ("held", "released"):
        tasks = -(-tasks // n_jobs) * n_jobs
    case, call = Case(backend, n_jobs, batch_size), make_call(part, sized(tasks), *rest, batch_size)
    if part == "block":
        measure.whole_block(case, call)
    else:
        measure.warm_call(case, call, beside_loop=True)


@functools.cache
def affordable_tasks(part):
    """Return the number of tasks of a part; all pools get the same calls."""
    tasks, amount, payload_bytes, _ = PARTS[part]
    task, (order,) = task_of(part), orders([amount], payload_bytes)
    began = time.perf_counter()
    for _ in range(FEWEST_TASKS):
        task(order)
    task_s = (time.perf_counter() - began) / FEWEST_TASKS
    return min(tasks, max(FEWEST_TASKS, int(LOOP_S / task_s)))


def task_of(part):
    """Return the task of a part."""
    return release if "released" in part else hold


@functools.cache
def make_call(part, tasks, amount, payload_bytes, batch_size):
    """Return the call of a part. All backends share it, so that its expected results are computed once."""
    releases = "released" in part
    task = task_of(part)
    expected = release if releases else lambda order: closed_form(order[0])
    extra_info = {"tasks": tasks, "amount": amount, "payload_bytes": payload_bytes, "batch_size": batch_size}
    extra_info |= {"part": part, "releases_gil": releases}
    # The summation's cases confirm the same formula by the plain loop; here that would take as long as the measurement.
    return Call(task, orders([amount] * tasks, payload_bytes), expected, extra_info, by_formula=True)
