"""Columns of numbers: aligned at the decimal point, with a unit that all cells share in the title."""

import re
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.report.html.figures import Cell, Table

_NUMBER = re.compile(r"([+-]?[\d,]+)(\.\d+)?(?: ?(%|x|ns|us|ms|s|B|kB|MB|GB))?")

# As wide as a digit, and as a point.
_DIGIT, _POINT = "\u2007", "\u2008"


def aligned(table: Table) -> Table:
    """Return the table without its empty columns, and with its columns of numbers aligned."""
    if not table.rows:
        return table
    columns = [_column(title, cells) for title, *cells in zip(table.titles, *table.rows, strict=True)]
    columns = [(title, cells) for title, cells in columns if any(cell.text for cell in cells)]
    titles, cells = zip(*columns, strict=True)
    return replace(table, titles=titles, rows=list(zip(*cells, strict=True)))


def _column(title: str, cells: Sequence[Cell]) -> tuple[str, list[Cell]]:
    matches = [_NUMBER.fullmatch(cell.text) if cell.text else None for cell in cells]
    if any(cell.text and not match for cell, match in zip(cells, matches, strict=True)) or not any(matches):
        return title, list(cells)
    units = {match[3] for match in matches if match}
    if len(units) > 1:
        return title, [replace(cell, number=True) for cell in cells]
    places = max(len(match[2] or "") for match in matches if match)
    unit = units.pop()
    texts = ["" if match is None else _padded(match, places) for match in matches]
    return f"{title}, {unit}" if unit else title, [
        replace(cell, text=text, number=True) for cell, text in zip(cells, texts, strict=True)
    ]


def _padded(match: re.Match[str], places: int) -> str:
    """Return a number without its unit that ends as far behind its point as the others of its column."""
    fraction = match[2] or (_POINT if places else "")
    return f"{match[1]}{fraction}{_DIGIT * (places - len(fraction))}"
