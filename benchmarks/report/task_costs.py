"""What a task costs that does nothing: each backend's own cost, side by side."""

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.report.measured import is_count, is_word, place
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

_CASE = "test_no_op["


def task_costs(benchmarks: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence from the no-op cases of a run's `benchmarks`, none where fewer than two backends have one."""
    costs_s = {}
    for entry in benchmarks:
        params, facts, name = (entry.get(key) for key in ("params", "extra_info", "name"))
        if not isinstance(name, str) or not name.startswith(_CASE) or not isinstance(params, dict):
            continue
        backend, tasks = params.get("backend"), facts.get("tasks") if isinstance(facts, dict) else None
        if isinstance(backend, str) and is_word(backend) and is_count(tasks):
            costs_s[visible(backend)] = entry["stats"]["median"] / tasks
    if len(costs_s) < 2:
        return []
    names = sorted(costs_s, key=lambda name: (place(name), name))
    listed = ", ".join(f"{name} {duration(costs_s[name])}" for name in names)
    return [f"A task that does nothing costs, in batches of 100: {listed}."]
