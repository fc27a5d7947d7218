"""Which plain loop the cases of tasks with threads of their own are compared with, and what is said of it."""

import pytest

from benchmarks.history.run import parse_run
from benchmarks.report.contenders import ANY_MACHINE, contenders
from benchmarks.report.grid_entries import THREADS_OF
from benchmarks.report.heat import State, heat_maps
from benchmarks.report.inner_threads import inner_threads
from benchmarks.report.measured import measured_cases
from benchmarks.report.summary import summary
from tests.report.test_summary import entry


def with_loops(bench, own_s, pinned_s=(0.2, 0.2)):
    """Return an entry whose loop was timed with one thread and, as the user runs it, with two."""
    threads = {"inner_threads": {"openblas": 1}, "loop_threads": {"openblas": 1}, "own_loop_threads": {"openblas": 2}}
    return {**bench, "extra_info": bench["extra_info"] | {"own_loop_s": own_s, "loop_s": list(pinned_s), **threads}}


TWO = entry("loky", 2, 10, 0.1, workers=2, processes=2)


@pytest.mark.parametrize(("own_s", "speed_up"), [([0.12, 0.12], 1.2), ([0.3, 0.3], 2.0)])
def test_speed_ups_are_against_the_faster_of_both_loops(own_s, speed_up):
    """A pinned loop makes no pool look better, and threads that get into each other's way do not either."""
    (case,) = measured_cases([with_loops(TWO, own_s)])
    assert case.configuration.speed_up == pytest.approx(speed_up)


def test_one_loop_is_chosen_for_all_cases():
    """The faster one of each case would be the luckier one."""
    cases = measured_cases([with_loops(TWO, [0.1, 0.1]), with_loops(entry("threading", 2, 10, 0.1, workers=2), [0.3])])
    assert [case.configuration.loop_s for case in cases] == pytest.approx([0.1, 0.3])


def test_both_loops_and_the_workers_threads_are_said():
    """With the faster one named."""
    (said,) = inner_threads(measured_cases([with_loops(TWO, [0.12, 0.12])]))
    assert said == (
        "The tasks compute in threads of a numeric library. The plain loop took 120 ms with 2 threads of openblas, as"
        " you run it, and 200 ms with 1 thread of openblas; speed-ups are against the former, the faster one. Each"
        " worker had 1 thread; --inner-threads 1,2 measures n_jobs x inner threads."
    )
    assert inner_threads(measured_cases([TWO])) == []


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, "; --inner-threads 1,2 measures n_jobs x inner threads")])
def test_the_number_that_the_user_has_set_is_said(count, more):
    """The plain loop then is the user's own, and there is one kind of it."""
    bench = {**TWO, "extra_info": TWO["extra_info"] | {name: {"openblas": count} for name in THREADS_OF[:2]}}
    threads = "1 thread" if count == 1 else f"{count} threads"
    assert inner_threads(measured_cases([bench])) == [
        f"The tasks compute in threads of a numeric library: {threads} of openblas in the plain loop, as you run it."
        f" Each worker had {threads}{more}."
    ]


def test_a_pinned_loop_makes_no_headline():
    """Two workers with one thread each are no gain over two threads in the loop."""
    text = summary([with_loops(entry("loky", 2, 10, 0.12, workers=2, processes=2), [0.1, 0.1])], {}, coloured=False)
    assert text.startswith("Nothing beats the plain loop with these tasks: the best of joblib's, loky-n2-b10, reaches")


@pytest.mark.parametrize("odd", [{"openblas": -1}, {"\x1b[31m": 1}, [1], "two"])
def test_odd_thread_counts_make_no_case(odd):
    """Files come from anywhere."""
    bench = with_loops(TWO, [0.1])
    bench["extra_info"]["own_loop_threads"] = odd
    assert measured_cases([bench]) == []


def with_axis(bench, threads, had):
    """Return an entry of a case with so many inner threads, of which its workers had `had`."""
    bench = with_loops(bench, [0.12, 0.12])
    bench["extra_info"]["inner_threads"] = {"openblas": had}
    return {**bench, "param": f"{bench['param']}-t{threads}", "params": bench["params"] | {"inner_threads": threads}}


def test_inner_threads_are_an_axis_of_the_grid():
    """A worker with two threads may be twice as fast, and its efficiency counts both."""
    cases = measured_cases([with_axis(TWO, 1, 1), with_axis(TWO, 2, 2)])
    assert [case.configuration.name for case in cases] == ["loky-n2-b10-t1", "loky-n2-b10-t2"]
    assert [case.configuration.efficiency for case in cases] == pytest.approx([0.6, 0.3])
    assert [contender.bound for contender in contenders(cases, ANY_MACHINE)] == [2.0, 4.0]
    (said,) = inner_threads(cases)
    assert said.endswith("The -t of a case is the number of threads in each of its workers.")


def test_threads_that_a_worker_did_not_have_are_said():
    """A library may have a limit of its own."""
    cases = measured_cases([with_axis(TWO, 4, 2), with_axis(TWO, 8, 2), with_axis(TWO, 2, 2)])
    assert inner_threads(cases)[1:] == [
        "loky-n2-b10-t4 asked for 4 threads in each worker, but there were 2 threads of openblas, and so in 1 more."
    ]


def test_a_heat_map_has_a_row_for_each_number_of_inner_threads():
    """Two cases that differ in nothing else are two cells."""
    cases = measured_cases([with_axis(TWO, 2, 2), with_axis(TWO, 10, 10), with_axis(TWO, 1, 1)])
    (heat,) = heat_maps(cases, parse_run({"benchmarks": []}, "a run"))
    assert heat.n_jobs == ["2 x 1", "2 x 2", "2 x 10"]
    assert len({cell.n_jobs for cell in heat.cells if cell.state is State.MEASURED}) == 3
