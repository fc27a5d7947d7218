"""Heat maps on a terminal: speed-ups in rows of n_jobs, coloured on request, in 100 columns."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from benchmarks.report.heat import HeatCell, HeatMap, State
from benchmarks.report.measured import in_order
from benchmarks.report.tables import draw

# The widest map that fits; more batch sizes are left out and said so.
_MOST_SIZES = 9


def heat_lines(maps: Sequence[HeatMap], coloured: bool) -> str:
    """All backends, one below the other; the best cell of each is starred."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    sizes = in_order(size for heat in maps for size in heat.batch_sizes)
    table.add_column("backend", no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column("n_jobs", justify="right")
    for size in sizes[:_MOST_SIZES]:
        table.add_column(f"b{size}", justify="right", no_wrap=True)
    for heat in maps:
        found = {(cell.n_jobs, cell.batch_size): cell for cell in heat.cells}
        for place, jobs in enumerate(heat.n_jobs):
            cells = [_cell(found.get((jobs, size))) for size in sizes[:_MOST_SIZES]]
            table.add_row(Text(heat.backend if place == 0 else ""), Text(jobs), *cells)
    left_out = f"{len(sizes) - _MOST_SIZES} more batch sizes: see the page\n" if len(sizes) > _MOST_SIZES else ""
    return f"{draw(table, coloured)}\n{left_out}"


def _cell(cell: HeatCell | None) -> Text:
    if cell is None or cell.state is State.MISSING:
        return Text("-", "dim")
    if cell.state is State.FAILED:
        return Text("failed", "bold red")
    if cell.state is State.ALIAS or cell.speed_up is None:
        return Text("alias", "dim")
    text = f"{cell.speed_up:.2f}{'*' if cell.best else ' '}"
    # Colours that survive a light background as well as a dark one.
    colour = "green" if cell.speed_up >= 1.05 else "red" if cell.speed_up < 0.95 else ""
    return Text(text, f"bold {colour}".strip() if cell.best else colour)
