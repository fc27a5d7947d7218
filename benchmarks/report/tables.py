"""Tables on a terminal: plain columns, 100 characters wide, coloured on request."""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], coloured: bool) -> str:
    """Columns as wide as they need; the second one gives way. Cells are text, not rich's markup."""
    plain = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for place, title in enumerate(titles):
        least = None if place == 1 else min(24, max(len(title), *(len(row[place]) for row in rows)))
        plain.add_column(title, no_wrap=True, overflow="ellipsis", min_width=least)
    for row in rows:
        plain.add_row(*map(Text, row))
    return f"{draw(plain, coloured)}\n"


def draw(drawing: Table, coloured: bool) -> str:
    """A table as text, without spaces at the ends of its lines."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=WIDTH,
        force_terminal=coloured,
        highlight=False,
        color_system="standard" if coloured else None,
    )
    console.print(drawing)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
