"""A judgement as Markdown, for the summary of a CI job; unchanged and inconclusive rows are folded."""

import html
import re

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import Verdict
from benchmarks.report.case_labels import labelled
from benchmarks.report.columns import VERDICT, Column, Output, columns
from benchmarks.report.wording import first_line, note_beside, tally

# GitHub cuts a job summary off at 1 MiB; a row is about 150 bytes.
_MOST_ROWS = 2_000

_QUIET = frozenset({Verdict.UNCHANGED, Verdict.INCONCLUSIVE})


def render(judgement: Judgement) -> str:
    """Return the judgement as text; names are escaped."""
    rows = labelled(judgement.rows)
    loud = [row for row in rows if row.verdict not in _QUIET]
    quiet = [row for row in rows if row.verdict in _QUIET]
    counts = tally(judgement)
    sides = f"Base: {_text(judgement.base)}. Head: {_text(judgement.head)}."
    parts = [f"### {_text(first_line(judgement))}", sides, counts or "No case was compared."]
    parts += map(_note, judgement.answer)
    parts += ["\n".join(_table(loud))] if loud else []
    if quiet:
        folded = ["<details>", f"<summary>{len(quiet)} unchanged or inconclusive</summary>", "", *_table(quiet)]
        parts.append("\n".join([*folded, "", "</details>"]))
    parts += map(_note, judgement.notes)
    return "\n\n".join(parts) + "\n"


def _table(rows: list[Row]) -> list[str]:
    shown = columns(Output.MARKDOWN)
    lines = [_line([column.title for column in shown])]
    lines.append(f"|{'|'.join('--:' if column.numeric else '---' for column in shown)}|")
    lines += [_line([_cell(column, row) for column in shown]) for row in rows[:_MOST_ROWS]]
    if len(rows) > _MOST_ROWS:
        lines.append(f"| {len(rows) - _MOST_ROWS} more |{' |' * (len(shown) - 1)}")
    return lines


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(column: Column, row: Row) -> str:
    if column is VERDICT:
        note = f"<br>{_text(note)}" if (note := note_beside(row)) else ""
        return f"{column.text(row)}{note}"
    return column.text(row) if column.numeric else _text(column.text(row))


def _note(note: str) -> str:
    """Return a note as a paragraph; a command on a line of its own becomes a block that can be copied."""
    text, _, command = note.partition("\n")
    return f"{_text(text)}\n\n<pre>{html.escape(command)}</pre>" if command else _text(text)


def _text(text: str) -> str:
    """Escape what Markdown or HTML would interpret, as character references."""
    # Quotation marks stay: html.escape would make a reference of them, whose # is escaped below.
    html_text = html.escape(text, quote=False)
    return re.sub(r"[\\`*_{}\[\]#|~@:]", lambda special: f"&#{ord(special.group())};", html_text)
