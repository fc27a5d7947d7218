"""n_jobs by batch size for each backend: what a heat map shows, on a page or on a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks.grid import LOOP
from benchmarks.report.measured import MeasuredCase, place


class State(Enum):
    """Why a cell has a number or none."""

    MEASURED = "measured"
    ALIAS = "alias"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True)
class HeatCell:
    """One cell; `note` says what an alias stands for, or why there is no time. `best`: of its backend."""

    n_jobs: str
    batch_size: str
    state: State
    speed_up: float | None
    time_s: float | None
    best: bool
    note: str


@dataclass(frozen=True)
class HeatMap:
    """A backend's cells, row by row; `number` counts the backends of a run."""

    number: int
    backend: str
    n_jobs: Sequence[str]
    batch_sizes: Sequence[str]
    cells: Sequence[HeatCell]


def heat_maps(cases: Sequence[MeasuredCase], without_time: Mapping[str, str]) -> list[HeatMap]:
    """A map for each backend that has a cell; `without_time` is reasons by node id."""
    cells = [case for case in cases if case.configuration.backend != LOOP]
    why = {_param(nodeid): reason for nodeid, reason in without_time.items() if "test_summation" in nodeid}
    backends = sorted({case.configuration.backend for case in cells}, key=lambda name: (place(name), name))
    names = {case.configuration.name for case in cases}
    return [_map(number, backend, cells, why, names) for number, backend in enumerate(backends, 1)]


def _map(number: int, backend: str, cells: Sequence[MeasuredCase], why: Mapping[str, str], names: set[str]) -> HeatMap:
    own = [case for case in cells if case.configuration.backend == backend]
    jobs = [str(count) for count in sorted({case.n_jobs for case in own})]
    sizes = sorted({case.batch_size for case in own}, key=lambda size: (isinstance(size, str), size))
    found = {(str(case.n_jobs), str(case.batch_size)): case for case in own}
    real = [case for case in own if case.facts["alias_of"] not in names]
    best = max(real, key=lambda case: case.configuration.speed_up, default=None)
    return HeatMap(
        number,
        backend,
        jobs,
        [str(size) for size in sizes],
        [
            _cell(count, str(size), found.get((count, str(size))), best, why.get(f"{backend}-n{count}-b{size}"), names)
            for count in jobs
            for size in sizes
        ],
    )


def _cell(
    jobs: str, size: str, case: MeasuredCase | None, best: MeasuredCase | None, why: str | None, names: set[str]
) -> HeatCell:
    if case is None:
        if why is None:
            return HeatCell(jobs, size, State.MISSING, None, None, False, "not measured")
        return HeatCell(jobs, size, State.FAILED, None, None, False, f"failed: {why}")
    found = case.configuration
    if case.facts["alias_of"] in names:
        note = f"alias of {case.facts['alias_of']}"
        return HeatCell(jobs, size, State.ALIAS, found.speed_up, found.time_s, False, note)
    return HeatCell(jobs, size, State.MEASURED, found.speed_up, found.time_s, case is best, "")


def _param(nodeid: str) -> str:
    return nodeid.partition("[")[2].removesuffix("]")
