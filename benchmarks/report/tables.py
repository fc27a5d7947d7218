"""Plain tables on a terminal."""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], coloured: bool) -> str:
    """Columns as wide as they need; the second one gives way. Cells are text, not rich's markup."""
    drawn = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for place, title in enumerate(titles):
        drawn.add_column(
            title, no_wrap=True, overflow="ellipsis", min_width=None if place == 1 else _widest(place, titles, rows)
        )
    for row in rows:
        drawn.add_row(*map(Text, row))
    stream = io.StringIO()
    Console(
        file=stream,
        width=WIDTH,
        force_terminal=coloured,
        highlight=False,
        color_system="standard" if coloured else None,
    ).print(drawn)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _widest(place: int, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return min(24, max(len(titles[place]), *(len(row[place]) for row in rows)))
