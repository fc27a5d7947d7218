"""Change points against the definition, against another implementation, and where there are none."""

import json
import math
import random

import numpy as np
import pytest

from benchmarks.analysis.change_points import FEWEST, change_points, split_statistics
from tests.run_session import ROOT
from tests.soak import size

# Made by `evidence.otava_change_points` in an environment of its own.
OTHERS = json.loads((ROOT / "evidence/data/change_points/otava.json").read_text())["series"]


def by_definition(left, right):
    """Q of two samples, in loops, as the paper writes it."""
    m, k = len(left), len(right)
    between = sum(abs(x - y) for x in left for y in right)
    within = [sum(abs(x - y) for i, x in enumerate(one) for y in one[:i]) for one in (left, right)]
    energy = 2 / (m * k) * between - within[0] / math.comb(m, 2) - within[1] / math.comb(k, 2)
    return m * k / (m + k) * energy


@pytest.mark.parametrize("count", [6, 7, 8, 9, 16, 17, 40])
def test_the_statistic_is_the_papers(count):
    """Every split, whatever the length is to powers of two; ties included."""
    rng = random.Random(count)
    values = [rng.choice([rng.gauss(0, 1), 0.5]) for _ in range(count)]
    expected = [by_definition(values[:at], values[at:]) for at in range(FEWEST, count - FEWEST + 1)]
    assert split_statistics(np.array([values]))[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", OTHERS)
def test_another_implementation_finds_the_same(name):
    """The same statistic for every split, the same changes."""
    other = OTHERS[name]
    found = split_statistics(np.array([other["values"]]))[0]
    theirs = other["statistics"][FEWEST - 1 :][: len(found)]
    assert found == pytest.approx(theirs, abs=1e-4)
    assert [change.place for change in change_points(other["values"])] == other["places"]


def test_a_rise_and_a_fall_soon_after_it_do_not_hide_each_other():
    """Seen as a whole, both ends of the series are the same."""
    rng = random.Random(3)
    values = [(1.0 if 60 <= place < 75 else 0.0) + rng.gauss(0, 0.1) for place in range(120)]
    assert [change.place for change in change_points(values)] == [60, 75]


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 5, [1.0, 2.0] * 2, [3.3] * 50])
def test_too_little_or_too_equal(values):
    """No change, and no warning of numpy's."""
    with np.errstate(all="raise"):
        assert change_points(values) == []


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_what_is_no_number_is_refused(value):
    """It would poison every sum."""
    with pytest.raises(ValueError, match="not finite"):
        change_points([1.0, value] * 10)


def test_noise_has_few_changes():
    """At most 1 in 200 segments by design: more than 2 of 50 series, or 6 of 300, would be a chance below 2 %."""
    rng = random.Random(5)
    found = sum(bool(change_points([rng.gauss(0, 1) for _ in range(60)])) for _ in range(size(50, 300)))
    assert found <= size(2, 6)


def test_the_same_series_has_the_same_changes():
    """Its random orders have a seed; order of magnitude and offset make no difference."""
    values = OTHERS["drift"]["values"]
    places = [change.place for change in change_points(values)]
    assert [change.place for change in change_points(values)] == places
    assert [change.place for change in change_points([1e-6 * value + 5 for value in values])] == places
