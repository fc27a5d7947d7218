"""pytest-benchmark's table: when it is shown, and that its lines fit."""

from types import SimpleNamespace

import pytest
from pytest_benchmark.plugin import pytest_benchmark_scale_unit
from pytest_benchmark.session import BenchmarkSession
from pytest_benchmark.utils import DEFAULT_COLUMNS, NAME_FORMATTERS

from benchmarks.session.stock_table import fit_table

LONG = "a_module_with_a_long_name.and_another:and_a_function_whose_name_is_long_as_well"


class Reporter:
    """Keeps what it is told to write."""

    def __init__(self):
        self.text = ""

    def write(self, text, **markup):
        """Keep a part of a line."""
        self.text += text

    def write_line(self, line, **markup):
        """Keep a line."""
        self.text += f"{line}\n"

    def ensure_newline(self):
        """Every line here ends by itself."""


def entry(name, seconds, group="summation", source=None):
    """Return a case's statistics as pytest-benchmark hands them to its table."""
    return {
        "fullname": f"benchmarks/suite/test_{group}.py::test_{group}[{name}]",
        "name": f"test_{group}[{name}]",
        "group": group,
        "source": source,
        **dict.fromkeys(("min", "max", "mean", "median", "iqr", "stddev"), seconds),
        "outliers": "1;0",
        "ops": 1 / seconds,
        "rounds": 5,
        "iterations": 1,
    }


def shown(groups, *given):
    """Return what a session with these options writes for its table."""
    benchmarks = object.__new__(BenchmarkSession)
    hook = SimpleNamespace(pytest_benchmark_scale_unit=pytest_benchmark_scale_unit)
    options = SimpleNamespace(getoption=lambda name, default=None: default, hook=hook)
    benchmarks.__dict__ |= {"quiet": False, "verbose": False, "sort": "min", "histogram": False, "compare_fail": None}
    benchmarks.__dict__ |= {"columns": DEFAULT_COLUMNS, "performance_regressions": [], "logger": None}
    benchmarks.__dict__ |= {"groups": groups, "config": options, "name_format": NAME_FORMATTERS["normal"]}
    fit_table(SimpleNamespace(_benchmarksession=benchmarks, invocation_params=SimpleNamespace(args=given)))
    reporter = Reporter()
    benchmarks.display(reporter)
    return reporter.text


def widest(text):
    """Return the length of the longest line."""
    return max(map(len, text.splitlines()))


def test_a_short_table_has_the_columns_that_fit():
    """Cases have their short names, groups are apart, and the legend of other columns is gone."""
    cases = [entry("loky-n2-b100", 0.02), entry("loop", 0.01)]
    text = shown([("summation", cases), ("workload", [entry("loky-n4-b1", 1500.0, "workload")])])
    titles = [line for line in text.splitlines() if line.startswith("Name")]
    assert [line.split("  ")[0] for line in titles] == ["Name (time in ms)", "Name (time in s)"]
    assert all(line.split()[-4:] == ["Min", "Median", "IQR", "Rounds"] for line in titles)
    assert "\nloky-n2-b100 " in text
    assert "\n\n--" in text.strip()
    assert "Legend" not in text
    assert widest(text) <= 100


@pytest.mark.parametrize("seconds", [1e-7, 3e-5, 0.9, 54321.0])
def test_no_line_wraps_however_long_a_name_is(seconds):
    """Columns go first, then the middle of names; both ends of a name tell it apart."""
    cases = [entry(f"{LONG}-{LONG}-loky-n{n}-b1", seconds * n, "order") for n in (1, 2000)]
    text = shown([("a group " * 30, cases)])
    assert widest(text) <= 100
    assert "loky-n1-b1" in text
    assert "loky-n2000-b1" in text


def test_a_long_table_is_one_line_that_says_how_to_see_it():
    """135 rows hide the answer."""
    groups = [("summation", [entry(f"loky-n{n}-b1", 0.1) for n in range(1, 136)])]
    assert shown(groups) == "The table of all 135 cases: add --benchmark-sort=min, or `tox run -e report`.\n"
    assert "loky-n135-b1" in shown(groups, "--benchmark-sort=min")
    assert "loky-n135-b1" in shown(groups, "--benchmark-compare")


def test_the_options_of_pytest_benchmark_bring_back_what_they_name():
    """Whoever chooses columns gets these, and the legend; whoever chooses names gets those."""
    groups = [("summation", [entry("loky-n2-b100", 0.02), entry("loop", 0.01)])]
    text = shown(groups, "--benchmark-columns=min,max", "--benchmark-name=normal")
    assert all(title in text for title in DEFAULT_COLUMNS and ("Min", "Max", "StdDev", "OPS", "Legend:"))
    assert "test_summation[loky-n2-b100]" in text


def test_a_table_of_two_runs_names_both():
    """The label comes first, then the run."""
    cases = [entry("loop", 0.01, source="NOW"), entry("loop", 0.02, source="0001_abc")]
    text = shown([("summation", cases)], "--benchmark-compare")
    assert "loop (NOW)" in text
    assert "loop (0001_abc)" in text
