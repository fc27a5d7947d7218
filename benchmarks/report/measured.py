"""The cases of the grid that a run measured, read from the `benchmarks` of its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Any

from benchmarks.analysis.speedup import Configuration
from benchmarks.grid import JOBLIB_BACKENDS, LOOP, REFERENCES, BatchSize
from benchmarks.report.grid_entries import is_grid_case, params_of
from benchmarks.text.formatting import counted


@dataclass(frozen=True)
class MeasuredCase:
    """A case of the grid that has a time.

    `n_jobs`, `inner_threads` (None if not) and `batch_size` are what was asked for; what really ran is in `facts`, its
    extra_info in the run file. `loops_s` are the plain loop's times measured with it, `rounds_s` its own; the latter is
    empty if the file keeps statistics only.
    """

    configuration: Configuration
    loops_s: tuple[float, ...]
    n_jobs: int
    inner_threads: int | None
    batch_size: BatchSize
    rounds_s: tuple[float, ...]
    facts: Mapping[str, Any]

    @property
    def jobs_label(self) -> str:
        """The number of jobs as text; `2 x 4` if each has 4 inner threads."""
        return jobs_label(self.n_jobs, self.inner_threads)

    @property
    def workload(self) -> str | None:
        """The workload's name; None for the summation."""
        return self.facts.get("workload")

    @property
    def really_ran(self) -> str:
        """The workers that answered and their batches, such as `2 processes, 50 batches, largest 100`."""
        facts = self.facts
        if facts["worker_processes"]:
            workers = counted(facts["worker_processes"], "process", "processes")
        elif facts["effective_n_jobs"] > 1:
            workers = counted(facts["worker_threads"], "thread")
        else:
            return str(facts["effective_backend"])
        sizes = facts["batches"][-1]
        if not sizes:
            return workers
        return f"{workers}, {counted(sum(sizes.values()), 'batch', 'batches')}, largest {max(map(int, sizes))}"


def measured_cases(benchmarks: Iterable[Mapping[str, Any]]) -> list[MeasuredCase]:
    """Return the cases of the grid that can be compared with a plain loop; other entries are skipped."""
    entries = [entry for entry in benchmarks if is_grid_case(entry)]
    loop_s = next((entry["stats"]["median"] for entry in entries if entry["params"]["backend"] == LOOP), None)
    name = _better_loop([entry["extra_info"] for entry in entries])
    # The loop is timed with each case; in older files, the notebook's cases share one.
    loops = [(entry, entry["extra_info"].get(name) or ([loop_s] if loop_s else [])) for entry in entries]
    return [_measured(entry, loops_s) for entry, loops_s in loops if loops_s]


def _better_loop(facts: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of the faster plain loop: pinned to one thread, or as the user runs it (`measure.loops`).

    One of the two is chosen for all cases: the faster one of each case would be the luckier one.
    """
    both = [(each["own_loop_s"], each["loop_s"]) for each in facts if each.get("own_loop_s") and each.get("loop_s")]
    change = sum(log(fmean(own_s) / fmean(pinned_s)) for own_s, pinned_s in both)
    return "own_loop_s" if both and len(both) == len(facts) and change < 0 else "loop_s"


def own_cases(cases: Sequence[MeasuredCase]) -> list[MeasuredCase]:
    """Return the cases without the plain loop, and without aliases of a case that is among them.

    joblib's backends come first, in the grid's order, then other backends, then the references.
    """
    names = {case.configuration.name for case in cases}
    own = [case for case in cases if case.facts["alias_of"] not in names and case.configuration.backend != LOOP]
    return sorted(own, key=lambda case: backend_rank(case.configuration.backend))


def start_workers(cases: Sequence[MeasuredCase]) -> bool:
    """Return whether the tasks start workers themselves, so that no speed-up is a fair comparison."""
    return any(case.facts.get("own_workers") for case in cases)


def without_workload(case_id: str, facts: Mapping[str, Any]) -> str:
    """Return a case's id without the workload's name: all cases of a run have the same workload."""
    return case_id.removeprefix(f"{facts['workload']}-") if facts.get("workload") else case_id


def backend_rank(backend: str) -> int:
    """Return where a backend is listed among others: joblib's own, then others, then the references."""
    order = (*JOBLIB_BACKENDS, None, *REFERENCES)
    return order.index(backend if backend in order else None)


def jobs_label(n_jobs: int, inner_threads: int | None) -> str:
    """Return a number of jobs as text; `2 x 4` if each has 4 inner threads."""
    return str(n_jobs) if inner_threads is None else f"{n_jobs} x {inner_threads}"


def sorted_batch_sizes(sizes: Iterable[str]) -> list[str]:
    """Return batch sizes (as text) without repetition, numbers in ascending order before "auto"."""
    return sorted(set(sizes), key=lambda size: (not size.isdecimal(), int(size) if size.isdecimal() else 0))


def _measured(entry: Mapping[str, Any], loops_s: Sequence[float]) -> MeasuredCase:
    facts, params = entry["extra_info"], params_of(entry)
    configuration = Configuration(
        name=without_workload(entry["param"], facts),
        backend=params["backend"],
        time_s=entry["stats"]["median"],
        loop_s=fmean(loops_s),
        workers=facts["effective_n_jobs"],
        inner_threads=params.get("inner_threads") or 1,
    )
    rounds_s = tuple(entry["stats"].get("data") or ())
    if facts["alias_of"]:
        facts = {**facts, "alias_of": without_workload(facts["alias_of"], facts)}
    threads = params.get("inner_threads")
    return MeasuredCase(configuration, tuple(loops_s), params["n_jobs"], threads, params["batch_size"], rounds_s, facts)
