"""The tasks of `--workload`: how long each takes, what is sent with it, and how fast two threads run them."""

import resource
import threading
import time
from dataclasses import asdict
from statistics import median

import pytest

from benchmarks.cores import usable_cores
from benchmarks.grid import LOOP, Case, grid
from benchmarks.measure.core_time import since, waited_for_core_s
from benchmarks.measure.fresh_worker import fresh_worker
from benchmarks.measure.loops import LoopsBeside
from benchmarks.measure.pickling import barred
from benchmarks.measure.sending import sent
from benchmarks.session.own_grid import workers_to_measure
from benchmarks.session.sample import all_over_sample
from benchmarks.session.state import suite_session
from benchmarks.workloads.inner_threads import limited, settle

pytestmark = pytest.mark.benchmark(group="tasks")

# The run file has a length for each task of a call up to this size; of larger calls, only the mean is kept.
MOST_LENGTHS = 20_000

# Each task of a call that takes no longer is timed three times.
SHORT_S = 3.0

# A call of two threads has to take this long, so that joblib's 10 ms poll is a small part of it.
LEAST_S = 0.3

# A call of two threads has at most this many tasks, which joblib sends one by one in some 20 to 100 us each. A plain
# loop that takes less than this overhead for so many tasks is best anyway.
MOST_TASKS = 5_000

# More tasks than the user's are given only as long as their results take no more memory.
MOST_RESULT_BYTES = 2**28


# The plain loop runs so often with each number of inner threads.
LOOPS = 3


def pytest_generate_tests(metafunc):
    """Make a test of each configuration that the options name, and of each pool that is worth measuring."""
    if metafunc.function in (test_workers_whole, test_workers_open):
        workload = suite_session(metafunc.config).workload
        waits, tasks = (workload.waits, workload.tasks) if workload else (False, 0)
        fewest, *more = workers_to_measure(waits, tasks, usable_cores())
        # A program is a process of its own: of processes around it, more than cores gain nothing over threads.
        pools = [(backend, fewest) for backend in ("threading", "loky")] + [("threading", n_jobs) for n_jobs in more]
        metafunc.parametrize("backend, n_jobs", pools, ids=[f"{backend}-n{n_jobs}" for backend, n_jobs in pools])
    if "batch_size" in metafunc.fixturenames:
        settings = suite_session(metafunc.config).settings
        cases = grid(settings.backends, settings.n_jobs, settings.batch_sizes, settings.inner_threads or (None,))
        values = [(case.backend, case.n_jobs, case.batch_size, case.inner_threads) for case in cases]
        names = "backend, n_jobs, batch_size, inner_threads"
        metafunc.parametrize(names, values, ids=[case.label for case in cases])


def test_loop(measure, benchmark, request, call, workload):
    """Measure the plain loop, the length of each task, whether it waits, what is sent, and what a worker needs."""
    measure.warm_call(Case(LOOP, 1, None), call, beside_loop=True)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    waited_s = waited_for_core_s()
    lengths = lengths_s(call)
    after, passed_s = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    waited_s = since(waited_s)
    if passed_s < SHORT_S:
        # A brief disturbance would be taken for a long task.
        lengths = [min(times) for times in zip(lengths, lengths_s(call), lengths_s(call), strict=True)]
    worker = fresh_worker(call, passed_s / len(lengths))
    benchmark.extra_info |= {
        "lengths_s": lengths if len(lengths) <= MOST_LENGTHS else [],
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "passed_s": passed_s,
        "waited_for_core_s": waited_s,
        "voluntary_switches": after.ru_nvcsw - before.ru_nvcsw,
        "barred": barred(call),
        "sent": asdict(sent(call)),
        "fresh_worker": worker and asdict(worker),
    }
    if all_lengths_s := suite_session(request.config).workload.all_lengths_s:
        benchmark.extra_info["stands_for"] = {
            "tasks": len(all_lengths_s),
            "lengths_s": list(all_lengths_s) if len(all_lengths_s) <= MOST_LENGTHS else [],
            "all_over_sample": all_over_sample(all_lengths_s, len(call.arguments)),
        }
    if call.inner_threads:
        benchmark.extra_info |= {"loops_by_threads": loops_by_threads(call), "libraries": dict(call.inner_threads)}


