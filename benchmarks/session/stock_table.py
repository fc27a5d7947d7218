"""pytest-benchmark's table: it is shown if it is short or if somebody asks for it, in lines that fit the screen."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.report.case_labels import case_labels
from benchmarks.text.width import WIDTH

# Options of pytest-benchmark that have no effect without its table, or that change it.
_ASKING = tuple(
    f"--benchmark-{name}"
    for name in ("columns", "sort", "group-by", "name", "time-unit", "histogram", "cprofile", "compare", "verbose")
)

# The summary beside it has at most 25 lines, and a session's output 60.
_MOST_ROWS = 20

# The widest of these that fits is shown.
_COLUMNS = (("min", "median", "iqr", "rounds"), ("median", "iqr", "rounds"), ("median", "rounds"))

_LEAST_NAME, _TITLE = 24, len(" benchmark '': 1000 tests ")

# The legend explains two columns that are not among ours.
_LEGEND = ("Legend:", "  Outliers:", "  OPS:")


def fit_table(config: Any) -> None:
    """Have pytest-benchmark show its table in lines of 100 characters, or one line in its place if it is long."""
    benchmarks = config._benchmarksession
    benchmarks.display = partial(_display, benchmarks, _given_options(config), benchmarks.display)


def _given_options(config: Any) -> set[str]:
    given = [*config.invocation_params.args, *os.getenv("PYTEST_ADDOPTS", "").split()]
    return {name for name in _ASKING for text in given if str(text).partition("=")[0].startswith(name)}


def _display(benchmarks: Any, given: set[str], display: Callable[[Any], None], reporter: Any) -> None:
    """Show the table, if it is to be shown, and let pytest-benchmark check for regressions."""
    count = sum(len(entries) for _, entries in benchmarks.groups or ())
    if not count or benchmarks.quiet:
        display(reporter)
        return
    if not given and count > _MOST_ROWS:
        benchmarks.quiet = True
        display(reporter)
        reporter.ensure_newline()
        reporter.write_line(f"The table of all {count} cases: add --benchmark-sort=min, or `tox run -e report`.")
        return
    display(_fitted(benchmarks, given, reporter))


def _fitted(benchmarks: Any, given: set[str], reporter: Any) -> Any:
    """Choose names, columns and order unless the user has, and return what writes the table."""
    benchmarks.groups = [(_cut(title, WIDTH - _TITLE), entries) for title, entries in benchmarks.groups]
    if "--benchmark-sort" not in given:
        benchmarks.sort = "median"
    if "--benchmark-name" not in given:
        benchmarks.name_format = _name_format(benchmarks.groups, None)
    if "--benchmark-columns" in given:
        return reporter
    for columns in _COLUMNS:
        benchmarks.columns = list(columns)
        if (width := _width(benchmarks, reporter)) <= WIDTH:
            break
    if width > WIDTH and "--benchmark-name" not in given:
        longest = max(len(benchmarks.name_format(entry)) for _, entries in benchmarks.groups for entry in entries)
        benchmarks.name_format = _name_format(benchmarks.groups, max(_LEAST_NAME, longest - (width - WIDTH)))
    return _WithoutLegend(reporter)


def _name_format(groups: Sequence[Any], most: int | None) -> Callable[[dict[str, Any]], str]:
    """Return what names a row: the case's label, and the run that it is from if there are several."""
    fullnames = list(dict.fromkeys(entry["fullname"] for _, entries in groups for entry in entries))
    labels = dict(zip(fullnames, case_labels(fullnames), strict=True))

    def name(entry: dict[str, Any]) -> str:
        label, source = labels[entry["fullname"]], entry.get("source")
        text = f"{label} ({source})" if source else label
        return text if most is None else str(_cut(text, most))

    return name


def _cut(text: str | None, most: int) -> str | None:
    """Return a text of at most so many characters; both ends stay, because they tell names apart."""
    if text is None or len(text) <= most:
        return text
    head = (most - 3) // 2
    return f"{text[:head]}...{text[-(most - 3 - head) :]}"


def _width(benchmarks: Any, reporter: Any) -> int:
    """Return the width of the table's widest line, without showing it."""
    from pytest_benchmark.table import TableResults
    from pytest_benchmark.utils import report_noprogress

    lines = _Lines(reporter)
    table = TableResults(  # type: ignore[no-untyped-call]
        columns=benchmarks.columns,
        sort=benchmarks.sort,
        histogram=None,
        name_format=benchmarks.name_format,
        logger=benchmarks.logger,
        scale_unit=partial(benchmarks.config.hook.pytest_benchmark_scale_unit, config=benchmarks.config),
    )
    table.display(lines, benchmarks.groups, progress_reporter=report_noprogress)  # type: ignore[no-untyped-call]
    return max(map(len, lines.text.splitlines()))


class _WithoutLegend:
    """A terminal reporter that leaves out the legend."""

    def __init__(self, reporter: Any) -> None:
        self._reporter = reporter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reporter, name)

    def write_line(self, line: str, **markup: bool) -> None:
        """Write a line unless it belongs to the legend."""
        if not line.startswith(_LEGEND):
            self._reporter.write_line(line, **markup)


class _Lines(_WithoutLegend):
    """A terminal reporter that keeps the lines to itself."""

    def __init__(self, reporter: Any) -> None:
        super().__init__(reporter)
        self.text = ""

    def write(self, text: str, **markup: bool) -> None:
        """Keep a part of a line."""
        self.text += text

    def write_line(self, line: str, **markup: bool) -> None:
        """Keep a line, unless it belongs to the legend."""
        if not line.startswith(_LEGEND):
            self.text += f"{line}\n"
