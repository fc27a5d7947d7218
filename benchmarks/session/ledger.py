"""The session's ledger: which cases were asked for, which have a number, what became of the others."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.session.options import Settings

# The format of our key in a run file. 1: the first.
FORMAT = 1

# Raised by hand when what is timed changes, so that older numbers are not compared with newer ones. 1: the first.
SUITE_VERSION = 2


@dataclass
class Ledger:
    """Cases by node id. `stuck` names what can't be ended; once it is set, nothing more may be measured.

    `shard` says which part of the cases this session was given, None where it has all.
    `rounds_s` and `untimed_s` are the seconds spent in timed rounds and in the untimed first calls.
    """

    asked: list[str] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    median_s: dict[str, float] = field(default_factory=dict)
    selection: dict[str, Any] = field(default_factory=dict)
    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.monotonic)
    began_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    rounds_s: float = 0.0
    untimed_s: float = 0.0
    stuck: str | None = None
    shard: dict[str, Any] | None = None

    def note(self, nodeid: str, phase: str, outcome: str, reason: str) -> None:
        """Take in one report of pytest: `phase` is setup, call or teardown, `outcome` passed, failed or skipped."""
        if outcome == "failed":
            self.failed.setdefault(nodeid, reason)
            self.passed.discard(nodeid)
        elif outcome == "skipped":
            self.not_run[nodeid] = reason
        elif phase == "call":
            self.passed.add(nodeid)

    def time(self, nodeid: str, rounds_s: Sequence[float] | None, untimed_s: float) -> None:
        """Take in the rounds of a case, in seconds, and what its untimed call took."""
        self.untimed_s += untimed_s
        if rounds_s:
            self.rounds_s += sum(rounds_s)
            self.median_s[nodeid] = median(rounds_s)

    def outcome(self, nodeid: str) -> tuple[str, float | str]:
        """A finished case: ("measured", median in s), or ("failed" or "not run", reason)."""
        if nodeid in self.failed:
            return "failed", self.failed[nodeid]
        if nodeid in self.passed and nodeid in self.median_s:
            return "measured", self.median_s[nodeid]
        return "not run", self.not_run.get(nodeid, "the session ended")

    def without_time(self) -> dict[str, str]:
        """Every case that was asked for and has no number, with the reason."""
        without = {nodeid: self.outcome(nodeid) for nodeid in self.asked if nodeid not in self.passed}
        return {nodeid: f"{what}: {why}" for nodeid, (what, why) in without.items()}

    @property
    def complete(self) -> bool:
        """Whether every case that was asked for has a number."""
        return self.passed.issuperset(self.asked)

    def record(self, settings: Settings, machine: dict[str, Any], versions: dict[str, Any]) -> dict[str, Any]:
        """Our one key of the run file."""
        return {
            "format": FORMAT,
            "suite_version": SUITE_VERSION,
            "state": "complete" if self.complete else "partial",
            "session": self.session,
            "began": self.began_at,
            "profile": settings.profile,
            "selection": self.selection or None,
            **({"shard": self.shard} if self.shard else {}),
            "grid": {
                "backends": list(settings.backends),
                "n_jobs": list(settings.n_jobs),
                "batch_sizes": list(settings.batch_sizes),
                "tasks": settings.tasks,
                "longest": settings.longest,
                "rounds": settings.rounds,
                "warmups": settings.warmups,
            },
            "cases": {
                "asked": len(self.asked),
                "completed": len(self.passed),
                "failed": self.failed,
                "not_run": {
                    nodeid: self.not_run.get(nodeid, "the session ended")
                    for nodeid in self.asked
                    if nodeid not in self.passed and nodeid not in self.failed
                },
            },
            "case_timeout_s": settings.case_timeout_s,
            "time_s": {
                "session": time.monotonic() - self.began,
                "rounds": self.rounds_s,
                "untimed_calls": self.untimed_s,
            },
            "seeds": {"shuffle": settings.shuffle},
            "machine": machine,
            "versions": versions,
        }
