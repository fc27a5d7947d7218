"""Where times are compared relative to the plain loop, and where they are not."""

import pytest

from benchmarks.compare.machine_speed import LoopUse, machine_speed
from benchmarks.compare.sides import Side, Sides
from benchmarks.history.run import parse_run
from tests.documents import noisy_run, with_loops


def speed(base, head, forced=()):
    """Return the machine's speed in these documents."""
    return machine_speed(Sides(*(Side((parse_run(one, "x"),), False) for one in (base, head))), forced)


def test_the_loops_of_both_sides_are_compared():
    """The ratio is that of the geometric means of the loops beside all cases."""
    base, head = with_loops(noisy_run(1), 0.01), with_loops(noisy_run(2), 0.04)
    head["benchmarks"][0]["extra_info"]["loop_s"] = [0.02, 0.02]
    found = speed(base, head)
    assert found.loop_ratio == pytest.approx(4 / 2 ** (1 / 3))
    assert found.divided


@pytest.mark.parametrize("loop_s", [None, [], "0.01", [0.01, "x"], [0.0], [-1.0], [float("inf")], [True], {}])
def test_runs_without_a_sound_loop_are_compared_as_measured(loop_s):
    """Nothing but a list of seconds is a loop."""
    head = noisy_run(2)
    for one in head["benchmarks"]:
        one["extra_info"]["loop_s"] = loop_s
    assert speed(with_loops(noisy_run(1), 0.01), head) is None


@pytest.mark.parametrize("field", ["cpu_model", "python", "cpu_quota"])
def test_another_machine_is_not_divided_out(field):
    """Where a machine or interpreter that differs was forced, the loop differs with it."""
    runs = with_loops(noisy_run(1), 0.01), with_loops(noisy_run(2), 0.02)
    assert speed(*runs, forced={field}).use is LoopUse.FORCED


def test_a_function_of_the_user_may_be_what_changed():
    """The loop runs the user's function, so that dividing by it could hide that the function became slower."""
    runs = [with_loops(noisy_run(number), 0.01, workload="shop:price") for number in (1, 2)]
    assert speed(*runs).use is LoopUse.OTHER_TASKS


def test_other_tasks_are_another_loop():
    """Neither another number of tasks nor another numeric library under them is the machine's state."""
    assert speed(with_loops(noisy_run(1), 0.01), with_loops(noisy_run(2), 0.01, tasks=7)).use is LoopUse.OTHER_TASKS
    arrays = [
        with_loops(noisy_run(1, versions={"numpy": numpy}), 0.01, workload="array_in") for numpy in ("2.4.6", "2.5.0")
    ]
    assert speed(*arrays).use is LoopUse.OTHER_TASKS
    assert speed(arrays[0], arrays[0]).divided
