"""Parts of a run joined into one: what `--shard` measured in several sessions."""

import copy
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from benchmarks.errors import BadReference
from benchmarks.files.decoding import convert
from benchmarks.history.comparability import RUN_BARS, Difference, difference_in, differences
from benchmarks.history.run import Run
from benchmarks.text.printable import visible

# Parts of one run are of one commit and one installation; runs that are compared need not be.
FIELDS = (*RUN_BARS, "commit", "versions")

_SHARD = "--shard"


# More parts than that are no split of a session, and all their numbers would fill the memory.
_MOST_PARTS = 10_000


class _Shard(msgspec.Struct):
    """`joblib_suite.shard`; see docs/run-file.md."""

    number: Annotated[int, msgspec.Meta(ge=1)]
    of: Annotated[int, msgspec.Meta(ge=1, le=_MOST_PARTS)]
    split: str


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


def forced_differences(parts: Sequence[Part]) -> list[str]:
    """Return in a sentence each what parts differ in that were joined all the same."""
    first = parts[0]
    return [
        f"{first.label} and {part.label}: {difference}; the run has the value of the first"
        for part in parts[1:]
        for difference in _differences(first, part)
    ]


def _differences(first: Part, other: Part) -> list[Difference]:
    both = (first.run, other.run)
    return differences(*both) + [
        difference_in(field, *(getattr(run, field) for run in both))
        for field in ("commit", "versions")
        if getattr(first.run, field) != getattr(other.run, field)
    ]


def _refuse_different(first: Part, other: Part, forced: Collection[str]) -> None:
    barred = [difference for difference in _differences(first, other) if difference.field not in forced]
    if barred:
        options = " ".join(f"--force {difference.field}" for difference in barred)
        raise BadReference(f"{first.label} and {other.label}: {'; '.join(map(str, barred))}; {options} joins them")


def _refuse_overlap(parts: Sequence[Part]) -> None:
    seen: dict[str, str] = {}
    for part in parts:
        for name in (*(case.fullname for case in part.run.cases.values()), *part.run.without_time):
            if name in seen:
                raise BadReference(f"{visible(name)} is in {seen[name]} and in {part.label}; a case has one time")
            seen[name] = part.label


def _missing(parts: Sequence[Part]) -> list[int]:
    """Return the numbers of the parts that are not here, none if no part is a shard.

    Raises BadReference for parts of different splits, and Unreadable for a shard that no session writes.
    """
    shards = [_shard(part) for part in parts]
    first = shards[0]
    for part, shard in zip(parts, shards, strict=True):
        if first is None or shard is None:
            if first is not shard:
                whole = part.label if shard is None else parts[0].label
                raise BadReference(f"{whole} is not a shard, but others are: join the shards of one session alone")
        elif (shard.of, shard.split) != (first.of, first.split):
            why = "their sessions split the cases differently, as they do where the histories differ"
            raise BadReference(f"{parts[0].label} and {part.label} are not parts of the same whole: {why}")
    numbers = {shard.number for shard in shards if shard}
    return [number for number in range(1, first.of + 1) if number not in numbers] if first else []


def _shard(part: Part) -> _Shard | None:
    content = part.document["joblib_suite"].get("shard")
    return None if content is None else convert(content, _Shard, f"{part.label}: joblib_suite.shard")


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
    loads = [load for key in keys if isinstance(load := key.get("load_average"), int | float)]
    selection = {name: value for name, value in (ours.get("selection") or {}).items() if name != _SHARD}
    ours |= {
        "state": "complete" if complete else "partial",
        "session": uuid.uuid4().hex,
        "merged": [part.run.session for part in parts],
        "other_sessions": sorted({session for part in parts for session in part.run.other_sessions}),
        "recovered": any(key.get("recovered") is True for key in keys),
        "load_average": max(loads, default=None),
        "began": min((str(key["began"]) for key in keys if key.get("began")), default=None),
        "selection": selection or None,
        "cases": {
            "asked": sum(part.run.asked for part in parts),
            "completed": sum(len(part.run.cases) for part in parts),
            "failed": {name: why for part in parts for name, why in part.run.failed.items()},
            "not_run": {name: why for part in parts for name, why in part.run.not_run.items()},
            "params": {name: dict(params) for part in parts for name, params in part.run.params.items()},
        },
        "time_s": {name: sum(_seconds(one.get(name)) for one in times) for name in times[0]},
    }
    return document


def _seconds(value: object) -> float:
    return value if isinstance(value, int | float) else 0.0
