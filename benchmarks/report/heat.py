"""Heat maps, the speed-ups of each backend by n_jobs and batch size: as data for the page, as text for the terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from rich.table import Table
from rich.text import Text

from benchmarks.grid import LOOP
from benchmarks.history.run import Run
from benchmarks.report.measured import MeasuredCase, backend_rank, jobs_label, sorted_batch_sizes
from benchmarks.report.tables import draw
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

# The backend, n_jobs (times inner threads) and batch size of a case.
_Axes = tuple[str, str, str]

# The widest map that fits 100 columns; more batch sizes are left out, which the text says.
_MOST_SIZES = 9

# Speed-ups in between look the same as the loop.
_CLEARLY_FASTER, _CLEARLY_SLOWER = 1.05, 0.95


class State(Enum):
    """Why a cell of a heat map has a number, or has none."""

    MEASURED = "measured"
    ALIAS = "alias"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True)
class HeatCell:
    """A cell of a heat map: one case.

    `best` says that it is the fastest of its backend; `note` names what an alias stands for, or says why there is no
    time.
    """

    n_jobs: str
    batch_size: str
    state: State
    speed_up: float | None
    time_s: float | None
    best: bool
    note: str


@dataclass(frozen=True)
class HeatMap:
    """The cells of a backend, row by row; `number` counts the backends of a run from 1."""

    number: int
    backend: str
    n_jobs: Sequence[str]
    batch_sizes: Sequence[str]
    cells: Sequence[HeatCell]


def heat_maps(cases: Sequence[MeasuredCase], run: Run) -> list[HeatMap]:
    """Return a map for each backend in `cases` or among the cases of `run` that have no time."""
    measured = {_axes(case): case for case in cases if case.configuration.backend != LOOP}
    without_time = {
        **_without_time(run.not_run, run.params, State.MISSING, "not run"),
        **_without_time(run.failed, run.params, State.FAILED, "failed"),
    }
    backends = sorted({axes[0] for axes in (*measured, *without_time)}, key=lambda name: (backend_rank(name), name))
    names = {case.configuration.name for case in cases}
    return [_map(number, backend, measured, without_time, names) for number, backend in enumerate(backends, 1)]


def _axes(case: MeasuredCase) -> _Axes:
    return case.configuration.backend, case.jobs_label, str(case.batch_size)


def _without_time(
    reasons: Mapping[str, str], params: Mapping[str, Mapping[str, object]], state: State, outcome: str
) -> dict[_Axes, HeatCell]:
    """Return the cells of the grid among the cases without a time; other cases are skipped."""
    cells = {}
    for nodeid, why in reasons.items():
        if axes := _axes_of_params(params.get(nodeid, {})):
            cells[axes] = HeatCell(axes[1], axes[2], state, None, None, False, f"{outcome}: {why}")
    return cells


def _axes_of_params(params: Mapping[str, object]) -> _Axes | None:
    """Return the axes of a case of the grid, None for another case. A file may have anything for parameters."""
    backend, jobs, size = (params.get(name) for name in ("backend", "n_jobs", "batch_size"))
    if not isinstance(backend, str) or backend == LOOP or type(jobs) is not int:
        return None
    threads = params.get("inner_threads")
    label = jobs_label(jobs, threads if type(threads) is int else None)
    return (visible(backend), label, str(size)) if size == "auto" or type(size) is int else None


def _map(
    number: int,
    backend: str,
    measured: Mapping[_Axes, MeasuredCase],
    without_time: Mapping[_Axes, HeatCell],
    names: set[str],
) -> HeatMap:
    own = [axes for axes in (*measured, *without_time) if axes[0] == backend]
    jobs = sorted({axes[1] for axes in own}, key=lambda label: [int(part) for part in label.split(" x ")])
    sizes = sorted_batch_sizes(axes[2] for axes in own)
    distinct = [measured[axes] for axes in own if axes in measured and not _is_alias(measured[axes], names)]
    best = max(distinct, key=lambda case: case.configuration.speed_up, default=None)
    cells = []
    for count in jobs:
        for size in sizes:
            axes = (backend, count, size)
            missing = HeatCell(count, size, State.MISSING, None, None, False, "not measured")
            case = measured.get(axes)
            cells.append(without_time.get(axes, missing) if case is None else _cell(case, best, names))
    return HeatMap(number, backend, jobs, sizes, cells)


def _is_alias(case: MeasuredCase, names: set[str]) -> bool:
    return case.facts["alias_of"] in names


def _cell(case: MeasuredCase, best: MeasuredCase | None, names: set[str]) -> HeatCell:
    configuration, (_, jobs, size) = case.configuration, _axes(case)
    speed_up, time_s = configuration.speed_up, configuration.time_s
    if _is_alias(case, names):
        return HeatCell(jobs, size, State.ALIAS, speed_up, time_s, False, f"alias of {case.facts['alias_of']}")
    return HeatCell(jobs, size, State.MEASURED, speed_up, time_s, case is best, "")


def heat_text(maps: Sequence[HeatMap], coloured: bool) -> str:
    """Return all maps as one table of 100 columns; the best case of each backend has a star."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    sizes = sorted_batch_sizes(size for heat in maps for size in heat.batch_sizes)
    table.add_column("backend", no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column("n_jobs", justify="right")
    for size in sizes[:_MOST_SIZES]:
        table.add_column(f"b{size}", justify="right", no_wrap=True)
    for heat in maps:
        cells = {(cell.n_jobs, cell.batch_size): cell for cell in heat.cells}
        for row, jobs in enumerate(heat.n_jobs):
            texts = [_cell_text(cells.get((jobs, size))) for size in sizes[:_MOST_SIZES]]
            table.add_row(Text("" if row else heat.backend), Text(jobs), *texts)
    more = len(sizes) - _MOST_SIZES
    left_out = f"{counted(more, 'more batch size')}: see the page\n" if more > 0 else ""
    return f"{draw(table, coloured)}\n{left_out}"


def _cell_text(cell: HeatCell | None) -> Text:
    if cell is None or cell.state is State.MISSING:
        return Text("-", "dim")
    if cell.state is State.FAILED:
        return Text("failed", "bold red")
    if cell.state is State.ALIAS or cell.speed_up is None:
        return Text("alias", "dim")
    text = f"{cell.speed_up:.2f}{'*' if cell.best else ' '}"
    # Colours that can be read on a light background as well as on a dark one.
    colour = "green" if cell.speed_up >= _CLEARLY_FASTER else "red" if cell.speed_up < _CLEARLY_SLOWER else ""
    return Text(text, f"bold {colour}".strip() if cell.best else colour)
