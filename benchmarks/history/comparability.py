"""Whether two runs may be compared at all, field by field."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from benchmarks.history.case_times import CaseTimes
from benchmarks.history.run import Run
from benchmarks.text.printable import visible

# What must be equal. joblib, its dependencies and the commit are not here: they are what is compared.
RUN_BARS = ("cpu_model", "usable_cores", "system", "python", "free_threading", "profile", "suite_version")

# What a case does in a call must be equal, too; with `--force tasks` it need not be.
TASKS = "tasks"
FIELDS = (*RUN_BARS, TASKS)


@dataclass(frozen=True)
class Difference:
    """A field in which two runs differ, with both values."""

    field: str
    base: Any
    head: Any

    def __str__(self) -> str:
        return f"{self.field}: {_shown(self.base)} against {_shown(self.head)}"


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
    }


def differences(base: Run, head: Run) -> list[Difference]:
    """The fields that keep two runs from being compared, none where they may be."""
    left, right = bars(base), bars(head)
    return [Difference(field, left[field], right[field]) for field in RUN_BARS if left[field] != right[field]]


def case_difference(base: CaseTimes, head: CaseTimes, forced: Collection[str]) -> Difference | None:
    """Whether a case did different work in the two runs."""
    if base.work == head.work or TASKS in forced:
        return None
    return Difference(TASKS, base.work, head.work)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(visible(part)[:60] for part in value if part is not None) or "not said"
    return "not said" if value is None else visible(value)[:200]
