"""n_jobs by batch size for each backend: what a heat map shows, on a page or on a terminal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks.grid import LOOP
from benchmarks.report.measured import MeasuredCase, in_order, place

# There is no "-" in the name of a workload.
_CELL = re.compile(r"::test_(?:summation\[|notebook\[|workload\[[^-\]]+-)(.+)-n(-?\d{1,12})-b(\d{1,12}|auto)\]$")

# A cell's backend, n_jobs and batch size.
_Spot = tuple[str, str, str]


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


def heat_maps(cases: Sequence[MeasuredCase], failed: Mapping[str, str], not_run: Mapping[str, str]) -> list[HeatMap]:
    """A map for each backend that has a cell or should have one; `failed` and `not_run` are reasons by node id."""
    found = {_spot(case): case for case in cases if case.configuration.backend != LOOP}
    lost = {**_lost(not_run, State.MISSING, "not run"), **_lost(failed, State.FAILED, "failed")}
    backends = sorted({spot[0] for spot in (*found, *lost)}, key=lambda name: (place(name), name))
    names = {case.configuration.name for case in cases}
    return [_map(number, backend, found, lost, names) for number, backend in enumerate(backends, 1)]


def _spot(case: MeasuredCase) -> _Spot:
    return case.configuration.backend, str(case.n_jobs), str(case.batch_size)


def _lost(reasons: Mapping[str, str], state: State, said: str) -> dict[_Spot, HeatCell]:
    """The cells of the grid among cases that have no time."""
    found = {}
    for nodeid, why in reasons.items():
        if match := _CELL.search(nodeid):
            cell = HeatCell(match[2], match[3], state, None, None, False, f"{said}: {why}")
            found[match[1], match[2], match[3]] = cell
    return found


def _map(
    number: int, backend: str, found: Mapping[_Spot, MeasuredCase], lost: Mapping[_Spot, HeatCell], names: set[str]
) -> HeatMap:
    own = [spot for spot in (*found, *lost) if spot[0] == backend]
    jobs = sorted({spot[1] for spot in own}, key=int)
    sizes = in_order(spot[2] for spot in own)
    real = [found[spot] for spot in own if spot in found and not _is_alias(found[spot], names)]
    best = max(real, key=lambda case: case.configuration.speed_up, default=None)
    cells = []
    for count in jobs:
        for size in sizes:
            spot = (backend, count, size)
            missing = HeatCell(count, size, State.MISSING, None, None, False, "not measured")
            cells.append(_cell(found[spot], best, names) if spot in found else lost.get(spot, missing))
    return HeatMap(number, backend, jobs, sizes, cells)


def _is_alias(case: MeasuredCase, names: set[str]) -> bool:
    return case.facts["alias_of"] in names


def _cell(case: MeasuredCase, best: MeasuredCase | None, names: set[str]) -> HeatCell:
    found, (_, jobs, size) = case.configuration, _spot(case)
    if _is_alias(case, names):
        note = f"alias of {case.facts['alias_of']}"
        return HeatCell(jobs, size, State.ALIAS, found.speed_up, found.time_s, False, note)
    return HeatCell(jobs, size, State.MEASURED, found.speed_up, found.time_s, case is best, "")
