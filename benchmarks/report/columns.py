"""The columns of a judgement: every table of its rows, JSON and CSV are made from this list.

The charts of the page, its tables by backend and by kind of cost, and JUnit take what they need from the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto

from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import Verdict
from benchmarks.report.wording import note_beside
from benchmarks.text.formatting import duration, size

Value = str | float | tuple[float, float] | None

# The page sorts rows in which no slowdown of any size could have been detected after all others.
_UNDETECTABLE = 1e9


class Output(Flag):
    """An output of a judgement."""

    TERMINAL = auto()
    MARKDOWN = auto()
    PAGE = auto()
    JSON = auto()
    CSV = auto()
    TABLES = TERMINAL | MARKDOWN | PAGE
    DATA = JSON | CSV


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    `title` heads it in tables, whose cells are `text`; the page sorts by `sort_by`. `key` names it in JSON and CSV,
    which hold `value`. `numeric` columns are aligned to the right; the others may contain names, which outputs with
    markup must escape. `appended` columns come last in CSV, so that a new column moves no older one. A terminal that is
    too narrow leaves out the columns with a rank in `spared`, the lowest first.
    """

    outputs: Output
    title: str = ""
    key: str = ""
    value: Callable[[Row], Value] = lambda _: None
    text: Callable[[Row], str] = lambda _: ""
    sort_by: Callable[[Row], float | None] = lambda _: None
    numeric: bool = True
    appended: bool = False
    spared: int = 0


def columns(output: Output) -> list[Column]:
    """Return the columns of one output, in its order."""
    chosen = [column for column in COLUMNS if output in column.outputs]
    return sorted(chosen, key=lambda column: column.appended) if output is Output.CSV else chosen


def _amount(value: float | None, quantity: Quantity) -> str:
    """Return a value with its unit; empty for None."""
    if value is None:
        return ""
    if quantity.unit == "instructions":
        return f"{value / 1e6:.4g} M"
    return size(value) if quantity.unit == "bytes" else duration(value)


def _in_unit(unit: str, value: Callable[[Row], float | None]) -> Callable[[Row], float | None]:
    """Take a side's value from rows in this unit only: whoever reads seconds never finds bytes there."""
    return lambda row: value(row) if row.quantity.unit == unit else None


def _counted(value: Callable[[Row], float | None]) -> Callable[[Row], float | None]:
    """Take a side's count from rows about instructions only."""
    return _in_unit("instructions", value)


def _number(take: Callable[[Comparison], float | None]) -> Callable[[Row], float | None]:
    """Take a number from a row's comparison; None if the row has none."""
    return lambda row: None if row.comparison is None else take(row.comparison)


def _text(take: Callable[[Comparison], str]) -> Callable[[Row], str]:
    """Take a text from a row's comparison; empty if the row has none."""
    return lambda row: "" if row.comparison is None else take(row.comparison)


def _interval(comparison: Comparison) -> str:
    return "{:.2f} to {:.2f}".format(*comparison.interval) if comparison.interval else "unknown"


def _ratio_and_interval(comparison: Comparison) -> str:
    interval = " [{:.2f}, {:.2f}]".format(*comparison.interval) if comparison.interval else ""
    return f"{comparison.ratio:.3f}{interval}"


def _detectable_effect(comparison: Comparison) -> str:
    return "none" if comparison.detectable_effect is None else f"{comparison.detectable_effect:+.0%}"


def _verdict_and_note(row: Row) -> str:
    note = note_beside(row)
    return f"{row.verdict.value}: {note}" if note else row.verdict.value


VERDICT = Column(
    title="verdict",
    text=lambda row: "~" if row.verdict is Verdict.UNCHANGED else row.verdict.value,
    outputs=Output.TERMINAL | Output.MARKDOWN,
    numeric=False,
)

# The case comes first in every table. The last column of the page is its verdict, which the page puts beside the case.
COLUMNS = (
    Column(
        title="case",
        key="name",
        value=lambda row: row.name,
        text=lambda row: row.name,
        outputs=Output.TABLES | Output.JSON,
        numeric=False,
    ),
    Column(key="fullname", value=lambda row: row.fullname, outputs=Output.DATA),
    Column(key="verdict", value=lambda row: row.verdict.value, outputs=Output.DATA),
    Column(key="quantity", value=lambda row: row.quantity.value, outputs=Output.DATA, appended=True),
    Column(
        title="base",
        text=lambda row: _amount(row.base, row.quantity),
        sort_by=lambda row: row.base,
        outputs=Output.TABLES,
        spared=2,
    ),
    Column(
        title="head",
        text=lambda row: _amount(row.head, row.quantity),
        sort_by=lambda row: row.head,
        outputs=Output.TABLES,
    ),
    Column(key="base_s", value=_in_unit("s", lambda row: row.base), outputs=Output.DATA),
    Column(key="head_s", value=_in_unit("s", lambda row: row.head), outputs=Output.DATA),
    Column(key="base_bytes", value=_in_unit("bytes", lambda row: row.base), outputs=Output.DATA, appended=True),
    Column(key="head_bytes", value=_in_unit("bytes", lambda row: row.head), outputs=Output.DATA, appended=True),
    Column(key="base_instructions", value=_counted(lambda row: row.base), outputs=Output.DATA, appended=True),
    Column(key="head_instructions", value=_counted(lambda row: row.head), outputs=Output.DATA, appended=True),
    Column(
        title="head/base",
        key="ratio",
        value=_number(lambda comparison: comparison.ratio),
        text=_text(lambda comparison: f"{comparison.ratio:.3f}"),
        sort_by=_number(lambda comparison: comparison.ratio),
        outputs=Output.TERMINAL | Output.PAGE | Output.DATA,
    ),
    Column(title="head/base", text=_text(_ratio_and_interval), outputs=Output.MARKDOWN),
    Column(
        title="95 % interval",
        key="interval",
        value=lambda row: row.comparison.interval if row.comparison else None,
        text=_text(_interval),
        outputs=Output.TERMINAL | Output.PAGE | Output.JSON,
    ),
    Column(
        key="lo",
        value=_number(lambda comparison: comparison.interval and comparison.interval[0]),
        outputs=Output.CSV,
    ),
    Column(
        key="hi",
        value=_number(lambda comparison: comparison.interval and comparison.interval[1]),
        outputs=Output.CSV,
    ),
    Column(key="p_slower", value=_number(lambda comparison: comparison.p_slower), outputs=Output.DATA),
    Column(
        title="n",
        text=_text(lambda comparison: f"{comparison.n_base}/{comparison.n_head}"),
        sort_by=_number(lambda comparison: comparison.n_head),
        outputs=Output.TABLES,
        spared=1,
    ),
    Column(key="n_base", value=_number(lambda comparison: comparison.n_base), outputs=Output.DATA),
    Column(key="n_head", value=_number(lambda comparison: comparison.n_head), outputs=Output.DATA),
    Column(
        title="sees",
        key="smallest_seen",
        value=_number(lambda comparison: comparison.detectable_effect),
        text=_text(_detectable_effect),
        sort_by=_number(
            lambda comparison: _UNDETECTABLE if comparison.detectable_effect is None else comparison.detectable_effect
        ),
        outputs=Output.TABLES | Output.DATA,
    ),
    Column(key="judged_to", value=lambda row: row.min_effect, outputs=Output.JSON),
    Column(key="note", value=lambda row: row.note, outputs=Output.DATA),
    VERDICT,
    Column(title="verdict", text=_verdict_and_note, outputs=Output.PAGE, numeric=False),
)
