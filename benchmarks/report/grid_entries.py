"""Which entries of a run file can be shown as cases of the grid: files come from anywhere, every value is checked."""

from collections.abc import Mapping
from typing import Any

from benchmarks.grid import LOOP
from benchmarks.profiles import NOTEBOOK_BATCH_SIZE, NOTEBOOK_N_JOBS
from benchmarks.text.printable import unprintable

_LONGEST_WORD = 1024

# What a case's extra_info says of threads inside its tasks: in the workers, in the pinned loop, in the user's.
THREADS_OF = ("inner_threads", "loop_threads", "own_loop_threads")

_GROUPS = ("summation", "notebook", "workload")


def is_grid_case(entry: Mapping[str, Any]) -> bool:
    """Return whether this suite can have written an entry as a case of the grid: files come from anywhere."""
    params, facts = params_of(entry), entry.get("extra_info")
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


def params_of(entry: Mapping[str, Any]) -> Any:
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
