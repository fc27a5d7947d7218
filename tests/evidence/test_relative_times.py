"""Sessions of identical code on a busy machine: what times relative to the plain loop bring."""

import numpy as np
import pytest

from benchmarks.compare.machine_speed import machine_speed
from benchmarks.compare.sides import Side, Sides
from benchmarks.history.run import parse_run
from evidence.relative_times import A_SIDE, OURS_NAME, RECORDING, read_sessions, ways
from evidence.saved_run_rules import blocks, dealt
from tests.documents import document, entry


def both(sessions):
    """Return the times as measured and our way to take them."""
    found = ways(sessions)
    return found["as measured"], found[OURS_NAME]


@pytest.fixture(scope="module")
def held_out():
    """The sessions that the rule was not chosen on."""
    return read_sessions(RECORDING).part("held-out")


def test_the_rule_is_that_of_the_program(held_out):
    """The quotients of the evidence are those that `compare` takes from the same sessions."""

    def run(session):
        cases = [
            entry(
                name,
                np.exp(held_out.rounds[session, column]).tolist(),
                loop_s=np.exp(held_out.loops[session, column]).tolist(),
            )
            for column, name in enumerate(held_out.cases)
            if "-n" in name
        ]
        return parse_run(document(*cases, day=session), "x.json")

    sides = Sides(Side((run(0),), False), Side((run(1),), False))
    base, head = sides.times(sides.base.cases, by_loop=True)
    assert machine_speed(sides, ()).divided
    columns = [column for column, name in enumerate(held_out.cases) if "-n" in name]
    # The case without a pool is not among these, and with it its loops.
    loops = held_out.loops[:2, columns].mean(axis=(1, 2))
    expected = held_out.rounds[:2, columns].mean(axis=2) - loops[:, None]
    found = np.array([[sample.mean for sample in side.values()] for side in (base, head)])
    assert found == pytest.approx(expected)


def test_relative_times_vary_less(held_out):
    """In most cases, and in the median."""
    measured, ours = (way.times.std(axis=0, ddof=1) for way in both(held_out))
    assert (ours < measured).mean() > 0.5
    assert np.median(ours) < np.median(measured)


def test_smaller_slowdowns_are_detected_without_more_false_alarms(held_out):
    """Neither in random splits, in which 1 % would be 0.3 of 30, nor in consecutive blocks."""
    measured, ours = both(held_out)
    count = len(held_out.rounds)
    splits = list(dealt(count, A_SIDE, 30, seed=1))
    assert ours.alarms(splits) <= 2
    assert ours.detectable_effect(splits) < measured.detectable_effect(splits)
    assert ours.share_seen(splits, 2.0) > measured.share_seen(splits, 2.0)
    consecutive = list(blocks(count, A_SIDE))
    assert ours.alarms(consecutive) <= measured.alarms(consecutive)


def test_a_machine_that_changes_its_speed_is_divided_out(held_out):
    """Sessions on a machine half as fast, loops included, have the same quotients."""
    slower = type(held_out)(held_out.cases, held_out.rounds + np.log(2), held_out.loops + np.log(2))
    (measured, ours), (slow_measured, slow_ours) = both(held_out), both(slower)
    assert slow_ours.times == pytest.approx(ours.times)
    assert slow_measured.times == pytest.approx(measured.times + np.log(2))
