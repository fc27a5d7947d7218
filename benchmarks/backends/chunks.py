"""The batches that joblib forms from its arguments, so that another pool can be given the same ones."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any


def chunks(arguments: Sequence[Any], n_jobs: int, batch_size: int) -> Iterator[list[Any]]:
    """Cut `arguments` into batches as `joblib.Parallel` does with its default `pre_dispatch` of 2 * n_jobs.

    Source: `Parallel.dispatch_one_batch` (unchanged from joblib 1.2 to 1.6). The first
    look-aheads are limited to `pre_dispatch` tasks in all, not batches (joblib#373); later ones take
    n_jobs * batch_size tasks each. The last one, which is short, is cut by 10 * n_jobs to spread the tail over the
    workers.
    """
    rest = iter(arguments)
    remaining_head = 2 * n_jobs
    look_ahead = batch_size * n_jobs
    while head := list(islice(rest, min(look_ahead, remaining_head))):
        remaining_head -= len(head)
        yield from _cut(head, max(1, len(head) // n_jobs))
    while tasks := list(islice(rest, look_ahead)):
        short = len(tasks) < look_ahead
        yield from _cut(tasks, max(1, len(tasks) // (10 * n_jobs if short else n_jobs)))


def _cut(tasks: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(tasks), size):
        yield tasks[start : start + size]
