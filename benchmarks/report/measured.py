"""The cases of the grid that a run measured, read from the `benchmarks` of its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Any

from benchmarks.analysis.speedup import Configuration
from benchmarks.grid import (
    JOBLIB_BACKENDS,
    LOOP,
    NOTEBOOK_BATCH_SIZE,
    NOTEBOOK_N_JOBS,
    REFERENCES,
    BatchSize,
)
from benchmarks.text.formatting import counted
from benchmarks.text.printable import unprintable

_LONGEST_WORD = 1024

# What a case's extra_info says of threads inside its tasks: in the workers, in the pinned loop, in the user's.
THREADS_OF = ("inner_threads", "loop_threads", "own_loop_threads")

_GROUPS = ("summation", "notebook", "workload")


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
    entries = [entry for entry in benchmarks if _is_grid_case(entry)]
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
    facts, params = entry["extra_info"], _params(entry)
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


def _is_grid_case(entry: Mapping[str, Any]) -> bool:
    """Return whether this suite can have written an entry as a case of the grid: files come from anywhere."""
    params, facts = _params(entry), entry.get("extra_info")
    if entry.get("group") not in _GROUPS or not isinstance(params, dict) or not isinstance(facts, dict):
        return False
    return (
        is_word(entry.get("param"))
        and is_word(params.get("backend"))
        and _is_n_jobs(params.get("n_jobs"))
        and _has_batch_size(params)
        and (params.get("inner_threads") is None or is_count(params["inner_threads"]))
        and all(is_count(facts.get(name)) for name in ("tasks", "effective_n_jobs", "worker_threads"))
        and (is_word(facts.get("workload")) if entry["group"] == "workload" else is_count(facts.get("longest")))
        and isinstance(facts.get("worker_processes"), int)
        and "alias_of" in facts
        and (facts["alias_of"] is None or is_word(facts["alias_of"]))
        and is_word(facts.get("effective_backend"))
        and _are_batches(facts.get("batches"))
        and all(_are_loops(facts.get(name)) for name in ("loop_s", "own_loop_s"))
        and all(_are_threads(facts.get(name)) for name in THREADS_OF)
    )


def _params(entry: Mapping[str, Any]) -> Any:
    """Return a case's parameters; those of the notebook's cases leave out what they have in common."""
    params = entry.get("params")
    if entry.get("group") != "notebook" or not isinstance(params, dict):
        return params
    size = None if params.get("backend") == LOOP else NOTEBOOK_BATCH_SIZE
    return {"n_jobs": NOTEBOOK_N_JOBS, "batch_size": size, **params}


def is_count(value: object) -> bool:
    """Return whether a value is a whole number of things, 1 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12


def _is_n_jobs(value: object) -> bool:
    """Return whether a value is a number of jobs; negative numbers count from all cores."""
    return isinstance(value, int) and not isinstance(value, bool) and value != 0 and abs(value) < 10**12


def _has_batch_size(params: Mapping[str, Any]) -> bool:
    """Return whether the batch size is a count or "auto"; it is null, and present, for the plain loop alone."""
    value = params.get("batch_size", False)
    return value is None if params["backend"] == LOOP else value == "auto" or is_count(value)


def is_word(value: object) -> bool:
    """Return whether a value is a text that can be shown as it is."""
    return isinstance(value, str) and len(value) <= _LONGEST_WORD and not unprintable(value)


def _are_loops(value: object) -> bool:
    """Return whether a value is a list of seconds, or None."""
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(loop_s, int | float) and 1e-12 < loop_s < 1e7 for loop_s in value)


def _are_threads(value: object) -> bool:
    """Return whether a value has a number of threads by library, or is None."""
    return value is None or (
        isinstance(value, dict) and all(is_word(name) and is_count(count) for name, count in value.items())
    )


def _are_batches(value: object) -> bool:
    """Return whether a value has, for each round, the number of batches by size, or null."""
    if not isinstance(value, list) or not value:
        return False
    return all(
        batches is None
        or (
            isinstance(batches, dict)
            and all(size.isdecimal() and len(size) < 13 and is_count(count) for size, count in batches.items())
        )
        for batches in value
    )
