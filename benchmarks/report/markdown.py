"""A judgement as Markdown, for the summary of a CI job: what matters is shown, the rest is folded."""

import html
import re

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import Verdict
from benchmarks.report.amounts import amount
from benchmarks.report.wording import first_line, tally

# GitHub cuts a job summary off at 1 MiB; a row is about 150 bytes.
_MOST_ROWS = 2_000

_QUIET = frozenset({Verdict.UNCHANGED, Verdict.INCONCLUSIVE})


def render(judgement: Judgement) -> str:
    """The whole answer; names are text, never markup."""
    loud = [row for row in judgement.rows if row.verdict not in _QUIET]
    quiet = [row for row in judgement.rows if row.verdict in _QUIET]
    counts = tally(judgement)
    sides = f"Base: {_text(judgement.base)}. Head: {_text(judgement.head)}."
    parts = [f"### {_text(first_line(judgement))}", sides, counts or "No case in common."]
    parts += ["\n".join(_table(loud))] if loud else []
    if quiet:
        folded = ["<details>", f"<summary>{len(quiet)} unchanged or inconclusive</summary>", "", *_table(quiet)]
        parts.append("\n".join([*folded, "", "</details>"]))
    parts += [_text(note) for note in judgement.notes]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[Row]) -> list[str]:
    head = ["| case | base | head | head/base | n | sees | verdict |", "|---|--:|--:|--:|--:|--:|---|"]
    more = [f"| {len(rows) - _MOST_ROWS} more | | | | | | |"] if len(rows) > _MOST_ROWS else []
    return [*head, *map(_row, rows[:_MOST_ROWS]), *more]


def _row(row: Row) -> str:
    base, head = (amount(value, row.quantity) for value in (row.base, row.head))
    found = row.comparison
    verdict = "~" if row.verdict is Verdict.UNCHANGED else row.verdict.value
    note = f"<br>{_text(row.note)}" if row.note and not found else ""
    cells = [_text(row.name), base, head, "", "", "", f"{verdict}{note}"]
    if found:
        interval = f" [{found.interval[0]:.2f}, {found.interval[1]:.2f}]" if found.interval else ""
        cells[3] = f"{found.ratio:.3f}{interval}"
        cells[4] = f"{found.n_base}/{found.n_head}"
        cells[5] = f"{found.detectable_effect:+.0%}" if found.detectable_effect is not None else "none"
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """`text` so that Markdown shows it as it is: character references for what either Markdown or HTML would obey."""
    return re.sub(r"[\\`*_{}\[\]#|~@:]", lambda found: f"&#{ord(found.group())};", html.escape(text))
