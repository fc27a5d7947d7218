"""Where head is slower: two small tables, by backend and by what a case's time is mostly the cost of."""

import math
from collections.abc import Sequence

from benchmarks.analysis.judgement import Judgement, Row
from benchmarks.analysis.verdict import FAILING, Verdict
from benchmarks.report.html.figures import Cell, Table, number
from benchmarks.report.html.forest import mark_of
from benchmarks.text.node_ids import parse_node_id

# What the tests of the suite mostly pay for; the grid's cases are told apart by their batch size. A batch of ten short
# tasks or fewer costs more than its tasks do.
_OF_TEST = {
    "test_cold_start": "start",
    "test_whole_block": "start",
    "test_notebook": "start",
    "test_warm_call": "call",
    "test_two_tasks": "call",
    "test_many_calls": "call",
    "test_more_jobs_than_cores": "call",
    "test_pre_dispatch": "batch",
    "test_order": "batch",
    "test_no_op": "task",
    "test_verbose": "task",
    "test_prefer": "task",
}
_GRIDS = ("test_summation", "test_workload")
_MANY_BATCHES = ("-b1", "-b10")

_KINDS = ("call", "batch", "task", "start")
_MEANING = "By kind of cost: a call's own, of small batches, of tasks in large batches, of a pool's start and end"


def where_tables(judgement: Judgement) -> list[Table]:
    """Return the tables; none of a kind of which the judgement has no row."""
    return [table for table in (_by_backend(judgement.rows), _by_kind(judgement.times)) if table.rows]


def _by_backend(rows: Sequence[Row]) -> Table:
    """Return the rows about backends and the grid, as they were tested."""
    cells = [
        [
            Cell(row.name.removeprefix("backend ").removesuffix("Backend")),
            Cell(row.verdict.value, mark=mark_of(row.verdict)),
            number(row.comparison.ratio, ".3f") if row.comparison else Cell(""),
            Cell("{:.2f} to {:.2f}".format(*row.comparison.interval))
            if row.comparison and row.comparison.interval
            else Cell("unknown"),
        ]
        for row in rows
        if row.is_group
    ]
    return Table("By backend", ("backend", "verdict", "head/base", "95 % interval"), cells)


def _by_kind(rows: Sequence[Row]) -> Table:
    """Return the cases by kind of cost: how many are slower, and their mean ratio, which is not a test."""
    cells = []
    for kind in _KINDS:
        own = [row for row in rows if kind_of_cost(row.fullname) == kind]
        ratios = [row.comparison.ratio for row in own if row.comparison]
        if not ratios:
            continue
        slower = sum(row.verdict in FAILING for row in own)
        unjudged = sum(row.verdict is Verdict.INCONCLUSIVE for row in own)
        mean = math.exp(math.fsum(map(math.log, ratios)) / len(ratios))
        counts = [number(count, "d") for count in (len(own), slower, unjudged)]
        cells.append([Cell(kind), number(mean, ".3f"), *counts])
    return Table(_MEANING, ("kind", "mean ratio", "cases", "failing", "undecided"), cells)


def kind_of_cost(fullname: str) -> str | None:
    """Return what a case's time is mostly the cost of: call, batch, task or start; None if nobody knows."""
    _, _, test, params = parse_node_id(fullname)
    if test in _GRIDS:
        return "batch" if params.endswith(_MANY_BATCHES) else "task"
    return _OF_TEST.get(test)
