"""Instruction counts of two sides: when they repeat, and when they differ."""

import pytest

from benchmarks.analysis.instructions import Counts, differs, instruction_ratio, repeated


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1_000_000, 1_000_000, 1_000_000], 1_000_000),
        ([1_500_000, 1_000_000, 1_001_000, 1_002_000], 1_001_000),
        ([1_000_000, 1_002_000, 1_002_100], None),
        ([1_000_000, 1_000_000], None),
        ([], None),
    ],
    ids=["exact", "one call waited", "too far apart", "too few", "none"],
)
def test_the_smallest_counts_have_to_agree(counts, expected):
    """The mean of the three smallest counts stands for the case, if they lie within 0.2 %."""
    assert repeated(counts) == expected


@pytest.mark.parametrize(
    ("more", "expected"), [(0.004, False), (0.006, True), (0.01, True), (-0.004, False), (-0.006, True)]
)
def test_one_percent_is_seen_and_little_is_not(more, expected):
    """Half a percent is the floor, in either direction."""
    head = round(10_000_000 * (1 + more))
    assert differs(instruction_ratio(Counts([10_000_000] * 3, [head] * 3))) is expected


def test_counts_that_do_not_repeat_are_no_difference():
    """A side whose calls wait differently each time can't be compared."""
    ratio = instruction_ratio(Counts([10, 20, 30], [10, 10, 10]))
    assert ratio is None
    assert not differs(ratio)