def test_threads(measure, benchmark, request, call, workload):
    """Measure two threads, with enough tasks to see whether they share the work, but no more than a few seconds."""
    if _starts_others(call):
        pytest.skip("the cost model knows nothing of the workers or programs that the tasks start")
    scale = threads_scale(len(call.arguments), call.loop_s(), sent(call).result_bytes)
    scaled = call if scale == 1 else suite_session(request.config).workload.call(scale)
    measure.warm_call(Case("threading", 2, 1), scaled, beside_loop=True)
    cpu_s, passed_s = two_threads_s(scaled)
    benchmark.extra_info |= {"cpu_s": cpu_s, "cores_used": cpu_s / passed_s}


def test_workers_whole(measure, benchmark, call, workload, backend, n_jobs):
    """Time a whole block around tasks that start workers or programs, and the plain loop before and after it."""
    if not _starts_others(call):
        pytest.skip("the tasks start no workers or programs themselves")
    loops = LoopsBeside(call)
    measure.whole_block(Case(backend, n_jobs, 1), call)
    benchmark.extra_info |= loops.finish()


def test_workers_open(measure, call, workload, backend, n_jobs):
    """Time a call in an open pool around such tasks, and the plain loop before and after it."""
    if not _starts_others(call):
        pytest.skip("the tasks start no workers or programs themselves")
    measure.warm_call(Case(backend, n_jobs, 1), call, beside_loop=True)


def _starts_others(call):
    """Return whether the tasks start workers or programs, of which the cost model knows nothing."""
    return bool(call.extra_info.keys() & {"own_workers", "programs"})


def loops_by_threads(call):
    """Return the median seconds of the plain loop by the number of threads of its libraries: 1, 2, 4, ... cores."""
    cores, own = usable_cores(), max(call.inner_threads.values())
    counts = sorted({1, cores, own, *(2**power for power in range(11) if 2**power < cores)})
    times = {count: [] for count in counts}
    # In turns, so that a change of the machine's speed is not taken for a gain.
    for _ in range(LOOPS):
        for count in counts:
            with limited(dict.fromkeys(call.inner_threads, count)):
                times[count].append(call.loop_s())
            settle()
    return {str(count): median(times[count]) for count in counts}


def test_whole(measure, benchmark, call, workload, backend, n_jobs, batch_size, inner_threads):
    """Time a whole block of a configuration that is to be recommended, and the plain loop before and after it."""
    loops = LoopsBeside(call)
    measure.whole_block(Case(backend, n_jobs, batch_size, inner_threads=inner_threads), call)
    benchmark.extra_info |= loops.finish()


def test_open_pool(measure, call, workload, backend, n_jobs, batch_size, inner_threads):
    """Time a call in the open pool of a configuration that is to be recommended, and the plain loop beside it."""
    measure.warm_call(Case(backend, n_jobs, batch_size, inner_threads=inner_threads), call, beside_loop=True)


def two_threads_s(call):
    """Return the CPU time and the time, in seconds, of two threads that share the tasks."""
    threads = [threading.Thread(target=_run, args=(call, start)) for start in (0, 1)]
    began, cpu_s = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.process_time() - cpu_s, time.perf_counter() - began


def _run(call, start):
    for argument in call.arguments[start::2]:
        call.task(argument)


def threads_scale(tasks, loop_s, result_bytes):
    """Return how many times as many tasks the threads are given, for a plain loop of `loop_s` seconds.

    `result_bytes` is the size of a task's result; all results are held at a time.
    """
    most_tasks = min(MOST_TASKS, max(tasks, MOST_RESULT_BYTES / max(1, result_bytes)))
    return min(max(1, LEAST_S / loop_s), most_tasks / tasks)


def lengths_s(call):
    """Return the seconds that each task takes."""
    times = []
    for argument in call.arguments:
        began = time.perf_counter()
        call.task(argument)
        times.append(round(time.perf_counter() - began, 9))
    return times
