"""Welch, Holm, summaries: against numbers worked by hand and scipy's own test."""

import math

import pytest
from scipy.stats import ttest_ind

from benchmarks.analysis.samples import Sample, lower_bound
from benchmarks.analysis.unpaired import compare, holm

BASE = Sample((1.0, 2.0, 3.0, 4.0))
HEAD = Sample((2.0, 4.0, 6.0))


def test_welch_by_hand():
    """Means 2.5 and 4; variances 5/3 and 4: t = 1.5 / sqrt(5/12 + 4/3) = 1.13389 at 3.2347 degrees of freedom."""
    found = compare(BASE, HEAD, alpha=0.01)
    assert found.ratio == pytest.approx(math.exp(1.5))
    independent = ttest_ind(HEAD.logs, BASE.logs, equal_var=False, alternative="greater")
    assert independent.statistic == pytest.approx(1.1338934)
    assert independent.df == pytest.approx(3.2347188)
    assert found.p_slower == pytest.approx(independent.pvalue)
    assert found.p_slower + found.p_faster == pytest.approx(1)
    bounds = ttest_ind(HEAD.logs, BASE.logs, equal_var=False).confidence_interval(0.95)
    assert found.interval == pytest.approx((math.exp(bounds.low), math.exp(bounds.high)))


def test_a_change_counts_as_far_as_two_ways_to_take_times_agree():
    """Relative times are slower by e^1.5. As measured by less, it is the less that is tested; by more, it is not."""
    alone = compare(BASE, HEAD, alpha=0.01)
    for measured, tested in ((0.5, 0.5), (3.0, 1.5), (-1.0, -1.0)):
        found = compare(BASE, HEAD, 0.01, measured)
        shifted = compare(BASE, Sample(tuple(value + tested - 1.5 for value in HEAD.logs)), 0.01)
        assert found.p_slower == pytest.approx(shifted.p_slower)
        assert found.p_slower >= alone.p_slower
        assert found.p_faster >= alone.p_faster
        assert found.ratio == alone.ratio
        low, high = found.interval
        assert low == pytest.approx(alone.interval[0] * math.exp(min(0, measured - 1.5)))
        assert high == pytest.approx(alone.interval[1] * math.exp(max(0, measured - 1.5)))
        gap = math.exp(abs(measured - 1.5))
        assert 1 + found.detectable_effect == pytest.approx((1 + alone.detectable_effect) * gap)


def test_smallest_effect_is_seen_in_80_percent():
    """Simulated: a slowdown of that size, normal noise."""
    import numpy as np

    random, seen, times = np.random.default_rng(5), 0, 4000
    noise = 0.05 * random.standard_normal((times, 2, 6))
    error, df = 0.05 * math.sqrt(2 / 6), 10
    from scipy.special import stdtrit

    slowdown = (stdtrit(df, 0.99) + stdtrit(df, 0.8)) * error
    for base, head in noise:
        found = compare(Sample(tuple(base)), Sample(tuple(head + slowdown)), alpha=0.01)
        seen += found.p_slower <= 0.01
    assert 0.76 < seen / times < 0.87


def test_too_few_units_are_refused():
    """A spread of two says nothing."""
    with pytest.raises(ValueError, match="2 and 3 units; expected at least 3 per side"):
        compare(Sample((1.0, 2.0)), HEAD, alpha=0.01)


def test_equal_times_are_no_certainty():
    """Without any spread every difference would be infinitely significant."""
    same, other = Sample((1.0, 1.0, 1.0)), Sample((1.00001, 1.00001, 1.00001))
    assert compare(same, same, alpha=0.01).p_slower == pytest.approx(0.5)
    assert 0.01 < compare(same, other, alpha=0.01).p_slower < 0.5


def test_a_lower_bound_by_hand():
    """Mean log 2.5, standard error sqrt(5/12), t(3 df, 97.5 %) = 3.18245; one unit has no spread."""
    assert lower_bound(BASE, 0.95) == pytest.approx(math.exp(2.5 - 3.182446 * math.sqrt(5 / 12)), rel=1e-5)
    assert lower_bound(Sample((1.0,)), 0.95) is None


def test_holm_by_hand():
    """0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling."""
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03, "d": 0.02}) == pytest.approx(
        {"b": 0.04, "d": 0.06, "c": 0.06, "a": 0.06}
    )
    assert holm({"a": 0.9, "b": 0.8}) == {"b": 1.0, "a": 1.0}
    assert holm({}) == {}
