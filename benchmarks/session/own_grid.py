"""The default grid of a user's own function: each backend's most informative cases, few enough for two minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.grid import JOBLIB_BACKENDS, LOOP, BatchSize, Case, backend_of, distinct, grid, references
from benchmarks.session.workload import evenly

# What remains of two minutes after the trial and the imports.
BUDGET_S = 100.0

# Opening and waking a pool.
_POOL_S = 0.7

# The calls of a case beside its rounds: an untimed one, and the plain loop before and after.
CALLS_BESIDE_ROUNDS = 3

# If tasks compute in threads of their own, the loop is timed as the user runs it as well, before and after.
CALLS_AS_THE_USER = 2

# With more tasks, batches of one take longer to send than anything else.
_MOST_SINGLE_TASKS = 2_000

# So many batches for each worker leave no worker idle for long at the end.
_BATCHES_PER_WORKER = 4

# Fewer tasks stand for all of them unless their share of the time is so many times smaller or larger.
_UNLIKE = 1.5

# Where tasks mostly wait, workers beyond the cores pay off.
_WAITERS_PER_CORE, _MOST_WAITERS = 8, 32


@dataclass(frozen=True)
class Asked:
    """What the command line says about the grid; what it leaves open is None, or empty for the inner threads."""

    backends: tuple[str, ...] | None
    n_jobs: tuple[int, ...] | None
    batch_sizes: tuple[BatchSize, ...] | None
    tasks: int | None
    rounds: int | None
    inner_threads: tuple[int, ...]


@dataclass(frozen=True)
class Function:
    """What is known of the user's function: how many seconds it takes with each of its arguments.

    `waits` says that it uses the processor less than half of the time, `own_threads` that it computes in threads,
    `own_workers` that it starts threads or processes itself.
    """

    lengths_s: Sequence[float]
    waits: bool = False
    own_threads: bool = False
    own_workers: bool = False

    @property
    def tasks(self) -> int:
        """The number of tasks."""
        return len(self.lengths_s)

    def loop_s(self, tasks: int) -> float:
        """Return the seconds that a plain loop of so many tasks takes, which are chosen as those of a call."""
        return sum(evenly(self.lengths_s, tasks))

    def is_like(self, tasks: int) -> bool:
        """Return whether so many tasks take about their share of the time: a few long ones may be missing in them."""
        share = self.loop_s(self.tasks) * tasks / self.tasks
        return share / _UNLIKE <= self.loop_s(tasks) <= share * _UNLIKE


@dataclass(frozen=True)
class OwnGrid:
    """A grid for a function, and about how many seconds its cases take."""

    cases: tuple[Case, ...]
    backends: tuple[str, ...]
    n_jobs: tuple[int, ...]
    batch_sizes: tuple[BatchSize, ...]
    tasks: int
    rounds: int
    seconds: float


@dataclass(frozen=True)
class _Stage:
    """A step from a rich to a poor grid. `least` is the number of tasks for each worker below which it is given up.

    If it is `thorough`, there are several batch sizes, and the standard library's pools to compare with.
    """

    rounds: int
    least: int
    backends: tuple[str, ...]
    thorough: bool


_STAGES = (
    _Stage(5, 8, JOBLIB_BACKENDS, thorough=True),
    _Stage(3, 8, JOBLIB_BACKENDS, thorough=True),
    _Stage(3, 4, JOBLIB_BACKENDS, thorough=False),
    _Stage(2, 1, ("threading", "loky"), thorough=False),
)


def own_grid(function: Function, asked: Asked, cores: int) -> OwnGrid | None:
    """Return the richest grid that fits two minutes and obeys what was asked for, None if there is none.

    If a number of tasks was asked for and no grid fits, it is the poorest one.
    """
    fitting = None
    for stage in _STAGES:
        for tasks in _fewer_and_fewer(function, asked, stage, cores):
            fitting = _grid(function, asked, stage, tasks, cores)
            if fitting.seconds <= BUDGET_S:
                return fitting
    # A number of tasks from the command line is measured, however long that takes.
    return fitting if asked.tasks is not None else None


def _fewer_and_fewer(function: Function, asked: Asked, stage: _Stage, cores: int) -> Iterator[int]:
    """Yield all tasks, half of them and so on, while there are enough for each worker."""
    tasks = function.tasks if asked.tasks is None else asked.tasks
    least = min(tasks, stage.least * max(2, cores)) if asked.tasks is None else tasks
    while tasks > least:
        if function.is_like(tasks):
            yield tasks
        tasks //= 2
    if function.is_like(least):
        yield least


def _grid(function: Function, asked: Asked, stage: _Stage, tasks: int, cores: int) -> OwnGrid:
    n_jobs = asked.n_jobs or workers_to_measure(function.waits, tasks, cores)
    batch_sizes = asked.batch_sizes or _batch_sizes(function, tasks, max(2, cores), stage.thorough)
    backends = asked.backends or stage.backends
    # Of tasks that start workers themselves, no speed-up is reported; and a pool of joblib's that a fork has inherited
    # may wait forever.
    with_pools = stage.thorough and not function.own_workers
    cases = _cases(asked, backends, n_jobs, batch_sizes, with_pools)
    rounds = asked.rounds or stage.rounds
    loop_s = function.loop_s(tasks)
    seconds = sum(_seconds(case, function, loop_s, rounds) for case in cases)
    return OwnGrid(tuple(cases), backends, n_jobs, batch_sizes, tasks, rounds, seconds)


def _seconds(case: Case, function: Function, loop_s: float, rounds: int) -> float:
    """Return about how many seconds a case takes at most; tasks that wait do so at the same time in every pool."""
    loops = CALLS_BESIDE_ROUNDS - 1 + (CALLS_AS_THE_USER if function.own_threads else 0)
    call_s = loop_s / case.n_jobs if function.waits and backend_of(case.backend).workers else loop_s
    return _POOL_S + loops * loop_s + (1 + rounds) * call_s


def workers_to_measure(waits: bool, tasks: int, cores: int) -> tuple[int, ...]:
    """Return the numbers of workers to measure: one for each core, and many more if the tasks wait."""
    many = min(_WAITERS_PER_CORE * cores, _MOST_WAITERS, tasks)
    return (max(2, cores), many) if waits and many > max(2, cores) else (max(2, cores),)


def _batch_sizes(function: Function, tasks: int, workers: int, thorough: bool) -> tuple[BatchSize, ...]:
    """Return "auto", batches of one if they don't take too long to send, and a few even batches for each worker.

    Tasks that wait take so long that larger batches would only leave workers idle.
    """
    if not thorough:
        return ("auto",)
    if function.waits:
        return (1, "auto")
    even = _round_down(max(1, tasks // (_BATCHES_PER_WORKER * workers)))
    fixed = (1, even) if tasks <= _MOST_SINGLE_TASKS and even > 1 else (even,)
    return (*fixed, "auto")


def _round_down(count: int) -> int:
    """Return the largest of 1, 2, 5, 10, 20, 50 and so on that is not above `count`."""
    power = int("1".ljust(len(str(count)), "0"))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= count)


def _cases(
    asked: Asked,
    backends: tuple[str, ...],
    n_jobs: tuple[int, ...],
    batch_sizes: tuple[BatchSize, ...],
    with_pools: bool,
) -> list[Case]:
    """Return the plain loop, the standard library's pools if `with_pools` is true, and the backends' cases.

    A backend without workers has one case unless the axes were asked for: the others would be the same.
    """
    inner_threads = asked.inner_threads or (None,)
    cases = references(backends, n_jobs, batch_sizes, inner_threads)
    cases = [case for case in cases if with_pools or case.backend == LOOP]
    for backend in backends:
        alone = backend_of(backend).workers is None and not (asked.n_jobs or asked.batch_sizes)
        axes = ((1,), (1,)) if alone else (n_jobs, batch_sizes)
        cases += grid([backend], *axes, inner_threads)
    return distinct(cases)
