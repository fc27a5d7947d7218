"""The measured cases of a probe, as its run file holds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.errors import AdviceError
from benchmarks.grid import BatchSize

# The case that starts and ends a pool has no `part` among its parameters.
_BLOCK = "block"


@dataclass(frozen=True)
class ProbeCase:
    """A measured case of the probe.

    `name` is the case's part of the probe, such as "held". `rounds_s` are its timed rounds, `work_s` the plain loop's
    times beside them; `batches` is the number of batches that ran. `memory_bytes` is the PSS of the worker processes,
    None if it could not be measured. `without_core` is the share of the plain loops' time in which they had no core,
    None if that is not known.
    """

    backend: str
    n_jobs: int
    name: str
    rounds_s: tuple[float, ...]
    work_s: tuple[float, ...]
    tasks: int
    batches: int
    payload_bytes: int
    batch_size: BatchSize
    releases_gil: bool
    memory_bytes: float | None
    without_core: float | None = None


def probe_cases(benchmarks: Iterable[Mapping[str, Any]]) -> list[ProbeCase]:
    """Return the cases of the probe among a run file's benchmarks. Raises AdviceError if they are not as expected."""
    try:
        cases = [_case(benchmark) for benchmark in benchmarks if benchmark.get("group") == "probe"]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise AdviceError(f"{error!r} in the run of the probe: measure it again with `probe`") from None
    if not cases:
        raise AdviceError("no case of the probe has a time: measure it again with `probe`")
    return cases


def _case(benchmark: Mapping[str, Any]) -> ProbeCase:
    extra_info, params = benchmark["extra_info"], benchmark["params"]
    tasks_per_batch = extra_info["batches"][-1] or {}
    return ProbeCase(
        backend=str(params["backend"]),
        n_jobs=int(params["n_jobs"]),
        name=str(params.get("part", _BLOCK)),
        rounds_s=tuple(map(float, benchmark["stats"]["data"])),
        work_s=tuple(map(float, extra_info.get("loop_s", ()))),
        tasks=int(extra_info["tasks"]),
        batches=sum(tasks_per_batch.values()),
        payload_bytes=int(extra_info["payload_bytes"]),
        batch_size="auto" if extra_info["batch_size"] == "auto" else int(extra_info["batch_size"]),
        releases_gil=bool(extra_info["releases_gil"]),
        memory_bytes=_workers_bytes(extra_info),
        without_core=_without_core(extra_info),
    )


def _without_core(extra_info: Mapping[str, Any]) -> float | None:
    waited_s, loops_s = extra_info.get("loop_waited_s"), extra_info.get("loop_s", ())
    return float(sum(waited_s)) / float(sum(loops_s)) if waited_s and loops_s else None


def _workers_bytes(extra_info: Mapping[str, Any]) -> float | None:
    """Return the PSS of all processes but the session's own, None if it was not measured."""
    pss_bytes = extra_info.get("resources", {}).get("children_pss_bytes")
    return None if pss_bytes is None else float(pss_bytes)
