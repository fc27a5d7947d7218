"""The cells of the grid that a run has measured, out of the `benchmarks` of its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from benchmarks.analysis.headline import Contender, log_errors
from benchmarks.analysis.speedup import Configuration
from benchmarks.grid import JOBLIB_BACKENDS, LOOP, REFERENCES, BatchSize, backend_of
from benchmarks.text.printable import unprintable

_LONGEST_WORD = 1024

_GROUPS = ("summation", "notebook", "workload")


@dataclass(frozen=True)
class MeasuredCase:
    """One finished cell, as it was asked for: `n_jobs`, `batch_size`. `facts` are its extra_info in the run file.

    `rounds_s` is empty where the file keeps statistics only; `loops_s` are the plain loop's times measured with it.
    """

    configuration: Configuration
    loops_s: tuple[float, ...]
    n_jobs: int
    batch_size: BatchSize
    rounds_s: tuple[float, ...]
    facts: Mapping[str, Any]

    @property
    def workload(self) -> str | None:
        """What the tasks do, None for the summation."""
        return self.facts.get("workload")


def measured_cases(benchmarks: Iterable[Mapping[str, Any]]) -> list[MeasuredCase]:
    """The grid's cells that have a direct loop to stand against; what is no cell of this suite is left out."""
    cells = [entry for entry in benchmarks if _is_cell(entry)]
    loop = next((entry["stats"]["median"] for entry in cells if entry["params"]["backend"] == LOOP), None)
    # The loop was timed beside each case; the notebook's cases share one.
    beside = [(entry, entry["extra_info"].get("loop_s") or ([loop] if loop else [])) for entry in cells]
    return [_measured(entry, loop_s) for entry, loop_s in beside if loop_s]


# Workloads whose tasks hold the GIL all the while; of others nobody knows.
_HOLDS_GIL = (None, "uneven")


def contenders(cases: Sequence[MeasuredCase], gil: bool) -> list[Contender]:
    """Return the parallel configurations of joblib's, each with its error and the most that its speed-up can be.

    `gil` says whether the interpreter that measured has a GIL.
    """
    errors = log_errors([case.rounds_s for case in cases], [case.loops_s for case in cases])
    found = []
    for case, error in zip(cases, errors, strict=True):
        backend = backend_of(case.configuration.backend)
        if backend.origin == "reference" or case.configuration.workers < 2 or _is_alias(case, cases):
            continue
        alone = gil and backend.workers == "threads" and case.workload in _HOLDS_GIL
        found.append(Contender(case.configuration, error, 1.0 if alone else float(case.configuration.workers)))
    return found


def _is_alias(case: MeasuredCase, cases: Sequence[MeasuredCase]) -> bool:
    return case.facts["alias_of"] in {each.configuration.name for each in cases}


def own_cases(cases: Sequence[MeasuredCase]) -> list[MeasuredCase]:
    """Without the direct loop, which the others stand against, and without aliases of a cell that is here as well.

    joblib's backends come first, in the grid's order, then others, then the references.
    """
    names = {case.configuration.name for case in cases}
    own = [case for case in cases if case.facts["alias_of"] not in names and case.configuration.backend != LOOP]
    return sorted(own, key=lambda case: place(case.configuration.backend))


def without_workload(case_id: str, facts: Mapping[str, Any]) -> str:
    """The cell in a case's id: within a run all cells do the same work."""
    return case_id.removeprefix(f"{facts['workload']}-") if facts.get("workload") else case_id


def place(backend: str) -> int:
    """Where a backend stands among others."""
    order = (*JOBLIB_BACKENDS, None, *REFERENCES)
    return order.index(backend if backend in order else None)


def in_order(sizes: Iterable[str]) -> list[str]:
    """Batch sizes as text, without repetition: numbers rising, then auto."""
    return sorted(set(sizes), key=lambda size: (not size.isdecimal(), int(size) if size.isdecimal() else 0))


def _measured(entry: Mapping[str, Any], loop_s: Sequence[float]) -> MeasuredCase:
    facts, params = entry["extra_info"], entry["params"]
    configuration = Configuration(
        name=without_workload(entry["param"], facts),
        backend=params["backend"],
        time_s=entry["stats"]["median"],
        loop_s=fmean(loop_s),
        workers=facts["effective_n_jobs"],
    )
    rounds_s = tuple(entry["stats"].get("data") or ())
    if facts["alias_of"]:
        facts = {**facts, "alias_of": without_workload(facts["alias_of"], facts)}
    return MeasuredCase(configuration, tuple(loop_s), params["n_jobs"], params["batch_size"], rounds_s, facts)


def _is_cell(entry: Mapping[str, Any]) -> bool:
    """Whether this suite can have written it: files come from anywhere."""
    params, facts = entry.get("params"), entry.get("extra_info")
    if entry.get("group") not in _GROUPS or not isinstance(params, dict) or not isinstance(facts, dict):
        return False
    return (
        is_word(entry.get("param"))
        and is_word(params.get("backend"))
        and _jobs(params.get("n_jobs"))
        and _batch_size(params)
        and all(is_count(facts.get(name)) for name in ("tasks", "effective_n_jobs", "worker_threads"))
        and (is_word(facts.get("workload")) if entry["group"] == "workload" else is_count(facts.get("longest")))
        and isinstance(facts.get("worker_processes"), int)
        and "alias_of" in facts
        and (facts["alias_of"] is None or is_word(facts["alias_of"]))
        and is_word(facts.get("effective_backend"))
        and _batches(facts.get("batches"))
        and _loops(facts.get("loop_s"))
    )


def is_count(value: object) -> bool:
    """Whether a value is a number of things, at least one."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12


def _jobs(value: object) -> bool:
    """Any number that joblib takes: -1 is all cores."""
    return isinstance(value, int) and not isinstance(value, bool) and value != 0 and abs(value) < 10**12


def _batch_size(params: Mapping[str, Any]) -> bool:
    """A count or "auto"; null, which has to be there, for the direct loop alone."""
    value = params.get("batch_size", False)
    return value is None if params["backend"] == LOOP else value == "auto" or is_count(value)


def is_word(value: object) -> bool:
    """Text that can be shown as it is."""
    return isinstance(value, str) and len(value) <= _LONGEST_WORD and not unprintable(value)


def _loops(value: object) -> bool:
    """Seconds, or nothing."""
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(one, int | float) and 1e-12 < one < 1e7 for one in value)


def _batches(value: object) -> bool:
    """For each round, how many batches of each size there were, or null."""
    if not isinstance(value, list) or not value:
        return False
    return all(
        one is None
        or (
            isinstance(one, dict)
            and all(size.isdecimal() and len(size) < 13 and is_count(n) for size, n in one.items())
        )
        for one in value
    )
