"""Identical code, recorded 24 times: what our rule says of random splits, beside the rules of other tools."""

import random

import pytest

from evidence.replay.rules import RULES
from evidence.rules import ours, ours_by_session, recorded, theirs
from tests.run_session import ROOT
from tests.soak import size

SPLITS = size(40, 120)


@pytest.fixture(scope="module")
def data():
    """The recordings."""
    return recorded(ROOT / "evidence/data/recordings")


def alarms(rule, a_side):
    """In how many of the seeded splits a rule calls any of 60 cases slower."""
    generator, count = random.Random(a_side), 0
    for _ in range(SPLITS):
        places = generator.sample(range(24), 2 * a_side)
        count += rule(sorted(places[:a_side]), sorted(places[a_side:]))
    return count


@pytest.mark.parametrize("a_side", [3, 6, 12])
def test_ours_almost_never_alarms(data, a_side):
    """1 % would be 1.2 of 120; the full figures are in docs/figures.md."""
    assert alarms(ours(data), a_side) <= size(2, 4)


@pytest.mark.parametrize(
    ("name", "a_side", "at_least"),
    [
        ("pytest-benchmark min:5%", 1, 0.9),
        ("pyperf compare_to", 4, 0.8),
        ("benchstat", 6, 0.3),
        ("asv continuous", 4, 0.15),
    ],
)
def test_the_others_do(data, name, a_side, at_least):
    """On the very same recordings."""
    rule = next(rule for rule in RULES if (rule.name, rule.runs) == (name, a_side))
    assert alarms(theirs(data, rule), a_side) > at_least * SPLITS


def test_runs_in_a_row_count_as_one_session(data):
    """Twelve before, twelve after: nothing can be called slower."""
    assert not ours_by_session(data)(list(range(12)), list(range(12, 24)))
