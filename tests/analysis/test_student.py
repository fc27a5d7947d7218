"""Student's t against scipy's, and by hand."""

import math

import pytest
from scipy.stats import t as independent

from benchmarks.analysis.student import t_above, t_quantile

DEGREES = (1.0, 1.7, 2.0, 3.27, 5.0, 10.0, 22.0, 99.5, 298.0, 10_000.0)


@pytest.mark.parametrize("df", DEGREES)
def test_tail(df):
    """From the middle to far out, both ways."""
    for t in (-40.0, -3.0, -0.1, 0.0, 1e-9, 0.5, 1.0, 2.5, 7.0, 60.0, 1e6):
        assert t_above(t, df) == pytest.approx(independent.sf(t, df), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("df", DEGREES)
def test_quantile(df):
    """At the levels of a comparison, and beyond."""
    for probability in (0.01, 0.2, 0.5, 0.8, 0.975, 0.99, 1 - 0.01 / 60, 1 - 1e-7):
        assert t_quantile(probability, df) == pytest.approx(independent.ppf(probability, df), rel=1e-8, abs=1e-9)


def test_one_degree_of_freedom_by_hand():
    """Cauchy's distribution: a quarter lies above 1."""
    assert t_above(1.0, 1) == pytest.approx(0.25)
    assert t_quantile(0.75, 1) == pytest.approx(1.0)
    assert t_above(math.inf, 3) == 0.0
