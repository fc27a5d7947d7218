"""Tables for the terminal: plain columns in at most 100 characters, 160 without prose; in colour if asked for."""

import io
from collections.abc import Sequence

from rich.console import Console, OverflowMethod
from rich.table import Table
from rich.text import Text

from benchmarks.text.width import WIDTH

# The width of a table without a column of prose, in which nothing can be shortened.
_WIDEST = 160


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], coloured: bool, prose: bool = True) -> str:
    """Return a table whose columns are as wide as their content; cells are text, not markup.

    With `prose`, the last column is wrapped, and the second one is shortened (with an ellipsis) if space runs out.
    """
    plain = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    widths = _widths(titles, rows) if prose else [None] * len(titles)
    for index, title in enumerate(titles):
        wraps = prose and index == len(titles) - 1
        overflow: OverflowMethod = "fold" if wraps else "ellipsis"
        plain.add_column(title, no_wrap=not wraps, overflow=overflow, width=widths[index])
    for row in rows:
        plain.add_row(*map(Text, row))
    return f"{draw(plain, coloured, WIDTH if prose else _WIDEST)}\n"


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[int | None]:
    last = len(titles) - 1
    widths = [min(24, max(len(title), *(len(row[index]) for row in rows))) for index, title in enumerate(titles)]
    # The last column is wrapped between words, unless a single word is too long.
    widths[last] = min(24, max(len(titles[last]), *(len(word) for row in rows for word in [*row[last].split(), ""])))
    widths[1] = max(8, WIDTH - last - sum(widths) + widths[1])
    return widths


def draw(drawing: Table, coloured: bool, width: int = WIDTH) -> str:
    """Return a table as text without trailing spaces."""
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
