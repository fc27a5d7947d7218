"""A judgement on a terminal: verdict first, then counts, then one row a case, worst first, in 100 columns."""

import textwrap

from rich.table import Table
from rich.text import Text

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.report.amounts import amount
from benchmarks.report.tables import WIDTH, draw
from benchmarks.report.wording import first_line, tally

_MOST_NOTES = 20

# What the other columns leave of 100; the end of a longer name tells it from others.
_NAME_WIDTH, _NAME_END = 31, 20

# Verdicts that numbers alone do not explain.
_EXPLAINED = FAILING | {Verdict.INCOMPARABLE, Verdict.NEW}

# Colours that survive a light background as well as a dark one.
_COLOURS = {
    **dict.fromkeys(FAILING, "bold red"),
    Verdict.INCOMPARABLE: "magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.UNCHANGED: "dim",
    Verdict.IMPROVEMENT: "green",
    Verdict.NEW: "cyan",
}


def render(judgement: Judgement, coloured: bool) -> str:
    """The whole answer as text that ends in a newline."""
    counts = tally(judgement)
    lines = [first_line(judgement), f"base {judgement.base}", f"head {judgement.head}", counts or "no case in common"]
    lines = [line for long in lines for line in textwrap.wrap(long, WIDTH)]
    if judgement.rows:
        lines += ["", _table(judgement, coloured), ""]
    noted = [f"{row.name}: {row.note}" for row in judgement.rows if row.note and row.verdict in _EXPLAINED]
    lines += [textwrap.shorten(line, WIDTH, placeholder=" ...") for line in noted[:_MOST_NOTES]]
    if len(noted) > _MOST_NOTES:
        lines.append(f"{len(noted) - _MOST_NOTES} more such notes: see --json")
    for note in judgement.notes:
        lines += textwrap.wrap(note, WIDTH)
    return "\n".join(lines) + "\n"


def _table(judgement: Judgement, coloured: bool) -> str:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, width=WIDTH)
    table.add_column("case", no_wrap=True, overflow="ellipsis", ratio=1)
    for title in ("base", "head", "head/base", "95 % interval", "n", "sees"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in judgement.rows:
        cells = (
            _shortened(row.name),
            amount(row.base, row.quantity),
            amount(row.head, row.quantity),
            *_comparison(row),
        )
        verdict = Text("~" if row.verdict is Verdict.UNCHANGED else row.verdict.value, _COLOURS[row.verdict])
        table.add_row(*map(Text, cells), verdict)  # names are text, not rich's markup
    return draw(table, coloured)


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - _NAME_END - 1]}…{name[-_NAME_END:]}"


def _comparison(row: Row) -> tuple[str, str, str, str]:
    found = row.comparison
    if found is None:
        return "", "", "", ""
    interval = f"{found.interval[0]:.2f} to {found.interval[1]:.2f}" if found.interval else "unknown"
    sees = f"{found.detectable_effect:+.0%}" if found.detectable_effect is not None else "none"
    return f"{found.ratio:.3f}", interval, f"{found.n_base}/{found.n_head}", sees
