"""Progress: the estimate, the lines, and the format of durations."""

import pytest

from benchmarks.report.progress import Estimate, Lines
from benchmarks.text.formatting import clock, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.5, "1.50 s"),
        (0.0412, "41.2 ms"),
        (0.412, "412 ms"),
        (3.2e-6, "3.20 us"),
        (4.2e-8, "42.0 ns"),
        (83.0, "83.0 s"),
    ],
)
def test_durations_have_three_digits_and_a_unit(seconds, text):
    """The unit is the largest that leaves a digit before the point."""
    assert duration(seconds) == text


def test_clock():
    """A clock shows minutes and seconds and is never negative."""
    assert [clock(seconds) for seconds in (0, 59.6, 65, -3)] == ["0:00", "1:00", "1:05", "0:00"]


def test_what_is_left_is_weighed():
    """If the first of the weights 1, 1 and 6 took 2 s, the other seven take 14 s."""
    times = iter([100.0, 102.0, 104.0])
    estimate = Estimate({"a": 1.0, "b": 1.0, "c": 6.0}, now=lambda: next(times))
    assert estimate.left_s() is None
    estimate.finish("a")
    assert estimate.left_s() == 14.0
    estimate.finish("b")
    assert estimate.left_s() == 12.0


def test_a_line_names_case_and_result():
    """A finished case has a time, or a reason for having none."""
    lines = []
    progress = Lines(Estimate({"f.py::a": 1.0, "f.py::b": 1.0}), lines.append)
    progress.start("f.py::a")
    progress.finish("f.py::a", "measured", 0.0412)
    progress.finish("f.py::b", "failed", "WrongResult: index 3")
    assert lines[0].startswith("1/2, about 0:00 left")
    assert lines[0].endswith("a  41.2 ms")
    assert lines[1].endswith("b  failed: WrongResult: index 3")
