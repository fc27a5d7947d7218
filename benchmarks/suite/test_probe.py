"""The probe: what each part of a parallel call costs here; `python -m benchmarks probe` makes a model of it."""

import functools

import pytest

from benchmarks.grid import Case, backend_of
from benchmarks.machine import usable_cores
from benchmarks.measure.call import Call
from benchmarks.session.state import suite_session
from benchmarks.workloads.profiled import hold, orders, release
from benchmarks.workloads.summation import closed_form

pytestmark = pytest.mark.benchmark(group="probe")

# By part: tasks, what each does, bytes sent with each, batch size. A call takes 0.1 to 0.3 s on a machine of 2026,
# so that joblib's 10 ms poll is little of it; what the work really takes is timed beside each case.
PARTS = {
    "empty": (8, 0, 0, 1),
    "tasks": (20_000, 0, 0, 1_000),
    "batches": (1_200, 0, 0, 1),
    # Batches that take a while: between two of them a worker has fallen asleep, or another thread has its core.
    "loaded": (2_500, 3_000, 0, 10),
    # As many for each worker.
    "held": (40, 300_000, 0, 1),
    "released": (40, 30_000, 0, 1),
    "payload": (100, 0, 300_000, 1),
    # Not for the model: what it says of these is shown beside what they take.
    "check-held": (2_000, 2_000, 0, 100),
    "check-released": (200, 400, 20_000, "auto"),
}

# Batches of threads cost so little that more of them are needed.
BATCHES_OF_THREADS = 6_000


def pytest_generate_tests(metafunc):
    """Each part with two workers, with one a core, and with twice as many."""
    backends = [name for name in suite_session(metafunc.config).settings.backends if backend_of(name).workers]
    cores = usable_cores()
    pools = [(name, jobs) for name in backends for jobs in sorted({2, max(2, cores), max(2, 2 * cores)})]
    if "part" in metafunc.fixturenames:
        cells = [(*pool, part) for pool in pools for part in PARTS]
        metafunc.parametrize(
            "backend, n_jobs, part", cells, ids=[f"{name}-n{jobs}-{part}" for name, jobs, part in cells]
        )
    else:
        metafunc.parametrize("backend, n_jobs", pools, ids=[f"{name}-n{jobs}" for name, jobs in pools])


def test_part(measure, sized, backend, n_jobs, part):
    """One call in a warm pool, of which one part is most; the plain loop is timed beside it."""
    tasks, *rest, batch_size = PARTS[part]
    if part == "batches" and backend_of(backend).workers == "threads":
        tasks = BATCHES_OF_THREADS
    if part in ("held", "released"):
        tasks = -(-tasks // n_jobs) * n_jobs
    measure.warm_call(Case(backend, n_jobs, batch_size), made(part, sized(tasks), *rest, batch_size), beside_loop=True)


def test_block(measure, sized, backend, n_jobs):
    """The whole `with` block around the empty call, from a cold start to leaving it."""
    tasks, *rest = PARTS["empty"]
    measure.whole_block(Case(backend, n_jobs, 1), made("empty", sized(tasks), *rest))


@functools.cache
def made(part, tasks, amount, payload_bytes, batch_size):
    """The work of a part; those of all backends are one object, whose reference is computed once."""
    releases = "released" in part
    task, expected = (release, release) if releases else (hold, lambda order: closed_form(order[0]))
    extra_info = {"tasks": tasks, "amount": amount, "payload_bytes": payload_bytes, "batch_size": batch_size}
    extra_info |= {"part": part, "releases_gil": releases}
    # What the session would check twice takes as long as the measurement: the summation's own cases do that.
    return Call(task, orders([amount] * tasks, payload_bytes), expected, extra_info, by_formula=True)
