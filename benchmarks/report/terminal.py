"""A judgement on a terminal, 100 characters wide: the verdict, the counts, and one row per case, worst first."""

import textwrap
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.report.case_labels import labelled
from benchmarks.report.columns import VERDICT, Column, Output, columns
from benchmarks.report.paragraphs import paragraph
from benchmarks.report.tables import WIDTH, draw
from benchmarks.report.wording import EXPLAINED, first_line, tally
from benchmarks.text.formatting import counted

_MOST_NOTES = 20

# A longer name leaves no room for the reason beside it; the table has it in full.
_LONGEST_NAME = 50

# Colours that survive a light background as well as a dark one.
_COLOURS = {
    **dict.fromkeys(FAILING, "bold red"),
    Verdict.ACCEPTED: "bold yellow",
    Verdict.INCOMPARABLE: "magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.UNCHANGED: "dim",
    Verdict.IMPROVEMENT: "green",
    Verdict.NEW: "cyan",
}


def render(judgement: Judgement, coloured: bool) -> str:
    """Return the judgement as text that ends in a newline."""
    counts = tally(judgement)
    lines = [
        first_line(judgement),
        f"base {judgement.base}",
        f"head {judgement.head}",
        counts or "no case was compared",
    ]
    lines = [line for long in (*lines, *judgement.answer) for line in paragraph(long)]
    rows = labelled(judgement.rows)
    if rows:
        lines += ["", _table(rows, coloured), ""]
    noted = [(row.name, row.note) for row in rows if row.note and row.verdict in EXPLAINED]
    lines += [line for name, note in noted[:_MOST_NOTES] for line in _explanation(name, note)]
    if len(noted) > _MOST_NOTES:
        lines.append(f"{counted(len(noted) - _MOST_NOTES, 'more note')}: see --json")
    for note in judgement.notes:
        lines += paragraph(note)
    return "\n".join(lines) + "\n"


def _explanation(name: str, note: str) -> list[str]:
    """Return what explains a row, in one or two lines; a long name is cut rather than the reason."""
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 3]}..."
    return textwrap.wrap(f"{name}: {note}", WIDTH, subsequent_indent="  ", max_lines=2, placeholder=" ...")


def _table(rows: Sequence[Row], coloured: bool) -> str:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, width=WIDTH)
    shown = columns(Output.TERMINAL)
    # The first column takes what the others leave. A longer name is continued below: no part of it is lost.
    table.add_column(shown[0].title, overflow="fold", ratio=1)
    for column in shown[1:]:
        table.add_column(column.title, justify="right" if column.numeric else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(column, row) for column in shown))
    return draw(table, coloured)


def _cell(column: Column, row: Row) -> Text:
    """Return a cell as text, so that names are not taken for rich's markup."""
    return Text(column.text(row), _COLOURS[row.verdict] if column is VERDICT else "")
