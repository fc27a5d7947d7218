"""What may be a baseline: whole runs of committed code that nobody has rejected."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.history.comparability import comparable
from benchmarks.history.index import Entry, bars_key
from benchmarks.history.marks import Marks


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this is a CI job, by the variable that every CI service sets."""
    return environment.get("CI", "").lower() not in ("", "0", "false")


def objections(facts: Mapping[str, Any], rejected: str | None, allow_partial: bool, strict: bool) -> list[str]:
    """Why a run with these facts should not be a baseline, in words; empty where it may.

    `rejected` is why it was rejected, or None; `strict` is for CI.
    """
    reasons = []
    if facts["state"] != "complete" and not allow_partial:
        without = facts["asked"] - facts["completed"]
        reasons.append(f"it is partial ({without} of {facts['asked']} cases have no time): see --allow-partial")
    if facts["other_sessions"]:
        reasons.append("another session measured into the same store at the same time: measure again, alone")
    if rejected:
        reasons.append(f"it was rejected ({rejected})")
    if facts["dirty"] and strict:
        reasons.append("it was measured on a dirty working tree, which CI refuses: commit, and measure again")
    return reasons


def default_baseline(
    entries: Sequence[Entry], marks: Marks, like: Mapping[str, Any], selection: str, strict: bool
) -> Entry | None:
    """The baseline of someone who names none: the one pinned as `main`, otherwise the newest that may be one.

    Only whole runs with the bars like these (see `comparability`) and the same `selection` of cases are taken.
    """
    eligible = [
        entry
        for entry in entries
        if comparable(entry.bars, bars_key(like))
        and not objections(entry.facts, marks.rejected.get(entry.file.reference), allow_partial=False, strict=strict)
        and entry.facts["selection"] == selection
    ]
    pinned = marks.baselines.get("main")
    newest = eligible[-1] if eligible else None
    return next((entry for entry in eligible if entry.file.reference == pinned), newest)
