"""Which configurations are tried before they are named."""

import time

import pytest

from benchmarks.advise.prediction import predict_loop
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.advise.trying import MOST_S, cost_s, session_options, with_trials
from benchmarks.grid import LOOP, Case
from tests.advise.costs import COSTS


def refuse(line):
    """Fail: nothing may be measured."""
    raise AssertionError(line)


@pytest.mark.parametrize(("profile", "backend"), [(TaskProfile(1e-6, 10), LOOP), (TaskProfile(1.0, 100), "loky")])
def test_nothing_is_tried_that_is_known_or_takes_long(profile, backend):
    """The plain loop has been measured already, and 100 s of work are not tried."""
    recommendation = recommend(COSTS, profile, warm=False)
    assert recommendation.first.case.backend == backend
    assert with_trials(recommendation, [], False, refuse).tried == ()


def test_nothing_is_tried_on_a_machine_that_is_busy_just_now():
    """A recommendation that would be tried otherwise is returned as it is."""
    recommendation = recommend(COSTS, TaskProfile(1e-3, 1_000), warm=False)
    assert cost_s(recommendation.first, recommendation.loop) < MOST_S
    assert with_trials(recommendation, [], True, refuse) is recommendation
    with pytest.raises(AssertionError, match="trying loky"):
        with_trials(recommendation, [], False, refuse)


def test_nothing_is_tried_that_would_end_too_late():
    """The answer comes first."""
    recommendation = recommend(COSTS, TaskProfile(1e-3, 1_000), warm=False)
    soon_s = time.monotonic() + cost_s(recommendation.first, recommendation.loop)
    assert with_trials(recommendation, [], False, refuse, soon_s).tried == ()


def test_the_cost_of_a_trial():
    """By hand: five plain loops of 1 s, an untimed call and two rounds in the pool."""
    profile = TaskProfile(1e-3, 1_000)
    first = recommend(COSTS, profile, warm=False).first
    assert cost_s(first, predict_loop(COSTS, profile)) == pytest.approx(5 + 3 * first.time_s)
    assert cost_s(first, predict_loop(COSTS, profile)) < MOST_S


@pytest.mark.parametrize(("warm", "test"), [(False, "test_whole"), (True, "test_open_pool")])
def test_a_session_measures_the_configuration_alone(warm, test):
    """The options name one case, as a whole block or as a call in an open pool."""
    options = session_options(Case("loky", 3, "auto"), warm)
    assert {"--backends=loky", "--n-jobs=3", "--batch-sizes=auto"} <= set(options)
    assert options[-1] == test
