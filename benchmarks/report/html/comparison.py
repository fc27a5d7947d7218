"""The comparison on the page: the verdict, the chart of the ratios, and every case, those that were judged first."""

from collections.abc import Sequence

from benchmarks.analysis.judgement import UNJUDGED, Judgement, Row
from benchmarks.report.case_labels import labelled
from benchmarks.report.columns import Output, columns
from benchmarks.report.html.figures import Cell, Figure, Fold, Section, Table
from benchmarks.report.html.forest import forest, mark_of
from benchmarks.report.html.where import where_tables
from benchmarks.report.wording import first_line
from benchmarks.text.formatting import counted

# More rows are in the table only.
_MOST_ROWS = 60

_CAPTION = "sees: the slowdown that 80 % of such comparisons would have called a regression"


def comparison_section(judgement: Judgement) -> Section:
    """Return the section on a comparison that is one of several on its page."""
    rows = labelled(judgement.rows)
    judged, open_rows = _apart(rows)
    return Section(
        "comparison",
        "Comparison",
        [
            f"Compared with {judgement.base}: {first_line(judgement)}.",
            *judgement.answer,
            f"Base: {judgement.base}. Head: {judgement.head}.",
            *judgement.notes,
        ],
        _forests(judged, judgement),
        [_table(judged, "Every case that was judged", tools=True)] if judged else [],
        figures_first=True,
        tally=tally_marks(judgement),
        folds=_folds(open_rows, judgement),
    )


def verdict_sections(judgement: Judgement) -> list[Section]:
    """Return the sections of a page that is about one comparison: the answer, and the rows behind it."""
    rows = labelled(judgement.rows)
    judged, open_rows = _apart(rows)
    answer = Section(
        "answer",
        "Answer",
        # Browsers break lines inside "->".
        [f"{first_line(judgement)}.", *(line.replace(" -> ", " → ") for line in judgement.answer)],
        _forests(judged, judgement),
        where_tables(judgement),
        tally=tally_marks(judgement),
        beside=True,
    )
    tables = [_table(judged, "Every row that was judged", tools=True)] if judged else []
    folds = _folds(open_rows, judgement)
    every = Section("comparison", "Every row", judgement.notes, tables=tables, figures_first=True, folds=folds)
    return [answer, every]


def no_comparison(why: str) -> Section:
    """Return the section for a run that has no baseline; `why` is a sentence."""
    return Section("comparison", "Comparison", nothing=why)


def tally_marks(judgement: Judgement) -> list[tuple[str, str]]:
    """Return the count of each verdict with its sign, which is the key to the chart's signs as well."""
    return [(f"{count} {verdict.value}", mark_of(verdict)) for verdict, count in judgement.counts.items()]


def _apart(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that were judged, and those that were not."""
    return [row for row in rows if row.verdict not in UNJUDGED], [row for row in rows if row.verdict in UNJUDGED]


def _forests(judged: Sequence[Row], judgement: Judgement) -> list[Figure]:
    """Return the chart of the cases that were judged; backends and the grid are in a table of their own."""
    compared = [row for row in judged if row.comparison is not None and not row.is_group]
    shown = sorted(compared, key=_slowest_first)[:_MOST_ROWS]
    if not shown:
        return []
    more = f", the first {_MOST_ROWS} of {len(compared)}" if len(compared) > _MOST_ROWS else ""
    title = f"Ratios of the cases that were judged, slowest first{more}"
    return [forest("ratios", title, shown, judgement, _table(shown, "The cases of the chart", tools=False))]


def _slowest_first(row: Row) -> float:
    return -row.comparison.ratio if row.comparison else 0.0


def _folds(rows: Sequence[Row], judgement: Judgement) -> list[Fold]:
    """Return the rows that were not judged, behind a line that counts them."""
    if not rows:
        return []
    compared = [row for row in rows if row.comparison is not None and not row.is_group][:_MOST_ROWS]
    table = _table(rows, "Every row that was not judged", tools=True)
    title = "Ratios of the cases that were not judged"
    numbers = _table(compared, "The cases of the chart", tools=False)
    figures = [forest("ratios-open", title, compared, judgement, numbers)] if compared else []
    return [Fold(f"{counted(len(rows), 'row')} without a verdict on speed", figures, [table])]


def _table(rows: Sequence[Row], caption: str, tools: bool) -> Table:
    """Return a table of rows, with the verdict beside the case: on a phone, readers scroll to the other columns."""
    first, *others, last = columns(Output.PAGE)
    shown = [first, last, *others]
    cells = [[Cell(column.text(row), column.sort_by(row)) for column in shown] for row in rows]
    for row, line in zip(rows, cells, strict=True):
        line[1] = Cell(line[1].text, mark=mark_of(row.verdict))
    return Table(f"{caption}, worst first; {_CAPTION}", [column.title for column in shown], cells, tools)
