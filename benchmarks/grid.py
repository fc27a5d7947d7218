"""The grid: which cases there are, what they are called, how large their calls are.

The one place where the grid is spelled out. It imports nothing, so that collecting stays cheap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BatchSize = int | str | None

SEQUENTIAL = "sequential"
JOBLIB_BACKENDS = (SEQUENTIAL, "threading", "loky", "multiprocessing")
N_JOBS = (1, 2, 4)
BATCH_SIZES: tuple[BatchSize, ...] = (1, 10, 100, 1000, "auto")

LOOP = "loop"
FUTURES_THREADS = "futures-threads"
FUTURES_PROCESSES = "futures-processes"
REFERENCES = (LOOP, FUTURES_THREADS, FUTURES_PROCESSES)

# The standard library's pool that does the same kind of work as a joblib backend.
COUNTERPART = {"threading": FUTURES_THREADS, "loky": FUTURES_PROCESSES, "multiprocessing": FUTURES_PROCESSES}


@dataclass(frozen=True)
class Case:
    """One cell of the grid, as it was asked for; what really ran may differ.

    `batch_size` is a count of tasks, "auto", or None where nothing is batched (the direct loop). `workload` is None
    for the suite's own work; there is no "-" in the name of another.
    """

    backend: str
    n_jobs: int
    batch_size: BatchSize
    workload: str | None = None

    @property
    def cell(self) -> str:
        """Backend, n_jobs and batch size, such as `loky-n4-b1000`."""
        if self.batch_size is None:
            return self.backend
        return f"{self.backend}-n{self.n_jobs}-b{self.batch_size}"

    @property
    def id(self) -> str:
        """The case's name in brackets of a test id: its cell, after the workload where that is another."""
        return self.cell if self.workload is None else f"{self.workload}-{self.cell}"


@dataclass(frozen=True)
class Profile:
    """How large a call is and how often it is measured.

    `tasks` is tasks a call; `longest` is the end of the task lengths (additions), exclusive as in `range`; `warmups`
    counts untimed calls besides the observed one that opens every case.
    """

    name: str
    tasks: int
    longest: int
    rounds: int
    warmups: int


# quick: 5,000 tasks, because with 4,008 or fewer joblib never forms a batch of 1000 at n_jobs=4; lengths to 500 keep
# 76 cases of 6 calls within 2 minutes on 2 cores.
# standard: calls of 0.2 s and more in every process and thread cell, so that joblib's 10 ms poll is under 5 % of them.
# gate: as quick, but every case is scaled by itself to calls of about 0.04 s.
# notebook: the notebook's own 40,000 of both, one timed round.
# probe: each part of a call has a size of its own.
PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", tasks=5_000, longest=500, rounds=5, warmups=0),
        Profile("standard", tasks=10_000, longest=3_500, rounds=6, warmups=1),
        Profile("gate", tasks=5_000, longest=500, rounds=7, warmups=0),
        Profile("notebook", tasks=40_000, longest=40_000, rounds=1, warmups=0),
        Profile("probe", tasks=5_000, longest=500, rounds=5, warmups=0),
    )
}

# A session that measures nothing runs each case once to check its result: a few tasks are enough.
UNMEASURED = Profile("unmeasured", tasks=64, longest=64, rounds=1, warmups=0)


def grid(backends: Sequence[str], n_jobs: Sequence[int], batch_sizes: Sequence[BatchSize]) -> list[Case]:
    """Every combination of the three axes, in the order given."""
    return [Case(backend, jobs, size) for backend in backends for jobs in n_jobs for size in batch_sizes]


def references(backends: Sequence[str], n_jobs: Sequence[int], batch_sizes: Sequence[BatchSize]) -> list[Case]:
    """The direct loop, and the standard library's pools that match `backends`, on the same axes.

    A pool of one worker and a batch size of "auto" have no counterpart: joblib replaces the first by the sequential
    backend, and only joblib has the second.
    """
    pools = dict.fromkeys(COUNTERPART[backend] for backend in backends if backend in COUNTERPART)
    jobs = [count for count in n_jobs if count != 1]
    sizes = [size for size in batch_sizes if size != "auto"]
    return [Case(LOOP, 1, None), *grid(list(pools), jobs, sizes)]


def distinct(cases: Iterable[Case]) -> list[Case]:
    """`cases` without repetition, first occurrence first."""
    return list(dict.fromkeys(cases))


# Seconds a batch on two cores, as a share of a quick call's work; only the remaining-time estimate uses them.
_BATCH_WEIGHT = {
    "threading": 5e-4,
    "loky": 4e-3,
    "multiprocessing": 3e-3,
    FUTURES_THREADS: 5e-4,
    FUTURES_PROCESSES: 3e-3,
}


def rough_weight(params: Mapping[str, Any] | None, tasks: int) -> float:
    """How long a case takes against the others, roughly; 1 where nothing is known."""
    backend, jobs, size = ((params or {}).get(name) for name in ("backend", "n_jobs", "batch_size"))
    if not isinstance(size, int) or jobs == 1:
        return 1.0
    return 1.0 + _BATCH_WEIGHT.get(str(backend), 0.0) * tasks / size
