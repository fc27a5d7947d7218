"""The grid: which backends, engines and cases there are, and what they are called.

The only place that spells out the grid. It imports none of our modules, so that collection stays cheap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BatchSize = int | str | None

SEQUENTIAL = "sequential"
LOOP = "loop"
FUTURES_THREADS = "futures-threads"
FUTURES_PROCESSES = "futures-processes"


@dataclass(frozen=True)
class Backend:
    """What the suite has to know about a backend, so that no code compares names.

    `workers` are "threads", "processes" or None (tasks run in the caller's thread). `pickler` is how tasks reach them:
    "pickle", "cloudpickle", or None where nothing is sent. `reusable_executor`: the executor belongs to the process and
    outlives the `with` block. `joblib_class` is the class that runs, as the run file has it. `origin` is "joblib",
    "reference" (what joblib is measured against: the plain loop and the standard library's pools) or "foreign".
    `sets_inner_threads`: joblib's `inner_max_num_threads` applies to its workers.
    `pool` is the class of its pools as MODULE:NAME, made from a case; None for joblib's pools and those of an engine.
    `counterpart` names the standard library's pool that does the same kind of work. `batch_weight` is what a batch
    costs on two cores as a share of a quick call's work; only the estimate of the time left uses it.
    """

    name: str
    workers: str | None
    pickler: str | None
    origin: str
    reusable_executor: bool = False
    joblib_class: str | None = None
    sets_inner_threads: bool = False
    pool: str | None = None
    counterpart: str | None = None
    batch_weight: float = 0.0

    @property
    def sends(self) -> bool:
        """Whether tasks, arguments and results travel to another process."""
        return self.pickler is not None


_FUTURES_POOL = "benchmarks.backends.futures_pool:FuturesPool"

BACKENDS = {
    backend.name: backend
    for backend in (
        Backend(SEQUENTIAL, None, None, "joblib"),
        Backend("threading", "threads", None, "joblib", counterpart=FUTURES_THREADS, batch_weight=5e-4),
        Backend(
            "loky",
            "processes",
            "cloudpickle",
            "joblib",
            reusable_executor=True,
            joblib_class="LokyBackend",
            sets_inner_threads=True,
            counterpart=FUTURES_PROCESSES,
            batch_weight=4e-3,
        ),
        Backend("multiprocessing", "processes", "pickle", "joblib", counterpart=FUTURES_PROCESSES, batch_weight=3e-3),
        Backend(LOOP, None, None, "reference", pool="benchmarks.backends.loop:Loop"),
        Backend(FUTURES_THREADS, "threads", None, "reference", pool=_FUTURES_POOL, batch_weight=5e-4),
        Backend(FUTURES_PROCESSES, "processes", "pickle", "reference", pool=_FUTURES_POOL, batch_weight=3e-3),
    )
}


@dataclass(frozen=True)
class KnownEngine:
    """An engine of this suite: a cluster on which the backend of its name runs.

    `address` is its function as MODULE:NAME, `package` what it needs installed. `cluster_option` is the session option
    that names a running cluster, as Python has it, and `cluster_example` a value of it.
    """

    address: str
    package: str
    cluster_option: str
    cluster_example: str

    @property
    def cluster_flag(self) -> str:
        """The session option as users type it."""
        return f"--{self.cluster_option.replace('_', '-')}"


ENGINES = {
    "dask": KnownEngine("benchmarks.engines.dask:dask", "distributed", "dask_scheduler", "tcp://host:8786"),
    "ray": KnownEngine("benchmarks.engines.ray:ray", "ray", "ray_address", "host:6379 or auto"),
}


def backend_of(name: str) -> Backend:
    """The description of a backend; one that is not in the table runs its tasks in processes of somebody else's."""
    return BACKENDS.get(name) or Backend(name, "processes", "cloudpickle", "foreign")


def shares_executor(joblib_class: str) -> bool:
    """Whether cases that run on this class can use the same executor one after the other."""
    return any(backend.reusable_executor for backend in BACKENDS.values() if backend.joblib_class == joblib_class)


def _of(origin: str) -> tuple[str, ...]:
    return tuple(backend.name for backend in BACKENDS.values() if backend.origin == origin)


JOBLIB_BACKENDS = _of("joblib")
REFERENCES = _of("reference")
N_JOBS = (1, 2, 4)
BATCH_SIZES: tuple[BatchSize, ...] = (1, 10, 100, 1000, "auto")


@dataclass(frozen=True)
class Case:
    """One combination of backend, n_jobs and batch size, as it was asked for; what really runs may differ.

    `batch_size` is a count of tasks, "auto", or None where nothing is batched (the plain loop). `workload` is None for
    the summation; the name of another workload contains no "-". `inner_threads` is the number of threads that a numeric
    library has in each worker, None where `--inner-threads` does not ask for it.
    """

    backend: str
    n_jobs: int
    batch_size: BatchSize
    workload: str | None = None
    inner_threads: int | None = None

    @property
    def label(self) -> str:
        """Backend, n_jobs and batch size, such as `loky-n4-b1000`; `loky-n4-b1000-t2` with two inner threads."""
        threads = "" if self.inner_threads is None else f"-t{self.inner_threads}"
        if self.batch_size is None:
            return f"{self.backend}{threads}"
        return f"{self.backend}-n{self.n_jobs}-b{self.batch_size}{threads}"

    @property
    def id(self) -> str:
        """The part of a test id in brackets: the label, after the workload's name where that is not the summation."""
        return self.label if self.workload is None else f"{self.workload}-{self.label}"


def informative_rank(workers: int, batch_size: BatchSize, cores: int) -> tuple[int, int]:
    """Rank a case by what it really has, the most informative first; `batch_size` is None for a micro-case.

    Cells with one worker come first, because they show the function alone. Then comes every backend as it is used by
    default (one worker per core, joblib's choice of batches), then the other batch sizes, the smallest before the
    largest ones, then other numbers of workers, and the micro-cases with them.
    """
    if batch_size is None:
        return 3, 0
    # joblib's own choice, single tasks, then by the number of digits, the most first.
    batch = {"auto": 0, "1": 1}.get(str(batch_size), 2 + max(0, 6 - len(str(batch_size))))
    if workers == 1:
        return 0, batch
    if workers != cores:
        return 3, batch
    return (1, 0) if batch == 0 else (2, batch)


def grid(
    backends: Sequence[str],
    n_jobs: Sequence[int],
    batch_sizes: Sequence[BatchSize],
    inner_threads: Sequence[int | None] = (None,),
) -> list[Case]:
    """Every combination of the axes, in the order given."""
    return [
        Case(backend, jobs, size, inner_threads=threads)
        for backend in backends
        for jobs in n_jobs
        for size in batch_sizes
        for threads in inner_threads
    ]


def references(
    backends: Sequence[str],
    n_jobs: Sequence[int],
    batch_sizes: Sequence[BatchSize],
    inner_threads: Sequence[int | None] = (None,),
) -> list[Case]:
    """The plain loop, and the standard library's counterparts of `backends`, on the same axes.

    A pool of one worker and a batch size of "auto" have no counterpart: joblib replaces the former by the sequential
    backend, and only joblib has the latter.
    """
    counterparts = dict.fromkeys(filter(None, (backend_of(name).counterpart for name in backends)))
    jobs = [count for count in n_jobs if count != 1]
    sizes = [size for size in batch_sizes if size != "auto"]
    loops = [Case(LOOP, 1, None, inner_threads=threads) for threads in inner_threads]
    return [*loops, *grid(list(counterparts), jobs, sizes, inner_threads)]


def distinct(cases: Iterable[Case]) -> list[Case]:
    """The cases without repetitions, in order of first occurrence."""
    return list(dict.fromkeys(cases))


def rough_weight(params: Mapping[str, Any] | None, tasks: int) -> float:
    """A rough estimate of how long a case takes relative to the others; 1 where nothing is known of it."""
    backend, jobs, size = ((params or {}).get(name) for name in ("backend", "n_jobs", "batch_size"))
    if not isinstance(size, int) or jobs == 1:
        return 1.0
    return 1.0 + backend_of(str(backend)).batch_weight * tasks / size
