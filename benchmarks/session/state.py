"""The state of a session: one object, kept in pytest's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from benchmarks.backends.opening import EnginePools
from benchmarks.grid import Case
from benchmarks.measure.instructions import InstructionCounter
from benchmarks.measure.profiling import CallProfiler
from benchmarks.measure.resources import Meter
from benchmarks.session.ledger import Ledger
from benchmarks.session.options import Settings
from benchmarks.session.plan import Plan
from benchmarks.session.progress import SessionProgress
from benchmarks.session.saving import HistoryStorage
from benchmarks.session.workload import Workload


@dataclass
class SuiteSession:
    """The settings of a session, and what it has done so far.

    `workload` is None for the summation, `meter` without `--resources`, `counter` unless instructions are counted,
    `profiler` unless calls are profiled, `progress` while nothing is measured. `compare` is the value of
    `--benchmark-compare`. `own_grid` are the cases that suit a user's function, None if the options say which to
    measure. `exit_status` is pytest's, set when the session finishes. `earlier_costs` and `commit_info` are looked up
    once, then kept here.
    """

    settings: Settings
    workload: Workload | None
    engines: EnginePools
    plan: Plan
    meter: Meter | None
    counter: InstructionCounter | None
    profiler: CallProfiler | None
    storage: HistoryStorage
    compare: object
    ledger: Ledger
    progress: SessionProgress | None = None
    own_grid: tuple[Case, ...] | None = None
    exit_status: int = 1
    earlier_costs: Mapping[str, float] | None = None
    commit_info: Mapping[str, Any] | None = field(default=None, repr=False)


_KEY = pytest.StashKey[SuiteSession]()


def suite_session(config: Any) -> SuiteSession:
    """Return the session of a pytest configuration. Raises KeyError before its options are read."""
    session: SuiteSession = config.stash[_KEY]
    return session


def has_begun(config: Any) -> bool:
    """Whether the session's options were read: a refused one ends before that."""
    return _KEY in config.stash


def keep_session(config: Any, session: SuiteSession) -> None:
    """Make `session` the one of this pytest configuration."""
    config.stash[_KEY] = session
