"""What else ran on the machine."""

import pytest

from benchmarks.session.disturbances import disturbances


@pytest.mark.parametrize(("load", "cores"), [(None, 2), (0.0, 2), (0.4, 1), (0.49, 2), (15.0, 64)])
def test_an_idle_machine_needs_no_remark(load, cores):
    """Nor does one whose load is nothing to its cores."""
    assert disturbances(load, cores, []) == []


@pytest.mark.parametrize(("load", "cores", "text"), [(0.5, 2, "0.5 on 2 cores"), (3.25, 1, "3.25 on one core")])
def test_a_load_average_above_idle_is_one_sentence(load, cores, text):
    """It says of which time it speaks."""
    (said,) = disturbances(load, cores, [])
    assert said == f"The machine was not idle in the minute before this session: load average {text}."


def test_another_session_is_named():
    """With what follows for both runs."""
    (said,) = disturbances(0.0, 2, ["0123456789abcdef", "fedcba9876543210"])
    assert said == "Another session (01234567, fedcba98) is measuring into this store: neither run can be a baseline."
