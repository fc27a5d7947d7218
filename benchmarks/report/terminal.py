"""A judgement on a terminal: the verdict, the counts, and a line per case, worst first."""

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from rich.table import Table
from rich.text import Text

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.report.case_labels import fitted, labelled
from benchmarks.report.columns import VERDICT, Column, Output, columns
from benchmarks.report.paragraphs import paragraph
from benchmarks.report.tables import draw
from benchmarks.report.wording import EXPLAINED, first_line, tally
from benchmarks.text.formatting import counted
from benchmarks.text.width import WIDTH

_MOST_NOTES = 20

# More rows than that are not read: whole folders of cases are missing, for example.
_MOST_ROWS = 200

# More rows with the same explanation share one.
_MOST_ALIKE = 3

# A longer name leaves no room for the reason beside it; --json has it in full.
_LONGEST_NAME = 50

# Fewer inconspicuous rows are shown, because replacing them by a line would save too little.
_FEWEST_FOLDED = 10

# Narrower terminals wrap the lines; longer sentences are hard to read.
_LEAST_WIDTH, _MOST_TEXT = 80, WIDTH

# Below this width of names, a column of numbers makes room for them.
_LEAST_NAMES = 28

_GAP = 2

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


def render(judgement: Judgement, coloured: bool, width: int = WIDTH, all_rows: bool = False) -> str:
    """Return the judgement as text that ends in a newline, in lines of at most `width` characters, or 80 if it is less.

    Rows that give no reason to look at them are counted in their place, unless there are few or `all_rows` is set.
    """
    width = max(_LEAST_WIDTH, width)
    text_width = min(width, _MOST_TEXT)
    counts = tally(judgement)
    before = (f"base {judgement.base}", f"head {judgement.head}", counts or "no case was compared", *judgement.answer)
    lines = [line for sentence in before for line in paragraph(sentence, text_width)]
    lines = [*_verdict_lines(judgement, coloured, text_width), *lines]
    rows = labelled(judgement.rows)
    if rows:
        suspicious = rows if all_rows else _suspicious(rows)
        shown = suspicious if all_rows else suspicious[:_MOST_ROWS]
        table = [_table(shown, coloured, width)] if shown else []
        lines += ["", *table, *_folded(len(suspicious) - len(shown), len(rows) - len(suspicious)), ""]
    noted = _notes(rows)
    lines += [line for name, note in noted[:_MOST_NOTES] for line in _explanation(name, note, text_width)]
    if len(noted) > _MOST_NOTES:
        lines.append(f"{counted(len(noted) - _MOST_NOTES, 'more note')}: see --json")
    for note in judgement.notes:
        lines += paragraph(note, text_width)
    return "\n".join(lines) + "\n"


def _verdict_lines(judgement: Judgement, coloured: bool, width: int) -> list[str]:
    """Return the verdict on the whole; up to the colon it has the colour of a failure, an open question or a pass."""
    first, *others = paragraph(first_line(judgement), width)
    if not coloured:
        return [first, *others]
    otherwise = Verdict.INCONCLUSIVE if judgement.undecided else Verdict.IMPROVEMENT
    style = _COLOURS[Verdict.REGRESSION if judgement.failed else otherwise]
    word, colon, rest = first.partition(":")
    return [f"{Style.parse(style).render(word, color_system=ColorSystem.STANDARD)}{colon}{rest}", *others]


def _suspicious(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows that give a reason to look at them, and those about backends; all if few others are left."""
    shown = [row for row in rows if row.is_suspicious or row.is_group]
    return shown if len(rows) - len(shown) >= _FEWEST_FOLDED else rows


def _folded(more: int, inconspicuous: int) -> list[str]:
    """Return how many rows are not shown because there are too many, and because they are inconspicuous."""
    return [
        *([f"{counted(more, 'more row')} not shown; --all shows them"] if more else []),
        *([f"{counted(inconspicuous, 'row')} not shown: no suspicion; --all shows them"] if inconspicuous else []),
    ]


def _notes(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return what explains rows, each with the row's name; with their number if many rows have the same explanation."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if row.note and row.verdict in EXPLAINED:
            names.setdefault(row.note, []).append(row.name)
    told = []
    for note, alike in names.items():
        many = len(alike) > _MOST_ALIKE
        told += [(f"{len(alike)} cases, such as {alike[0]}", note)] if many else [(name, note) for name in alike]
    return told


def _explanation(name: str, note: str, width: int) -> list[str]:
    """Return what explains a row, in one or two lines; a long name is cut rather than the reason."""
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 3]}..."
    text = f"{name}: {note}"
    return textwrap.wrap(text, width, subsequent_indent="  ", max_lines=2, placeholder=" ...", break_on_hyphens=False)


def _table(rows: Sequence[Row], coloured: bool, width: int) -> str:
    """Return a line per row. Names are shortened as far as they can still be told apart."""
    case, *numbers = columns(Output.TERMINAL)
    wanted = min(_LEAST_NAMES, max(cell_len(row.name) for row in rows))
    spared: list[Column] = []
    for column in sorted((column for column in numbers if column.spared), key=lambda column: column.spared):
        if _room(numbers, rows, width) < wanted:
            numbers.remove(column)
            spared.append(column)
    room = _room(numbers, rows, width)
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    # Names that are the same without their middles are continued below: no part of them is lost.
    table.add_column(case.title, overflow="fold", max_width=room)
    for column in numbers:
        table.add_column(column.title, justify="right" if column.numeric else "left", no_wrap=True)
    for name, row in zip(fitted([row.name for row in rows], room), rows, strict=True):
        table.add_row(Text(name), *(_cell(column, row) for column in numbers))
    lacking = f"\n{width} columns have no room for {' and '.join(column.title for column in spared)}" if spared else ""
    return f"{draw(table, coloured, width)}{lacking}"


def _room(numbers: Sequence[Column], rows: Sequence[Row], width: int) -> int:
    """Return the width that these columns leave for names."""
    widest = [max(cell_len(column.title), *(cell_len(column.text(row)) for row in rows)) for column in numbers]
    return width - sum(widest) - _GAP * len(numbers)


def _cell(column: Column, row: Row) -> Text:
    """Return a cell as text, so that names are not taken for rich's markup."""
    return Text(column.text(row), _COLOURS[row.verdict] if column is VERDICT else "")
