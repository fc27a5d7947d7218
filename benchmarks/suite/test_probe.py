"""The probe: what each part of a parallel call costs on this machine, from which `probe` fits the cost model."""

import functools

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
    # Not used by the fit: these compare the model's prediction with the measured time.
    "check-held": (2_000, 2_000, 0, 100),
    "check-released": (200, 400, 20_000, "auto"),
}

# Batches cost so little in threads that more of them are needed.
BATCHES_OF_THREADS = 6_000


def pytest_generate_tests(metafunc):
    """Make each part a test with two workers, with one per core, and with two per core."""
    backends = [name for name in suite_session(metafunc.config).settings.backends if backend_of(name).workers]
    cores = usable_cores()
    pools = [(name, jobs) for name in backends for jobs in sorted({2, max(2, cores), max(2, 2 * cores)})]
    if "part" in metafunc.fixturenames:
        cases = [(*pool, part) for pool in pools for part in PARTS]
        metafunc.parametrize(
            "backend, n_jobs, part", cases, ids=[f"{name}-n{jobs}-{part}" for name, jobs, part in cases]
        )
    else:
        metafunc.parametrize("backend, n_jobs", pools, ids=[f"{name}-n{jobs}" for name, jobs in pools])


def test_part(measure, sized, backend, n_jobs, part):
    """Time one call in a warm pool that consists mostly of one part, and the plain loop before and after it."""
    tasks, *rest, batch_size = PARTS[part]
    if part == "batches" and backend_of(backend).workers == "threads":
        tasks = BATCHES_OF_THREADS
    if part in ("held", "released"):
        tasks = -(-tasks // n_jobs) * n_jobs
    measure.warm_call(
        Case(backend, n_jobs, batch_size), make_call(part, sized(tasks), *rest, batch_size), beside_loop=True
    )


def test_block(measure, sized, backend, n_jobs):
    """Time the whole `with` block around the empty call, from a cold start."""
    tasks, *rest = PARTS["empty"]
    measure.whole_block(Case(backend, n_jobs, 1), make_call("empty", sized(tasks), *rest))


@functools.cache
def make_call(part, tasks, amount, payload_bytes, batch_size):
    """Return the call of a part. All backends share it, so that its expected results are computed once."""
    releases = "released" in part
    task, expected = (release, release) if releases else (hold, lambda order: closed_form(order[0]))
    extra_info = {"tasks": tasks, "amount": amount, "payload_bytes": payload_bytes, "batch_size": batch_size}
    extra_info |= {"part": part, "releases_gil": releases}
    # The summation's cases confirm the same formula by the plain loop; here that would take as long as the measurement.
    return Call(task, orders([amount] * tasks, payload_bytes), expected, extra_info, by_formula=True)
