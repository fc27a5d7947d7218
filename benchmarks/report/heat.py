"""n_jobs by batch size for each backend: what a heat map shows, on a page or on a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks.grid import LOOP
from benchmarks.history.run import Run
from benchmarks.report.measured import MeasuredCase, in_order, place
from benchmarks.text.printable import visible

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


def heat_maps(cases: Sequence[MeasuredCase], run: Run) -> list[HeatMap]:
    """A map for each backend that has a cell in `cases`, or should have one by the cases of `run` without a time."""
    found = {_spot(case): case for case in cases if case.configuration.backend != LOOP}
    lost = {
        **_lost(run.not_run, run.params, State.MISSING, "not run"),
        **_lost(run.failed, run.params, State.FAILED, "failed"),
    }
    backends = sorted({spot[0] for spot in (*found, *lost)}, key=lambda name: (place(name), name))
    names = {case.configuration.name for case in cases}
    return [_map(number, backend, found, lost, names) for number, backend in enumerate(backends, 1)]


def _spot(case: MeasuredCase) -> _Spot:
    return case.configuration.backend, str(case.n_jobs), str(case.batch_size)


def _lost(
    reasons: Mapping[str, str], params: Mapping[str, Mapping[str, object]], state: State, outcome: str
) -> dict[_Spot, HeatCell]:
    """Return the cells of the grid among the cases without a time; other cases are skipped."""
    cells = {}
    for nodeid, why in reasons.items():
        if spot := _spot_of_params(params.get(nodeid, {})):
            cells[spot] = HeatCell(spot[1], spot[2], state, None, None, False, f"{outcome}: {why}")
    return cells


def _spot_of_params(params: Mapping[str, object]) -> _Spot | None:
    """Return the spot of a case of the grid, None for another case. A file may have anything for parameters."""
    backend, jobs, size = (params.get(name) for name in ("backend", "n_jobs", "batch_size"))
    if not isinstance(backend, str) or backend == LOOP or type(jobs) is not int:
        return None
    return (visible(backend), str(jobs), str(size)) if size == "auto" or type(size) is int else None


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
