"""How many threads of a numeric library each worker gets: the tasks with each number that is worth considering."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.advise.costs import Costs
from benchmarks.advise.prediction import Prediction
from benchmarks.advise.task_profile import TaskProfile


def with_inner_threads(profile: TaskProfile) -> Iterator[tuple[int | None, TaskProfile]]:
    """Yield the numbers of inner threads with the tasks as they are then; None if the tasks compute in none."""
    if not profile.inner_threads:
        yield None, profile
    for count, share in profile.inner_threads:
        yield count, replace(profile, task_s=profile.task_s * share)


def fits_cores(costs: Costs, n_jobs: int, inner_threads: int | None) -> bool:
    """Whether all threads of all workers have a core; a worker with a single thread is considered in any case."""
    return inner_threads in (None, 1) or n_jobs * inner_threads <= costs.usable_cores


def named(prediction: Prediction, inner_threads: int | None) -> Prediction:
    """Return a prediction for a case with so many inner threads."""
    return replace(prediction, case=replace(prediction.case, inner_threads=inner_threads))
