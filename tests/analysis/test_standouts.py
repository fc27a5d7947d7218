"""Which cases changed unlike the others."""

from math import exp, log, sqrt

import pytest

from benchmarks.analysis.standouts import RatioEstimate, log_error, standouts


def exact(*ratios):
    """Return changes by these ratios, without an error, under the names a, b, c and so on."""
    return {chr(ord("a") + place): RatioEstimate(log(ratio), 0.0) for place, ratio in enumerate(ratios)}


def test_what_all_cases_share_is_not_what_stands_out():
    """On a machine half as fast, the case that became 4.8 times as slow changed 2.4 times as much as the others."""
    found = standouts(exact(2.0, 2.0, 2.0, 4.8, 2.0))
    assert found.typical == pytest.approx(2.0)
    assert [(case, pytest.approx(factor)) for case, factor in found.slower] == [("d", 2.4)]
    assert found.faster == ()
    assert (found.least, found.most) == (pytest.approx(2.0), pytest.approx(4.8))


def test_cases_that_became_faster_stand_out_as_well():
    """The most striking case comes first."""
    found = standouts(exact(1.0, 0.5, 1.0, 0.25, 1.0))
    assert [case for case, _ in found.faster] == ["d", "b"]
    assert found.slower == ()


def test_a_small_difference_does_not_stand_out():
    """A quarter is the least that does, however equal the others are."""
    assert standouts(exact(1.0, 1.0, 1.0, 1.24)).slower == ()
    assert standouts(exact(1.0, 1.0, 1.0, 1.26)).slower != ()


def test_a_difference_within_the_noise_does_not_stand_out():
    """Neither the spread of the other cases nor that of the case's own rounds is taken for a change."""
    assert standouts(exact(0.7, 0.85, 1.0, 1.2, 1.4, 2.0)).slower == ()
    noisy = {**exact(1.0, 1.0, 1.0, 1.0), "noisy": RatioEstimate(log(2.0), 0.2)}
    assert standouts(noisy).slower == ()


def test_two_cases_can_not_tell_which_is_the_odd_one():
    """With two cases, nothing is said."""
    assert standouts(exact(1.0, 3.0)) is None


def test_the_error_of_a_mean_logarithm():
    """Two runs of two rounds a factor of e^2 apart: the variance of each is 2, of its mean 1, of both runs' 1/2."""
    assert log_error([[1.0, exp(2)], [1.0, exp(2)]]) == pytest.approx(sqrt(0.5))
    assert log_error([[1.0], []]) == 0.0
