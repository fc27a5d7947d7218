"""Tables on a terminal: plain columns, 100 characters wide, coloured on request."""

import io
from collections.abc import Sequence

from rich.console import Console, OverflowMethod
from rich.table import Table
from rich.text import Text

WIDTH = 100

# Of a table that has nothing to give way.
_WIDEST = 160


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], coloured: bool, prose: bool = True) -> str:
    """Columns as wide as they need; cells are text, not markup.

    Where the last column is `prose` it is wrapped, others end in an ellipsis, and the second one gives way.
    """
    plain = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    widths = _widths(titles, rows) if prose else [None] * len(titles)
    for place, title in enumerate(titles):
        wraps = prose and place == len(titles) - 1
        overflow: OverflowMethod = "fold" if wraps else "ellipsis"
        plain.add_column(title, no_wrap=not wraps, overflow=overflow, width=widths[place])
    for row in rows:
        plain.add_row(*map(Text, row))
    return f"{draw(plain, coloured, WIDTH if prose else _WIDEST)}\n"


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[int | None]:
    last = len(titles) - 1
    widths = [min(24, max(len(title), *(len(row[place]) for row in rows))) for place, title in enumerate(titles)]
    # Wrapped between words, unless one is too long by itself.
    widths[last] = min(24, max(len(titles[last]), *(len(word) for row in rows for word in [*row[last].split(), ""])))
    widths[1] = max(8, WIDTH - last - sum(widths) + widths[1])
    return widths


def draw(drawing: Table, coloured: bool, width: int = WIDTH) -> str:
    """A table as text, without spaces at the ends of its lines."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=coloured,
        highlight=False,
        color_system="standard" if coloured else None,
    )
    console.print(drawing)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
