"""Whether two runs may be compared at all, field by field."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from benchmarks.history.case_times import CaseTimes
from benchmarks.history.identity import CONDITIONS
from benchmarks.history.run import Run
from benchmarks.text.printable import visible

# What must be equal. joblib, its dependencies and the commit are not here: they are what is compared. A condition that
# one of the files lacks equals any: older versions did not record them.
RUN_BARS = ("cpu_model", "usable_cores", "system", "python", "free_threading", "profile", "suite_version", *CONDITIONS)

# What a case does in a call, and how it is timed, must be equal, too; with `--force tasks` it need not be.
TASKS, TIMING = "tasks", "timing"
FIELDS = (*RUN_BARS, TASKS, TIMING)


@dataclass(frozen=True)
class Difference:
    """A field in which two runs differ, with both values; `runs` names the two where there are others."""

    field: str
    base: Any
    head: Any
    runs: str = ""

    def __str__(self) -> str:
        runs = f" ({self.runs})" if self.runs else ""
        return f"{self.field}: {_shown(self.base)} against {_shown(self.head)}{runs}"


def bars(run: Run) -> dict[str, Any]:
    """The values that must be equal in runs that are compared, by field."""
    identity = run.identity
    return {
        "cpu_model": identity.cpu_model,
        "usable_cores": identity.usable_cores,
        "system": identity.system,
        "python": identity.python,
        "free_threading": identity.free_threading,
        "profile": run.profile,
        "suite_version": run.suite_version,
        **{field: run.conditions.get(field) for field in CONDITIONS},
    }


def differences(base: Run, head: Run) -> list[Difference]:
    """The fields that keep two runs from being compared, none where they may be."""
    left, right = bars(base), bars(head)
    return [difference_in(field, left[field], right[field]) for field in different_fields(left, right)]


def different_conditions(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Difference]:
    """Return the conditions in which two measurements on one machine differ; one that is not known does not."""
    return [
        difference_in(field, left[field], right[field])
        for field in CONDITIONS
        if left.get(field) is not None and right.get(field) is not None and left[field] != right[field]
    ]


def different_fields(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[str]:
    """Return the fields in which two runs' bars differ."""
    return [
        field
        for field in RUN_BARS
        if left.get(field) != right.get(field)
        and not (field in CONDITIONS and (left.get(field) is None or right.get(field) is None))
    ]


@lru_cache(maxsize=1024)
def comparable(left: str | None, right: str | None, forced: frozenset[str] = frozenset()) -> bool:
    """Return whether runs with these bars, as the index has them, may be compared if the forced fields may differ.

    A history has many runs and few different bars.
    """
    if left == right:
        return True
    return forced.issuperset(different_fields(json.loads(left or "{}"), json.loads(right or "{}")))


def fields_apart(bars: Iterable[str | None], like: str | None) -> list[str]:
    """Return the fields in which any of these bars differ from `like`, all as the index has them."""
    of_like = json.loads(like or "{}")
    found = {field for one in set(bars) for field in different_fields(json.loads(one or "{}"), of_like)}
    return [field for field in RUN_BARS if field in found]


def difference_in(field: str, base: Any, head: Any) -> Difference:
    """Return a difference; of variables of the environment or versions only those that differ."""
    if isinstance(base, Mapping) and isinstance(head, Mapping):
        names = [name for name in sorted({*base, *head}) if base.get(name) != head.get(name)]
        base, head = (tuple(f"{name}={side.get(name, 'not set')}" for name in names) for side in (base, head))
    return Difference(field, base, head)


def case_difference(base: CaseTimes, head: CaseTimes, forced: Collection[str]) -> Difference | None:
    """Return whether a case did different work in the two runs, or was timed in another way, as far as both say."""
    if base.work != head.work and TASKS not in forced:
        return Difference(TASKS, base.work, head.work)
    names = [name for name in base.timing if base.timing[name] != head.timing.get(name, base.timing[name])]
    if not names or TIMING in forced:
        return None
    before, after = (tuple(f"{name}={case.timing[name]}" for name in names) for case in (base, head))
    return Difference(TIMING, before, after)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(visible(part)[:60] for part in value if part is not None) or "not said"
    return "not said" if value is None else visible(value)[:200]
