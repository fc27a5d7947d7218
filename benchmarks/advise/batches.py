"""Which batches joblib will form, and how long workers have to work on them."""

import heapq
from collections.abc import Sequence
from itertools import accumulate

from benchmarks.backends.chunks import chunks
from benchmarks.grid import BatchSize

# joblib's own: a batch of "auto" should take 0.2 to 2 s (joblib/_parallel_backends.py, AutoBatchingMixin).
_SHORTEST_S, _LONGEST_S = 0.2, 2.0

# A batch is timed from its dispatch: what is ahead of it in the queue counts as well, and the way there takes a
# millisecond. Found by comparing with the batches that joblib 1.6 forms, see tests/advise/test_batches.py.
_AHEAD, _WAY_S = 1.3, 1e-3

# Before a batch of a new size has come back, as many as are under way are formed: two a worker.
_SLICES = 2


def batch_sizes(tasks: int, n_jobs: int, batch_size: BatchSize, task_s: float, calls_before: int = 0) -> list[int]:
    """The sizes of a call's batches in order; `calls_before` were made in the same `with` block."""
    if batch_size != "auto":
        assert isinstance(batch_size, int)
        return [len(chunk) for chunk in chunks(range(tasks), n_jobs, batch_size)]
    size, sizes = 1, [1]
    for _ in range(calls_before + 1):
        sizes, size = _auto(tasks, n_jobs, task_s, size)
    return sizes


def _auto(tasks: int, n_jobs: int, task_s: float, size: int) -> tuple[list[int], int]:
    """One call with "auto": the first batches are cut from 2 * n_jobs tasks, then sizes double until they take long."""
    head = [len(chunk) for chunk in chunks(range(min(tasks, 2 * n_jobs)), n_jobs, size)]
    sizes, rest, slices = head, tasks - sum(head), 0
    while rest:
        if slices % _SLICES == 0:
            size = _next_size(size, task_s)
        slices += 1
        taken = min(rest, size * n_jobs)
        piece = size if taken == size * n_jobs else max(1, taken // (10 * n_jobs))
        sizes += [piece] * (taken // piece) + ([taken % piece] if taken % piece else [])
        rest -= taken
    return sizes, size


def _next_size(size: int, task_s: float) -> int:
    took_s = _AHEAD * size * task_s + _WAY_S
    if took_s < _SHORTEST_S:
        return max(1, min(2 * size, int(size * _SHORTEST_S / took_s) * 2))
    if took_s > _LONGEST_S and size >= 2:
        return max(1, 2 * int(size * _SHORTEST_S / took_s))
    return size


def makespan_s(lengths_s: Sequence[float], sizes: Sequence[int], workers: int, cores: int) -> float:
    """Seconds until all work is done, each batch going to whoever is free first, and costing nothing else.

    More workers than cores share them evenly: all that are busy are equally slow, so that it is the order of events of
    as many cores, in a time that passes more slowly while more workers are busy.
    """
    ends = [0.0, *accumulate(lengths_s)]
    free = [0.0] * workers
    place = 0
    for size in sizes:
        heapq.heapreplace(free, free[0] + ends[place + size] - ends[place])
        place += size
    passed = last = 0.0
    for done, end in enumerate(sorted(free)):
        passed += (end - last) * max(1.0, (workers - done) / cores)
        last = end
    return passed
