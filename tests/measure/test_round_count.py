"""How many rounds a case gets in a session that spares time."""

import pytest

from benchmarks.backends.protocol import Effective
from benchmarks.grid import Case
from benchmarks.measure.round_count import Shares, Sparing, Within
from tests.measure.test_rounds import CASE, Stand, doubled


@pytest.mark.parametrize(
    ("alias_of", "round_s", "loop_s", "rounds"),
    [
        (None, 0.02, 0.03, 5),
        (None, 0.08, 0.03, 5),
        (None, 0.10, 0.03, 2),
        ("sequential-n1-b10", 0.03, 0.03, 1),
        ("sequential-n1-b7", 0.03, 0.03, 5),
        (None, 0.02, None, 5),
        (None, 0.60, None, 3),
        (None, 0.60, 0.70, 3),
    ],
)
def test_rounds_are_spent_where_they_decide_something(alias_of, round_s, loop_s, rounds):
    """Two on what takes over three times the loop, one on an alias of a case of the session, three on what is long."""
    assert Sparing({"sequential-n1-b10"}).rounds(5, alias_of, round_s, loop_s) == rounds


def test_no_case_gets_more_rounds_than_asked_for():
    """A session of one round has one of each."""
    assert {Sparing(()).rounds(1, None, 9.0, loop_s) for loop_s in (None, 0.1)} == {1}


def test_an_alias_gets_one_round():
    """Its time is already known from the case under the first name."""
    stand = Stand(rounds=5, sparing=Sparing({"sequential-n1-b10"}), effective=Effective("Sequential", "sequential", 1))
    stand.measure.warm_call(Case("dask", 1, 10), doubled())
    assert len(stand.benchmark.times_s) == 1


def test_without_sparing_every_case_gets_all_rounds():
    """`--rounds` and the other profiles are obeyed."""
    stand = Stand(rounds=5)
    stand.measure.warm_call(CASE, doubled())
    assert len(stand.benchmark.times_s) == 5


@pytest.mark.parametrize(
    ("left_s", "cases_left", "round_s", "loop_s", "expected"),
    [
        (60.0, 20, 0.2, 0.4, 5),  # 3 s for the case are enough for all of them
        (60.0, 20, 0.5, 0.4, 3),  # 3 s less one untimed call and two loops leave 1.7 s
        (10.0, 20, 0.5, 0.4, 2),  # there is no time, but fewer than two are no measurement
        (-5.0, 1, 0.5, None, 2),
        (60.0, 1, 0.0, None, 5),
    ],
)
def test_the_time_that_is_left_is_shared_by_the_cases(left_s, cases_left, round_s, loop_s, expected):
    """Each case gets its share of the time, at least two rounds and at most those that were asked for."""
    assert Within(left_s, cases_left).rounds(5, None, round_s, loop_s) == expected


@pytest.mark.parametrize(
    ("share_s", "alias_of", "expected"),
    [(1.0, None, 5), (0.42, None, 4), (0.2, None, 2), (0.0, None, 2), (0.0, "sequential-n1-b10", 1)],
)
def test_sparing_keeps_to_the_share_of_the_time(share_s, alias_of, expected):
    """Of 0.42 s, one untimed call and two loops of 60 ms leave four rounds; two are measured in any case."""
    assert Sparing({"sequential-n1-b10"}, share_s).rounds(5, alias_of, 0.06, 0.06) == expected


def test_a_share_is_by_weight_and_of_what_is_left():
    """A case that is quick leaves its time to those that follow; a late session has none to give."""
    shares = Shares(8.0, {"a": 1.0, "b": 2.0, "c": 1.0})
    assert shares.take_s("a", 0.0) == 2.0
    assert shares.take_s("b", 0.5) == 5.0
    assert shares.take_s("c", 9.0) == 0.0
