"""Shards of about the same cost."""

import random

import pytest

from benchmarks.session.options import Shard
from benchmarks.session.shards import shard_info, split


@pytest.mark.parametrize("parts", [1, 2, 4, 7])
def test_every_case_is_in_one_part_and_parts_cost_alike(parts):
    """LPT is within a third of the best split, and closer with many cases."""
    rng = random.Random(parts)
    costs = {f"case-{number}": rng.lognormvariate(0, 1) for number in range(200)}
    lists = split(costs, parts)
    assert sorted(name for names in lists for name in names) == sorted(costs)
    totals = [sum(costs[name] for name in names) for names in lists]
    assert max(totals) < 1.02 * sum(costs.values()) / parts + 0.01


def test_a_hand_worked_split():
    """Graham's rule splits 7, 6, 5, 4, 3 into 7 + 4 + 3 and 6 + 5: the 3 goes to the first of two equal shards."""
    assert split({"a": 7.0, "b": 6.0, "c": 5.0, "d": 4.0, "e": 3.0}, 2) == [["a", "d", "e"], ["b", "c"]]


def test_parts_of_the_same_whole_say_so():
    """The order of the cases does not matter; other costs make another split."""
    costs = {"a": 1.0, "b": 2.0, "c": 3.0}
    same = dict(reversed(costs.items()))
    first, second = (shard_info(Shard(n, 2), split(one, 2)) for n, one in ((1, costs), (2, same)))
    assert (first["number"], second["number"]) == (1, 2)
    assert first["split"] == second["split"]
    assert shard_info(Shard(1, 2), split({**costs, "a": 9.0}, 2))["split"] != first["split"]


def test_more_parts_than_cases():
    """Some shards are empty, and no case is lost."""
    assert split({"a": 1.0}, 3) == [["a"], [], []]
