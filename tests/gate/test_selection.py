"""Which cases a short budget is spent on."""

import pytest

from benchmarks.gate.record import GateCase
from benchmarks.gate.selection import affordable, left_out_sentence, seconds_for_all
from benchmarks.gate.sizing import _shortest_call_s
from benchmarks.history.case_times import CaseTimes
from tests.gate.records import record


def cell(backend, jobs, size):
    """A case of the grid with a function of the user's."""
    name = f"benchmarks/suite/test_workload.py::test_workload[price-{backend}-n{jobs}-b{size}]"
    return GateCase(name, backend, jobs, 1.0)


GRID = [
    cell("sequential", 1, "1"),
    *(
        cell(backend, jobs, size)
        for backend in ("threading", "loky")
        for jobs in (2, 4)
        for size in ("1", "10", "100", "1000", "auto")
    ),
    GateCase("benchmarks/suite/test_overhead.py::test_order[loky-shuffled]", "LokyBackend", 2, 1.0),
]


def chosen(left_s, call_s=0.1, cores=2, duplicates=frozenset()):
    """The labels of the cases that are chosen from GRID."""
    found = affordable(GRID, {case.nodeid: call_s for case in GRID}, duplicates, cores, left_s)
    assert sorted([*found.chosen, *found.left_out], key=GRID.index) == GRID
    return [case.nodeid.partition("[")[2].rstrip("]").removeprefix("price-") for case in found.chosen]


def test_the_function_alone_and_the_defaults_of_each_backend_come_first():
    """With time for three cases they are the sequential one and each backend with a worker per core, batches auto."""
    assert chosen(8 * (2.6 + 3 * 1.8)) == ["sequential-n1-b1", "threading-n2-bauto", "loky-n2-bauto"]


def test_batch_sizes_come_before_other_numbers_of_workers():
    """With time for eleven cases, all batch sizes with a worker per core are measured, and none with four workers."""
    names = chosen(8 * (2.6 + 11 * 1.8))
    assert len(names) == 11
    assert not [name for name in names if "-n4-" in name or "shuffled" in name]


def test_four_cores_are_asked_for_with_four_workers():
    """The default of a backend has as many workers as there are cores."""
    assert chosen(8 * (2.6 + 3 * 1.8), cores=4) == ["sequential-n1-b1", "threading-n4-bauto", "loky-n4-bauto"]


def test_what_repeats_another_case_comes_last():
    """A case that probably is another one under a second name is measured only if there is time for all."""
    duplicate = "benchmarks/suite/test_workload.py::test_workload[price-threading-n2-bauto]"
    assert chosen(8 * (2.6 + 3 * 1.8), duplicates={duplicate}) == [
        "sequential-n1-b1",
        "threading-n2-b1",
        "loky-n2-bauto",
    ]


def test_there_is_always_a_case_and_enough_time_is_for_all():
    """No budget leaves nothing to measure; with the time for all cases none is left out."""
    assert chosen(1.0) == ["sequential-n1-b1"]
    assert len(chosen(seconds_for_all(GRID, {case.nodeid: 0.1 for case in GRID}) + 0.01)) == len(GRID)


def test_what_is_left_out_is_said_with_how_to_ask_for_it():
    """The sentence counts the cases, names some of those left out, and the options that measure them."""
    short = record(budget_s=180.0, cases=GRID[:3], left_out=[case.nodeid for case in GRID[3:]])
    assert left_out_sentence(short) == (
        "3 minutes can decide 3 of 22 cases, the most informative ones. Left out: threading-n2-b100, "
        "threading-n2-b1000, threading-n2-bauto, ...; ask for others with -k."
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"tasks": 10, "effective_n_jobs": 1}, 0.1),
        ({"tasks": 10, "effective_n_jobs": 2}, 0.2),
        ({"tasks": 1000, "effective_n_jobs": 2}, 0.04),
        ({"tasks": 2, "calls": 50, "effective_n_jobs": 2}, 0.04),
        ({}, 1.0),
        ({"tasks": "many"}, 0.04),
    ],
)
def test_a_call_cannot_be_shorter_than_a_task(facts, expected):
    """Of a call of a second with ten tasks on two workers, a single task takes 0.2 s: no call can be shorter."""
    case = CaseTimes("x", "x", "f.py::test[x]", "x", (1.0,), 1.0, 1.0, 1, facts, {})
    assert _shortest_call_s(case, 0.04) == pytest.approx(expected)
