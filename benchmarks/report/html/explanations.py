"""The section about why cases are slower: a table per case, which reads without colour, as a flame graph would not."""

from collections.abc import Mapping, Sequence

from benchmarks.analysis.profiles import FunctionChange
from benchmarks.report.html.figures import Cell, Section, Table
from benchmarks.text.formatting import duration
from benchmarks.text.printable import visible

_TITLES = ("function", "base", "head", "more", "called in base", "called in head", "callers")


def explanation_section(explanations: Mapping[str, Sequence[FunctionChange]]) -> Section:
    """Return the tables of the functions that take more or less time a call, largest increase first."""
    sentence = (
        "Both sides profiled in turns, after the verdict: a function's own time in one call of the case, in the "
        "thread that makes the call; of other threads, samples of the time in which they did not wait. Profiling "
        "slows every function call: these times are for comparison only."
    )
    tables = [_table(visible(nodeid.rpartition("::")[2]), found) for nodeid, found in explanations.items()]
    return Section("why", "Why", [sentence], tables=tables)


def _table(case: str, found: Sequence[FunctionChange]) -> Table:
    return Table(f"Functions of {case}", _TITLES, [_row(change) for change in found], tools=True)


def _row(change: FunctionChange) -> list[Cell]:
    more = f"{'+' if change.more_s >= 0 else '-'}{_seconds(abs(change.more_s))}"
    return [
        Cell(change.name),
        Cell(_seconds(change.base_s), change.base_s),
        Cell(_seconds(change.head_s), change.head_s),
        Cell(more, change.more_s),
        Cell(f"{change.base_calls:.4g}", change.base_calls),
        Cell(f"{change.head_calls:.4g}", change.head_calls),
        Cell(", ".join(change.callers)),
    ]


def _seconds(seconds: float) -> str:
    return duration(seconds) if seconds else "0"
