"""What a gate says that it would have seen."""

import math

import pytest

from benchmarks.analysis.hypotheses import Hypothesis
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.gate.hypotheses import GRID, Hypotheses
from benchmarks.gate.proof import Proof, Seen, proof, sentences


def sure_from(slowdown):
    """A hypothesis that sees every slowdown from this one on, and no smaller one."""
    return Hypothesis(
        assessment=None,
        thresholds=Thresholds.of_case(0.01, 0.05, None),
        verdict=Verdict.UNCHANGED,
        unlikely=True,
        comparison=lambda: None,
        chance=lambda log_ratio: float(log_ratio >= math.log1p(slowdown)),
    )


def cases(*slowdowns):
    """One case for each slowdown that would be seen."""
    return {f"case {place}": sure_from(slowdown) for place, slowdown in enumerate(slowdowns)}


def test_any_case_may_be_the_slower_one():
    """Four cases of five see 8 % and the fifth 20 %: 80 % of gates see 8 % in a case, and 95 % see 20 %."""
    found = proof(Hypotheses(cases(0.05, 0.06, 0.07, 0.08, 0.20), {}, {}), 5)
    assert found.case.by_most == pytest.approx(0.08, abs=1e-3)
    assert found.case.by_nearly_all == pytest.approx(0.20, abs=1e-3)
    assert found.backend is None


def test_a_case_that_was_not_measured_sees_nothing():
    """One of ten cases was not measured: no slowdown is seen in 95 % of gates, and it is counted."""
    found = proof(Hypotheses(cases(*[0.05] * 9), {}, {}), 10)
    assert found.case.by_most == pytest.approx(0.05, abs=1e-3)
    assert found.case.by_nearly_all is None
    assert found.blind == 1


def test_the_grid_is_no_backend():
    """The whole grid says nothing about a slowdown of one backend."""
    groups = {"backend a": sure_from(0.03), "backend b": sure_from(0.04), GRID: sure_from(0.5)}
    found = proof(Hypotheses(cases(0.05), groups, {}), 1)
    assert found.backend.by_nearly_all == pytest.approx(0.04, abs=1e-3)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            Proof(Seen(0.0604, 0.0894), Seen(0.03, 0.0355), 0),
            "Detectable slowdown of one case: 7 % in 80 % of such gates, 9 % in 95 %; "
            "of one backend: 3 % in 80 % of such gates, 4 % in 95 %.",
        ),
        (
            Proof(Seen(0.05, None), None, 3),
            "Detectable slowdown of one case: 5 % in 80 % of such gates, none in 95 %. "
            "No slowdown could have been detected in 3 cases (`sees` is none).",
        ),
        (
            Proof(Seen(None, None), Seen(0.12, None), 52),
            "Detectable slowdown of one case: none in 80 % of such gates, however large; "
            "of one backend: 12 % in 80 % of such gates, none in 95 %.",
        ),
        (
            Proof(Seen(None, None), Seen(None, None), 1),
            "Detectable slowdown of one case: none in 80 % of such gates, however large; "
            "of one backend: none in 80 % of such gates, however large.",
        ),
    ],
)
def test_what_is_said(found, expected):
    """The sentences name slowdowns rounded up, and say where none could have been detected."""
    assert sentences(found) == [expected]
