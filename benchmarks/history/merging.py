"""Parts of a run joined into one: what `--shard` measured in several sessions."""

import copy
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.errors import BadReference
from benchmarks.history.comparability import RUN_BARS, Difference, differences
from benchmarks.history.run import Run
from benchmarks.text.printable import visible

# Parts of one run are of one commit and one installation; runs that are compared need not be.
FIELDS = (*RUN_BARS, "commit", "versions")

_SHARD = "--shard"


@dataclass(frozen=True)
class Part:
    """A run that is to be joined: how it was named, its file parsed, and as a Run."""

    label: str
    document: Mapping[str, Any]
    run: Run


def merge(parts: Sequence[Part], forced: Collection[str], allow_partial: bool) -> dict[str, Any]:
    """One run file of all parts; raises BadReference where they do not belong together, or one is missing."""
    if len(parts) < 2:
        raise BadReference(f"{parts[0].label}: only one part; name two or more")
    for part in parts:
        if not isinstance(part.document.get("joblib_suite"), dict):
            raise BadReference(f"{part.label}: not measured by this suite; only its own runs can be joined")
        for case in part.run.unusable.values():
            raise BadReference(f"{part.label}: {case.fullname}: {case.reason}; a part must be intact; was it edited?")
    for part in parts[1:]:
        _refuse_different(parts[0], part, forced)
    _refuse_overlap(parts)
    missing = _missing(parts)
    if missing and not allow_partial:
        raise BadReference(f"part {', '.join(map(str, missing))} is missing; name it, or add --allow-partial")
    return _joined(parts, whole=not missing)


def _refuse_different(first: Part, other: Part, forced: Collection[str]) -> None:
    different = differences(first.run, other.run)
    for field in ("commit", "versions"):
        values = [getattr(part.run, field) for part in (first, other)]
        if values[0] != values[1]:
            different.append(Difference(field, *values))
    for difference in different:
        if difference.field not in forced:
            raise BadReference(f"{first.label} and {other.label}: {difference}; --force {difference.field} joins them")


def _refuse_overlap(parts: Sequence[Part]) -> None:
    seen: dict[str, str] = {}
    for part in parts:
        for name in (*(case.fullname for case in part.run.cases.values()), *part.run.without_time):
            if name in seen:
                raise BadReference(f"{visible(name)} is in {seen[name]} and in {part.label}; a case has one time")
            seen[name] = part.label


def _missing(parts: Sequence[Part]) -> list[int]:
    """The numbers of parts that are not here; raises BadReference where they are not parts of the same split."""
    shards = [part.document["joblib_suite"].get("shard") or {} for part in parts]
    if not all(isinstance(shard, dict) for shard in shards) or not any(shards):
        return []
    first = shards[0]
    for part, shard in zip(parts, shards, strict=True):
        if (shard.get("of"), shard.get("split")) != (first.get("of"), first.get("split")):
            why = "their sessions split the cases differently, as they do where the histories differ"
            raise BadReference(f"{parts[0].label} and {part.label} are not parts of the same whole: {why}")
    count = first.get("of")
    numbers = {shard.get("number") for shard in shards}
    return [number for number in range(1, count + 1) if number not in numbers] if isinstance(count, int) else []


def _joined(parts: Sequence[Part], whole: bool) -> dict[str, Any]:
    document = copy.deepcopy(dict(parts[0].document))
    keys = [part.document["joblib_suite"] for part in parts]
    document["benchmarks"] = [entry for part in parts for entry in part.document["benchmarks"]]
    document["datetime"] = max(str(part.document.get("datetime") or "") for part in parts) or None
    document["commit_info"] = {**(document.get("commit_info") or {}), "dirty": any(part.run.dirty for part in parts)}
    ours = document["joblib_suite"]
    ours.pop("shard", None)
    complete = whole and all(part.run.state == "complete" for part in parts)
    times = [key.get("time_s") if isinstance(key.get("time_s"), dict) else {} for key in keys]
    selection = {name: value for name, value in (ours.get("selection") or {}).items() if name != _SHARD}
    ours |= {
        "state": "complete" if complete else "partial",
        "session": uuid.uuid4().hex,
        "merged": [part.run.session for part in parts],
        "began": min(str(key.get("began") or "") for key in keys),
        "selection": selection or None,
        "cases": {
            "asked": sum(part.run.asked for part in parts),
            "completed": sum(len(part.run.cases) for part in parts),
            "failed": {name: why for part in parts for name, why in part.run.failed.items()},
            "not_run": {name: why for part in parts for name, why in part.run.not_run.items()},
            "params": {name: dict(params) for part in parts for name, params in part.run.params.items()},
        },
        "time_s": {name: sum(seconds.get(name, 0.0) for seconds in times) for name in times[0]},
    }
    return document
