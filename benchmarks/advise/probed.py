"""The parts of a probe, out of its run file."""

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.advise.fitting import Part
from benchmarks.errors import AdviceError

# The case that starts and ends a pool has no part in its name.
_BLOCK = "block"


def parts_of(benchmarks: Iterable[Mapping[str, Any]]) -> list[Part]:
    """Every case of the probe; raises AdviceError where it is not this program's."""
    try:
        found = [_part(entry) for entry in benchmarks if entry.get("group") == "probe"]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise AdviceError(f"{error!r} in the run of the probe: measure it again with `probe`") from None
    if not found:
        raise AdviceError("no case of the probe has a time: measure it again with `probe`")
    return found


def _part(entry: Mapping[str, Any]) -> Part:
    facts, params = entry["extra_info"], entry["params"]
    sizes = facts["batches"][-1] or {}
    return Part(
        backend=str(params["backend"]),
        n_jobs=int(params["n_jobs"]),
        name=str(params.get("part", _BLOCK)),
        rounds_s=tuple(map(float, entry["stats"]["data"])),
        work_s=tuple(map(float, facts.get("loop_s", ()))),
        tasks=int(facts["tasks"]),
        batches=sum(sizes.values()),
        payload_bytes=int(facts["payload_bytes"]),
        batch_size="auto" if facts["batch_size"] == "auto" else int(facts["batch_size"]),
        releases_gil=bool(facts["releases_gil"]),
        memory_bytes=_workers_bytes(facts),
    )


def _workers_bytes(facts: Mapping[str, Any]) -> float | None:
    """What all processes but the session's own held (PSS); None where nobody can say."""
    held = facts.get("resources", {}).get("children_pss_bytes")
    return None if held is None else float(held)
