"""The session's ledger: which cases were asked for, which have a time, and why the others have none."""

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.history.run import FORMAT
from benchmarks.machine import load_average
from benchmarks.session.options import Settings
from benchmarks.text.node_ids import parse_node_id

# What is timed. Raised by hand when that changes, so that older times are not compared with newer ones.
# 1: the first.
# 2: the no-op case of the sequential backend has batches of 1: its batches spare nothing (joblib runs them one by one).
SUITE_VERSION = 2

# Why a case was not run about which pytest reported nothing.
_ENDED = "the session ended"


@dataclass
class Ledger:
    """Cases by node id; `failed` and `not_run` are reasons, `params` are parameters as pytest-benchmark stores them.

    `stuck` says what could not be ended: once it is set, nothing more may be measured. `shard` describes the shard of
    this session, None if it has all cases. `rounds_s` and `untimed_s` are the seconds spent in timed rounds and in
    untimed calls. `plugin_order` is None unless another plugin has changed the order of the cases; it holds the seed
    of pytest-randomly, if that is there. `load_average` is the machine's when the session began.
    """

    asked: list[str] = field(default_factory=list)
    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    median_s: dict[str, float] = field(default_factory=dict)
    selection: dict[str, Any] = field(default_factory=dict)
    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.monotonic)
    began_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    load_average: float | None = field(default_factory=load_average)
    rounds_s: float = 0.0
    untimed_s: float = 0.0
    stuck: str | None = None
    shard: dict[str, Any] | None = None
    plugin_order: dict[str, Any] | None = None

    def ask(self, cases: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Enter the cases that the session was asked for, with their parameters."""
        self.params = dict(cases)
        self.asked = list(self.params)

    def case_ids(self) -> set[str]:
        """Return the parts in brackets of the cases that the session was asked for."""
        return {parse_node_id(nodeid).params for nodeid in self.asked}

    def note(self, nodeid: str, phase: str, outcome: str, reason: str) -> None:
        """Enter a report of pytest: `phase` is setup, call or teardown, `outcome` passed, failed or skipped."""
        if outcome == "failed":
            self.failed.setdefault(nodeid, reason)
            self.passed.discard(nodeid)
        elif outcome == "skipped":
            self.not_run[nodeid] = reason
        elif phase == "call":
            self.passed.add(nodeid)

    def time(self, nodeid: str, rounds_s: Sequence[float] | None, untimed_s: float) -> None:
        """Enter the times of a case's rounds, and of its untimed calls, in seconds."""
        self.untimed_s += untimed_s
        if rounds_s:
            self.rounds_s += sum(rounds_s)
            self.median_s[nodeid] = median(rounds_s)

    def outcome(self, nodeid: str) -> tuple[str, float | str]:
        """Return how a case ended: ("measured", median in s), or ("failed" or "not run", reason)."""
        if nodeid in self.failed:
            return "failed", self.failed[nodeid]
        if nodeid in self.passed and nodeid in self.median_s:
            return "measured", self.median_s[nodeid]
        return "not run", self.not_run.get(nodeid, _ENDED)

    def without_time(self) -> dict[str, str]:
        """Return by node id why each case that was asked for has no time."""
        without = {nodeid: self.outcome(nodeid) for nodeid in self.asked if nodeid not in self.passed}
        return {nodeid: f"{what}: {why}" for nodeid, (what, why) in without.items()}

    @property
    def complete(self) -> bool:
        """Whether every case that was asked for has a time."""
        return self.passed.issuperset(self.asked)

    def run_file_key(
        self, settings: Settings, machine: dict[str, Any], versions: dict[str, Any], other_sessions: Sequence[str]
    ) -> dict[str, Any]:
        """Return the value of the suite's own key in the run file."""
        return {
            "format": FORMAT,
            "suite_version": SUITE_VERSION,
            "state": "complete" if self.complete else "partial",
            "session": self.session,
            "began": self.began_at,
            "other_sessions": [*other_sessions],
            "load_average": self.load_average,
            "profile": settings.profile,
            "selection": self.selection or None,
            **({"shard": self.shard} if self.shard else {}),
            "grid": {
                "backends": list(settings.backends),
                "n_jobs": list(settings.n_jobs),
                "batch_sizes": list(settings.batch_sizes),
                **({"inner_threads": list(settings.inner_threads)} if settings.inner_threads else {}),
                "tasks": settings.tasks,
                "longest": settings.longest,
                "rounds": settings.rounds,
                "warmups": settings.warmups,
            },
            "cases": self._cases(),
            "case_timeout_s": settings.case_timeout_s,
            "time_s": {
                "session": time.monotonic() - self.began,
                "rounds": self.rounds_s,
                "untimed_calls": self.untimed_s,
            },
            "order": "the suite's" if self.plugin_order is None else "another plugin's",
            "seeds": {"shuffle": settings.shuffle, **(self.plugin_order or {})},
            "machine": machine,
            "versions": versions,
        }

    def _cases(self) -> dict[str, Any]:
        without = [nodeid for nodeid in self.asked if nodeid not in self.passed]
        not_run = [nodeid for nodeid in without if nodeid not in self.failed]
        return {
            "asked": len(self.asked),
            "completed": len(self.passed),
            "failed": self.failed,
            "not_run": {nodeid: self.not_run.get(nodeid, _ENDED) for nodeid in not_run},
            "params": {nodeid: self.params[nodeid] for nodeid in (*self.failed, *not_run) if nodeid in self.params},
        }
