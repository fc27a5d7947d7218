"""The page of a recommendation."""

import pytest

from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.report.html.recommendation import recommendation_sections
from tests.advise.costs import COSTS, MODEL

DISTURBED = "The machine was busy while it was probed."


@pytest.mark.parametrize("disturbance", [None, DISTURBED])
def test_only_a_trusted_answer_has_lines_to_paste(disturbance):
    """A disturbed answer begins with what is certain and has nothing to paste."""
    recommendation = recommend(COSTS, TaskProfile(1e-2, 1_000), False, disturbance)
    answer, *_ = recommendation_sections(recommendation, None, MODEL)
    assert answer.sentences[0].startswith("No best is named" if disturbance else "Best: loky-n2")
    assert (disturbance in answer.sentences) == (disturbance is not None)
    assert bool(answer.paste) == (disturbance is None)


def test_curves_of_threads_that_hold_the_gil_stay_below_the_loop():
    """No point of the break-even curve of threads is above 1 if the tasks hold the GIL."""
    recommendation = recommend(COSTS, TaskProfile(1e-2, 1_000), False)
    sections = {section.title: section for section in recommendation_sections(recommendation, None, MODEL)}
    (figure,) = sections["Answer"].figures
    points = figure.spec["data"]["values"]
    assert all(point["speed_up"] <= 1 for point in points if point["backend"] == "threading")
    assert any(point["speed_up"] > 1 for point in points if point["backend"] == "loky")


def test_the_curves_cross_the_loop_at_the_break_even():
    """The page draws the same model that names the break-even: slower below it, faster above."""
    recommendation = recommend(COSTS, TaskProfile(1e-2, 1_000), False)
    sections = {section.title: section for section in recommendation_sections(recommendation, None, MODEL)}
    (figure,) = sections["Answer"].figures
    turn_us = recommendation.break_even_s["loky"] * 1e6
    points = [point for point in figure.spec["data"]["values"] if point.get("backend") == "loky"]
    assert {point["speed_up"] > 1 for point in points if point["us"] < turn_us} == {False}
    assert {point["speed_up"] > 1 for point in points if point["us"] > turn_us} == {True}
