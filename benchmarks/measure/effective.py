"""What really ran: the facts that stand beside a case's times in the run file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.backends.protocol import Effective, Pool
from benchmarks.grid import LOOP, Case
from benchmarks.measure.call import Call, compare
from benchmarks.workloads.carriers import WithWorker
from benchmarks.workloads.micro import nap

# Waking: each worker is given naps until all have answered, so that none is still starting in the first round.
_NAP_MS = 10.0
_WAKING_CALLS = 20


def wake(pool: Pool, workers: int) -> None:
    """Call `pool` until as many distinct workers as it should have took part, or it seems that they never will."""
    naps = [_NAP_MS] * (2 * workers)
    for _ in range(_WAKING_CALLS if workers > 1 else 0):
        answers = pool.call(WithWorker(nap), naps)
        compare([result for result, _, _ in answers], naps)
        if len({(process, thread) for _, process, thread in answers}) >= workers:
            break
    pool.take_batches(2 * workers)


def observe(pool: Pool, call: Call) -> dict[str, Any]:
    """Wake the pool, make one untimed call of the very same work, check it, and say which workers took part."""
    wake(pool, pool.effective().n_jobs)
    answers = pool.call(WithWorker(call.task), call.arguments)
    pool.take_batches(len(call.arguments))
    call.check([result for result, _, _ in answers])
    effective = pool.effective()
    workers = {(process, thread) for _, process, thread in answers}
    return {
        "effective_backend": effective.backend_class,
        "effective_n_jobs": effective.n_jobs,
        "worker_processes": len({process for process, _ in workers if process != effective.process}),
        "worker_threads": len(workers),
        **effective.extra_info,
    }


def alias(case: Case, effective: Effective) -> str | None:
    """The id of the case that `case` really is, None where it is itself."""
    if case.backend == LOOP or effective.backend is None:
        return None
    real = replace(case, backend=effective.backend, n_jobs=effective.n_jobs)
    return None if real == case else real.id


def histogram(sizes: Iterable[int]) -> dict[str, int]:
    """How many batches of each size, smallest first; keys are text because JSON's are."""
    return {str(size): count for size, count in sorted(Counter(sizes).items())}


def occurred(case: Case, rounds: Sequence[dict[str, int] | None]) -> bool | None:
    """Whether a batch of the asked size ran in any timed round; None where no size was asked or no batch seen."""
    seen = [sizes for sizes in rounds if sizes]
    if not seen or not isinstance(case.batch_size, int):
        return None
    return any(str(case.batch_size) in sizes for sizes in seen)
