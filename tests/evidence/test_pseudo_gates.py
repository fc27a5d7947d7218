"""Pseudo-gates on the small recording: no false alarm, and what is put in is found."""

import random

import pytest

from benchmarks.gate.hypotheses import GRID
from benchmarks.gate.measurements import PairRounds
from evidence.replay.effects import EFFECTS, NOTHING, REAL, Effect, slowed
from evidence.replay.ours import Question, flipped, gate
from evidence.replay.recording import RecordedPair, read_recordings
from tests.run_session import ROOT
from tests.soak import size

(SMALL,) = (one for one in read_recordings(ROOT / "evidence/data/pairs/tuning") if one.name == "12-cases")


def ended(effect, number, budget_s=600.0):
    """One pseudo-gate, and what it should have found."""
    coin = random.Random(f"{effect} {number}")
    slower = slowed(SMALL, effect, coin)
    return gate(SMALL, flipped(SMALL, coin), slower, Question(budget_s=budget_s)), slower


def test_identical_code_raises_no_alarm():
    """At most 1 % of gates may: of 24, two in 2 % of such tests."""
    assert sum(bool(ended(NOTHING, number)[0].failing) for number in range(size(8, 24))) < 2


@pytest.mark.parametrize("where", ["case", "backend"])
def test_a_large_slowdown_is_seen_where_it_is(where):
    """And nowhere else, in nearly all gates."""
    found = [ended(Effect(where, 0.25), number) for number in range(size(4, 12))]
    assert sum(bool(one.failing & slower.rows) for one, slower in found) >= size(4, 11)
    elsewhere = [one.failing - slower.rows - {GRID} - backends(slower) for one, slower in found]
    assert sum(map(bool, elsewhere)) <= 1


def backends(slower):
    """The rows of backends that a slow case belongs to, which may say so too."""
    return {f"backend {case.backend}" for case in SMALL.cases if case.nodeid in slower.cases}


def test_the_budget_is_kept():
    """Whatever happens; and without time for a pair there is none."""
    for budget_s in (50.0, 120.0, 600.0):
        assert ended(NOTHING, 1, budget_s)[0].seconds <= budget_s
    assert ended(NOTHING, 1, budget_s=46.0)[0].pairs == 0


def test_effects_are_put_where_they_say():
    """One case, or all of a backend; a recording with one backend has no backend of its own to slow down."""
    coin = random.Random(1)
    assert len(slowed(SMALL, Effect("case", 0.1), coin).cases) == 1
    backend = slowed(SMALL, Effect("backend", 0.1), coin)
    assert len({case.backend for case in SMALL.cases if case.nodeid in backend.cases}) == 1
    assert backend.rows > backend.cases
    assert slowed(SMALL, NOTHING, coin).rows == frozenset()
    assert len(set(map(str, EFFECTS))) == len(EFFECTS)


def test_a_case_that_a_pair_did_not_measure_is_not_made_up():
    """A pseudo-gate knows of it only what was recorded."""
    name = SMALL.cases[0].nodeid
    pairs = [RecordedPair(one.seconds, {k: v for k, v in one.rounds.items() if k != name}) for one in SMALL.pairs]
    ended = gate(SMALL, [(pair, 1) for pair in pairs], slowed(SMALL, NOTHING, random.Random(1)), Question())
    assert name not in ended.failing


ROUNDS = PairRounds(((0.05,) * 1000, (0.05,) * 1000), ((0.045,) * 1000, (0.045,) * 1000))


@pytest.mark.parametrize("effect", [each for each in REAL if each.where == "case"], ids=str)
def test_a_slowdown_is_as_large_on_average_as_it_says(effect):
    """Of the mean call until joblib returns and, to the same number of seconds, until the last batch has completed."""
    slower = slowed(SMALL, effect, random.Random(2))
    (name,) = slower.cases
    (_, returned), (_, completed) = (lambda it: (it.returned, it.completed))(slower.applied(name, ROUNDS))
    assert sum(returned) / 1000 == pytest.approx(0.05 * (1 + effect.size), rel=0.03)
    assert sum(completed) / 1000 - 0.045 == pytest.approx(0.05 * effect.size, rel=0.2)
    assert slower.applied("another", ROUNDS) is ROUNDS


def test_a_delay_waits_for_the_next_poll():
    """Until the last batch every call is later by the delay; joblib returns at a poll, later or not."""
    slower = slowed(SMALL, Effect("case", 0.05, "delay"), random.Random(2))
    (name,) = slower.cases
    delayed = slower.applied(name, ROUNDS)
    assert {round(seconds - 0.045, 6) for seconds in delayed.completed[1]} == {0.0025}
    assert {round(seconds - 0.05, 6) for seconds in delayed.returned[1]} == {0.0, 0.0104}
