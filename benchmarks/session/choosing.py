"""Which of the collected cases a session runs: those of its profile and work, those of its plan."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.errors import BadOption
from benchmarks.measure.turns import PLAN, planned
from benchmarks.session.options import SETTINGS
from benchmarks.session.session import is_case
from benchmarks.session.workload import WORKLOAD

# Profiles whose cases are a file of their own, which no other profile has.
_OWN_FILES = {"notebook": "test_notebook.py", "probe": "test_probe.py", "probe of a workload": "test_tasks.py"}


def in_profile(config: Any, path: Path) -> bool:
    """Whether the cases of a file belong to the session's profile and work."""
    profile = config.stash[SETTINGS].profile
    if profile == "probe" and config.stash[WORKLOAD]:
        profile = "probe of a workload"
    if profile in _OWN_FILES or path.name in _OWN_FILES.values():
        return path.name == _OWN_FILES.get(profile)
    return path.name != ("test_summation.py" if config.stash[WORKLOAD] else "test_workload.py")


def keep_planned(config: Any, items: list[Any]) -> None:
    """A plan says which cases, in which order. Raises pytest.UsageError where one is missing."""
    try:
        kept = planned(items, config.stash[PLAN])
    except BadOption as bad:
        raise pytest.UsageError(str(bad)) from None
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def deselect_other_profiles(config: Any, items: list[Any]) -> None:
    """A path on the command line is collected whatever the profile; its cases are then left out, and counted."""
    others = [item for item in items if is_case(item) and not in_profile(config, item.path)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
