"""What really ran, whatever was asked for: the backend, the number of jobs, the workers, the batches."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.backends.protocol import Effective, Pool, Task
from benchmarks.grid import LOOP, Case
from benchmarks.measure.call import Call, compare
from benchmarks.workloads.carriers import WithWorker
from benchmarks.workloads.inner_threads import WithThreadCounts
from benchmarks.workloads.micro import nap

# `wake` gives the pool naps until every worker has answered, so that no worker is still starting in the first round.
_NAP_MS = 10.0
_WAKING_CALLS = 20


def wake(pool: Pool, workers: int) -> None:
    """Call `pool` until `workers` distinct workers have answered, at most 20 times."""
    naps = [_NAP_MS] * (2 * workers)
    for _ in range(_WAKING_CALLS if workers > 1 else 0):
        answers = pool.call(WithWorker(nap), naps)
        compare([result for result, _, _ in answers], naps)
        if len({(process, thread) for _, process, thread in answers}) >= workers:
            break
    pool.take_batches(2 * workers)


def observe(pool: Pool, call: Call, task: Task | None = None) -> dict[str, Any]:
    """Make an untimed call in an awake pool, check its results, and return for the run file which workers took part.

    `task` carries the call's own, None for the latter itself. If the tasks compute in threads of their own,
    `inner_threads` says how many these are in the workers, by library. Raises WrongResult.
    """
    task = task or call.task
    inner: dict[str, Any] = {}
    if call.inner_threads:
        answers = pool.call(WithWorker(WithThreadCounts(task)), call.arguments)
        inner["inner_threads"] = _most([counts for (_, counts), _, _ in answers], call.inner_threads)
        answers = [(result, *worker) for (result, _), *worker in answers]
    else:
        answers = pool.call(WithWorker(task), call.arguments)
    pool.take_batches(len(call.arguments))
    call.check([result for result, _, _ in answers])
    effective = pool.effective()
    workers = {(process, thread) for _, process, thread in answers}
    return {
        "effective_backend": effective.backend_class,
        "effective_n_jobs": effective.n_jobs,
        "worker_processes": len({process for process, _ in workers if process != effective.process}),
        "worker_threads": len(workers),
        **inner,
        **effective.extra_info,
    }


def _most(counts: Sequence[Mapping[str, int]], libraries: Collection[str]) -> dict[str, int]:
    """Return the largest number of threads of each library in any worker."""
    return {
        name: max(each.get(name, 0) for each in counts) for name in libraries if any(name in each for each in counts)
    }


def alias(case: Case, effective: Effective) -> str | None:
    """Return the id of the case that really runs in place of `case`, None if it is `case` itself."""
    if case.backend == LOOP or effective.backend is None:
        return None
    real = replace(case, backend=effective.backend, n_jobs=effective.n_jobs)
    return None if real == case else real.id


def histogram(sizes: Iterable[int]) -> dict[str, int]:
    """Count the batches by size, smallest first; the keys are text because JSON's are."""
    return {str(size): count for size, count in sorted(Counter(sizes).items())}


def batch_size_occurred(case: Case, batches: Sequence[dict[str, int] | None]) -> bool | None:
    """Whether a batch of the case's size ran in any round; None if the case has no fixed size or no batch is known.

    `batches` has the histogram of each round, None for a round whose batches are not known.
    """
    histograms = [sizes for sizes in batches if sizes]
    if not histograms or not isinstance(case.batch_size, int):
        return None
    return any(str(case.batch_size) in sizes for sizes in histograms)
