"""Speed-up and efficiency, with numbers worked out by hand."""

import pytest

from benchmarks.analysis.speedup import Configuration, best_of_each_backend, slower_than_loop

LOOP_S = 12.0
TWO = Configuration("loky-n2", "loky", time_s=8.0, loop_s=LOOP_S, workers=2)
FOUR = Configuration("loky-n4", "loky", time_s=6.0, loop_s=LOOP_S, workers=4)
SLOW = Configuration("threading-n2", "threading", time_s=16.0, loop_s=LOOP_S, workers=2)
ONE = Configuration("sequential", "sequential", time_s=15.0, loop_s=LOOP_S, workers=1)


def test_speed_up_and_efficiency():
    """12 s in 8 s is 1.5x, three quarters of what two workers could do."""
    assert (TWO.speed_up, TWO.efficiency) == (1.5, 0.75)
    assert (FOUR.speed_up, FOUR.efficiency) == (2.0, 0.5)


def test_the_best_of_each_backend_is_the_highest_speed_up():
    """Not the shortest time: each is compared with the loop of its own moment."""
    later = Configuration("loky-n4-later", "loky", time_s=7.0, loop_s=21.0, workers=4)
    assert best_of_each_backend([TWO, FOUR, SLOW]) == [FOUR, SLOW]
    assert best_of_each_backend([TWO, FOUR, later]) == [later]


def test_only_parallel_configurations_count_as_slower_than_the_loop():
    """One worker is no parallel configuration, however slow."""
    assert slower_than_loop([TWO, SLOW, ONE]) == [SLOW]


@pytest.mark.parametrize("values", [(0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0), (-1.0, 1.0, 1)])
def test_what_is_no_measurement_is_refused(values):
    """A time of zero would make an infinite speed-up."""
    with pytest.raises(ValueError, match="not a measurement"):
        Configuration("x", "x", *values)
