"""What counts as one measurement."""

from datetime import datetime, timedelta
from itertools import combinations, pairwise

import pytest

from benchmarks.analysis.sittings import _sequences, sittings, took_turns


def labels(text):
    """`abab` as sides."""
    return [letter == "b" for letter in text]


@pytest.mark.parametrize("text", ["abab", "aabbab", "abbaabba", "ab", "aabbbaab"])
def test_turns(text):
    """As a coin may fall."""
    assert took_turns(labels(text))


@pytest.mark.parametrize("text", ["aaabbb", "bbbaaa", "aaaaaabbbbbb", "aaaaabbbbbab", "aaa", "b", ""])
def test_blocks(text):
    """A coin does that in one sequence of ten at most."""
    assert not took_turns(labels(text))


@pytest.mark.parametrize(("first", "second"), [(1, 1), (3, 3), (2, 5), (4, 3)])
def test_the_number_of_sequences_with_so_many_turns(first, second):
    """Against counting all of them."""
    counted = {}
    for places in combinations(range(first + second), first):
        row = [place in places for place in range(first + second)]
        turns = 1 + sum(one != other for one, other in pairwise(row))
        counted[turns] = counted.get(turns, 0) + 1
    assert {turns: _sequences(turns, first, second) for turns in counted} == counted


def test_sessions():
    """Runs within an hour of a session's first, in whatever order they are named."""
    noon = datetime(2026, 1, 1, 12)
    times = [noon + timedelta(minutes=minutes) for minutes in (130, 0, 59, 60, 61, 121)]
    assert sittings(times) == [[1, 2, 3], [4, 5], [0]]
    assert sittings([]) == []
