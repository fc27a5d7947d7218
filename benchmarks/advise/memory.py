"""The memory that a call needs in each configuration."""

from dataclasses import dataclass

from benchmarks.advise.costs import Costs, PoolCosts
from benchmarks.advise.pool_sizes import pool_with
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP, Case, backend_of

# joblib keeps two batches per worker in progress.
_BATCHES_IN_PROGRESS = 2

# What is sent is there twice while it is on its way: as an object, and pickled.
_COPIES = 2


@dataclass(frozen=True)
class Memory:
    """The memory that a call needs beside the program itself, in bytes.

    `workers` is what worker processes hold before they run a task (PSS, and the task's module), `tasks` what the tasks
    that run at the same time need, `sending` arguments and results on their way, `results` all results once they have
    arrived.
    """

    workers: float
    tasks: float
    sending: float
    results: float

    @property
    def total(self) -> float:
        """The sum of all."""
        return self.workers + self.tasks + self.sending + self.results


def memory(costs: Costs, profile: TaskProfile, case: Case) -> Memory | None:
    """Return what a call needs in a configuration; None if the probe could not measure the workers."""
    results = profile.tasks * profile.result_bytes
    if case.backend == LOOP:
        return Memory(0.0, profile.peak_bytes or 0.0, 0.0, results)
    pool = pool_with(costs, case.backend, case.n_jobs)
    tasks = min(case.n_jobs, profile.tasks) * (profile.peak_bytes or 0.0)
    if not backend_of(case.backend).sends:
        return Memory(0.0, tasks, 0.0, results)
    if pool.memory_bytes is None:
        return None
    workers = pool.memory_bytes + (case.n_jobs * profile.import_bytes if case.backend in profile.importing else 0.0)
    return Memory(workers, tasks, _sending(pool, profile, case), results)


def _sending(pool: PoolCosts, profile: TaskProfile, case: Case) -> float:
    """Return the arguments and results of the batches in progress."""
    automatic = max(1, profile.tasks // (10 * pool.n_jobs))
    size = min(profile.tasks, case.batch_size if isinstance(case.batch_size, int) else automatic)
    batches = min(-(-profile.tasks // size), _BATCHES_IN_PROGRESS * pool.n_jobs)
    arguments = min(profile.tasks, batches * size) * profile.payload_bytes + batches * profile.shared_bytes
    # A worker keeps the results of a batch until it has ended, and then sends them.
    returning = min(profile.tasks, pool.n_jobs * size) * profile.result_bytes
    return _COPIES * (arguments + returning)


def most_workers(costs: Costs, profile: TaskProfile, case: Case, limit_bytes: float) -> int:
    """Return how many workers of a configuration's backend fit into a limit; 0 if not even one does."""
    fewest, most = 0, max(case.n_jobs, profile.tasks)
    while fewest < most:
        middle = (fewest + most + 1) // 2
        need = memory(costs, profile, Case(case.backend, middle, case.batch_size))
        if need is not None and need.total <= limit_bytes:
            fewest = middle
        else:
            most = middle - 1
    return fewest
