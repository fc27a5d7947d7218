"""Which batches joblib forms of a call's tasks, and how long the workers take for them."""

import heapq
from collections.abc import Sequence
from itertools import accumulate

from benchmarks.backends.chunks import chunks
from benchmarks.grid import BatchSize

# joblib's own constants: a batch of "auto" should take 0.2 to 2 s (joblib/_parallel_backends.py, AutoBatchingMixin).
_SHORTEST_S, _LONGEST_S = 0.2, 2.0

# joblib times a batch from its dispatch, so the time includes the batches before it in the queue and about a
# millisecond of transport. Fitted to the batches that joblib 1.6 forms, see tests/advise/test_joblib_batches.py.
_QUEUE_FACTOR, _TRANSPORT_S = 1.3, 1e-3

# joblib keeps this many slices of tasks in progress before the first batch of a new size has come back.
_SLICES = 2


def batch_sizes(
    tasks: int,
    n_jobs: int,
    batch_size: BatchSize,
    task_s: float,
    calls_before: int = 0,
    lengths_s: Sequence[float] = (),
) -> list[int]:
    """Return the sizes of a call's batches in order, after `calls_before` calls in the same `with` block.

    The sizes of "auto" follow `lengths_s`, the tasks' times in their order, or the mean `task_s` if there are none.
    """
    if batch_size != "auto":
        assert isinstance(batch_size, int)
        return [len(chunk) for chunk in chunks(range(tasks), n_jobs, batch_size)]
    ends = list(accumulate(lengths_s or [task_s] * tasks, initial=0.0))
    size, sizes = 1, [1]
    for _ in range(calls_before + 1):
        sizes, size = _auto(ends, n_jobs, size)
    return sizes


def _auto(ends: Sequence[float], n_jobs: int, size: int) -> tuple[list[int], int]:
    """Return the batch sizes of one call with "auto", and the size that the next call begins with.

    `ends` are the times at which a plain loop would end each task, after a 0. The first batches are cut from
    2 * n_jobs tasks. After that, sizes double until the batches take long enough; joblib knows the tasks that have
    ended, so that long ones at the end find batches as large as the short ones before them needed.
    """
    tasks = len(ends) - 1
    head = [len(chunk) for chunk in chunks(range(min(tasks, 2 * n_jobs)), n_jobs, size)]
    sizes, sent, slices, known = head, sum(head), 0, 0
    while sent < tasks:
        if slices % _SLICES == 0:
            size = _next_size(size, (ends[sent] - ends[known]) / (sent - known))
            known = sent
        slices += 1
        taken = min(tasks - sent, size * n_jobs)
        piece = size if taken == size * n_jobs else max(1, taken // (10 * n_jobs))
        sizes += [piece] * (taken // piece) + ([taken % piece] if taken % piece else [])
        sent += taken
    return sizes, size


def _next_size(size: int, task_s: float) -> int:
    took_s = _QUEUE_FACTOR * size * task_s + _TRANSPORT_S
    if took_s < _SHORTEST_S:
        return max(1, min(2 * size, int(size * _SHORTEST_S / took_s) * 2))
    if took_s > _LONGEST_S and size >= 2:
        return max(1, 2 * int(size * _SHORTEST_S / took_s))
    return size


def makespan_s(lengths_s: Sequence[float], sizes: Sequence[int], workers: int, cores: float) -> float:
    """Return the seconds until all work is done if each batch goes to the first free worker and costs nothing else.

    If there are more workers than cores, all busy workers are equally slow. The order of events is then the same as
    with one core per worker, but time passes more slowly while more workers are busy than there are cores.
    """
    ends = [0.0, *accumulate(lengths_s)]
    free_at = [0.0] * workers
    first = 0
    for size in sizes:
        heapq.heapreplace(free_at, free_at[0] + ends[first + size] - ends[first])
        first += size
    passed = last = 0.0
    for finished, end in enumerate(sorted(free_at)):
        passed += (end - last) * max(1.0, (workers - finished) / cores)
        last = end
    return passed
