"""Tasks that start workers themselves: n_jobs belongs inside the tasks, or outside around them, not to both.

The cost model knows nothing of such tasks, nor of those that run other programs, so that both ways are measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from benchmarks.grid import Case, backend_of
from benchmarks.text.node_ids import parse_node_id

# A pool whose calls take at most this much longer is as good; as much is noise where more is impossible.
_AS_GOOD = 0.10


@dataclass(frozen=True)
class Outside:
    """A pool around the tasks: the seconds of its calls, and of the plain loops before and after them."""

    case: Case
    calls_s: tuple[float, ...]
    loops_s: tuple[float, ...]

    @property
    def speed_up(self) -> float:
        """How many times as fast as the plain loop beside it, whose tasks have their own workers."""
        return fmean(self.loops_s) / median(self.calls_s)

    @property
    def is_possible(self) -> bool:
        """Whether so many workers can be as fast, if the tasks have none of their own that a pool limits."""
        return self.speed_up <= self.case.n_jobs * (1 + _AS_GOOD)

    @property
    def is_better(self) -> bool | None:
        """Whether the pool is better than the plain loop; None if their times overlap."""
        if max(self.calls_s) < min(self.loops_s):
            return True
        return False if min(self.calls_s) > max(self.loops_s) else None


@dataclass(frozen=True)
class Nesting:
    """What was measured of tasks that start workers themselves, or only run other programs: then `own_workers` is 0.

    `own_workers` and `programs` are counted in two plain loops. `tasks` were measured, evenly chosen from `all_tasks`
    if there was no time for all. If `warm` is true, the pools were open; otherwise a call includes its start and end.
    """

    tasks: int
    all_tasks: int
    own_workers: int
    pools: tuple[Outside, ...]
    programs: int = 0
    warm: bool = False

    @property
    def best(self) -> Outside:
        """The pool with the highest speed-up, or one as good that needs less: threads, or fewer workers."""
        fastest = max(self.pools, key=lambda pool: pool.speed_up)
        as_good = (
            pool
            for pool in self.pools
            if pool.is_better == fastest.is_better and pool.speed_up >= fastest.speed_up / (1 + _AS_GOOD)
        )
        return min(as_good, key=lambda pool: (backend_of(pool.case.backend).workers == "processes", pool.case.n_jobs))


def nesting_of(benchmarks: Sequence[Mapping[str, Any]]) -> Nesting | None:
    """Return what a run of the user's tasks measured of both levels, None if they start no workers or programs."""
    warm = of_test("test_workers_open", benchmarks)
    cases = warm or of_test("test_workers_whole", benchmarks)
    if not cases:
        return None
    facts = cases[0]["extra_info"]
    tasks = int(facts["tasks"])
    loops = of_test("test_loop", benchmarks)
    all_tasks = int(loops[0]["extra_info"].get("stands_for", {}).get("tasks", tasks)) if loops else tasks
    own_workers, programs = int(facts.get("own_workers", 0)), int(facts.get("programs", 0))
    return Nesting(tasks, all_tasks, own_workers, tuple(map(_outside, cases)), programs, bool(warm))


def of_test(name: str, benchmarks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the benchmarks that are cases of this test."""
    return [each for each in benchmarks if parse_node_id(each["name"]).function == name]


def _outside(benchmark: Mapping[str, Any]) -> Outside:
    facts = benchmark["extra_info"]
    return Outside(
        Case(str(benchmark["params"]["backend"]), int(facts["effective_n_jobs"]), 1),
        tuple(map(float, benchmark["stats"]["data"])),
        tuple(map(float, facts["loop_s"])),
    )
