"""Instruction counts of two sides: when they repeat, and when they differ."""

import pytest

from benchmarks.analysis.instructions import Counts, Repeated, count_ratio, repeated


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1_000_000, 1_000_000, 1_000_000], Repeated(1_000_000, 0.0)),
        ([1_500_000, 1_000_000, 1_000_000, 1_003_000], Repeated(1_001_000, pytest.approx(0.003))),
        ([1_000_000, 1_010_000, 1_021_000], None),
        ([1_000_000, 1_000_000], None),
        ([], None),
    ],
    ids=["exact", "one call waited", "too far apart", "too few", "none"],
)
def test_the_smallest_counts_have_to_agree(counts, expected):
    """The mean of the three smallest counts stands for the case, if they lie within 2 %."""
    assert repeated(counts) == expected


@pytest.mark.parametrize(
    ("more", "expected"), [(0.004, False), (0.006, True), (0.01, True), (-0.004, False), (-0.006, True)]
)
def test_one_percent_is_seen_and_little_is_not(more, expected):
    """Half a percent is the floor of exact counts, in either direction."""
    head = round(10_000_000 * (1 + more))
    found = count_ratio(Counts([10_000_000] * 3, [head] * 3))
    assert (found.floor, found.differs) == (0.005, expected)


def test_counts_that_repeat_less_well_have_a_higher_floor():
    """Three times the spread of the noisier side."""
    noisy = [10_000_000, 10_050_000, 10_100_000]
    found = count_ratio(Counts([10_000_000] * 3, noisy))
    assert found.floor == pytest.approx(0.03)
    assert not found.differs


def test_counts_that_do_not_repeat_are_no_difference():
    """A side whose calls wait differently each time can't be compared."""
    assert count_ratio(Counts([10, 20, 30], [10, 10, 10])) is None
