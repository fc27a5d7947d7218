"""Names of cases in tables."""

import pytest

from benchmarks.analysis.judgement import Judgement
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.verdict import Verdict
from benchmarks.report import data, junit, markdown, terminal
from benchmarks.report.case_labels import case_labels, labelled
from benchmarks.report.columns import Output, columns
from tests.cli.judgements import comparison, row

SUITE = "benchmarks/suite/"
SUMMATION = f"{SUITE}test_summation.py::test_summation"
WORKLOAD = f"{SUITE}test_workload.py::test_workload"
NO_OP = f"{SUITE}test_overhead.py::test_no_op"


@pytest.mark.parametrize(
    ("fullnames", "expected"),
    [
        ([f"{SUMMATION}[threading-n2-b100]"], ["threading-n2-b100"]),
        ([f"{NO_OP}[loky]"], ["no_op loky"]),
        ([f"{SUITE}test_tasks.py::test_loop"], ["loop"]),
        (["backend loky", "the whole grid"], ["backend loky", "the whole grid"]),
        ([f"{WORKLOAD}[shop.pricing:price_one-loky-n2-b1]", f"{NO_OP}[loky]"], ["loky-n2-b1", "no_op loky"]),
        (
            [f"{WORKLOAD}[hashing-loky-n2-b1]", f"{WORKLOAD}[sleeping-loky-n2-b10]"],
            ["hashing-loky-n2-b1", "sleeping-loky-n2-b10"],
        ),
        ([f"{WORKLOAD}[hashing-loky-n2-b1]", f"{SUMMATION}[loky-n2-b1]"], ["hashing-loky-n2-b1", "loky-n2-b1"]),
        (["a.py::test_x[1]", "b.py::test_x[1]", "b.py::test_x[2]"], ["a.py::test_x[1]", "b.py::test_x[1]", "x 2"]),
        (["a.py::test_x[p::q[0]]"], ["x p::q[0]"]),
        (["bench_sort", "a.py::Suite::test_sort"], ["bench_sort", "sort"]),
    ],
)
def test_labels(fullnames, expected):
    """A label has what tells a case from the others, and no more."""
    assert case_labels(fullnames) == expected


def test_a_resource_of_a_case_is_named_after_it():
    """The rows of one case differ by the resource."""
    rows = [row("test_x[a]", Verdict.UNCHANGED, 1.0, comparison(1.0), quantity=kind) for kind in Quantity]
    expected = ["x a" if kind is Quantity.TIME else f"x a {kind.value}" for kind in Quantity]
    assert [one.name for one in labelled(rows)] == expected


def test_every_row_of_a_table_can_be_told_from_the_others():
    """Rows of a user's own workload differ in their last characters, which no table may cut."""
    labels = [f"multiprocessing-n{jobs}-b{size}" for jobs in (2, 4) for size in (1, 1000)]
    names = [f"test_workload[shop.pricing:price_everything_twice-{label}]" for label in labels]
    rows = tuple(row(name, Verdict.UNCHANGED, 0.5, comparison(1.0)) for name in names)
    judgement = Judgement("a", "b", rows, 0.01, 0.05, ())
    lines = terminal.render(judgement, coloured=False).splitlines()
    assert [line.split()[0] for line in lines if line.startswith("multi")] == labels
    lines = markdown.render(judgement).splitlines()
    assert [line.split(" | ")[0] for line in lines if "multi" in line] == [f"| {label}" for label in labels]
    (case, *_) = columns(Output.PAGE)
    assert [case.text(one) for one in labelled(rows)] == labels


@pytest.mark.parametrize("render", [data.render_json, data.render_csv, junit.render])
def test_data_has_full_names(render):
    """Outputs for programs keep the names that pytest knows."""
    rows = (row("test_summation[loky-n2-b1]", Verdict.UNCHANGED, 0.5, comparison(1.0)),)
    assert "test_summation[loky-n2-b1]" in render(Judgement("a", "b", rows, 0.01, 0.05, ()))
