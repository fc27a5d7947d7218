"""Verdicts on runs measured apart, and on one run beside a recorded past."""

import math
import random

import pytest

from benchmarks.analysis.against_history import compare_among_past
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.saved_runs import judge_apart
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import Thresholds, Verdict, judge

DEFAULT = Thresholds(alpha=0.01, min_effect=0.05, floor=0.025, limit=None)


def limited(limit):
    """Thresholds of a case with a limit of its own."""
    return Thresholds(alpha=0.01, min_effect=0.05, floor=0.025, limit=limit)


@pytest.mark.parametrize(
    ("ratio", "interval", "p_slower", "p_faster", "thresholds", "expected"),
    [
        (1.10, (1.05, 1.15), 0.001, 0.999, DEFAULT, Verdict.REGRESSION),
        (1.10, (1.00, 1.20), 0.02, 0.98, DEFAULT, Verdict.INCONCLUSIVE),
        (1.02, (1.01, 1.03), 0.001, 0.999, DEFAULT, Verdict.UNCHANGED),  # below the floor
        (1.04, (1.02, 1.06), 0.001, 0.999, DEFAULT, Verdict.REGRESSION),
        (1.00, (0.96, 1.04), 0.5, 0.5, DEFAULT, Verdict.UNCHANGED),
        (1.00, (0.90, 1.10), 0.5, 0.5, DEFAULT, Verdict.INCONCLUSIVE),
        (0.90, (0.85, 0.95), 0.999, 0.001, DEFAULT, Verdict.IMPROVEMENT),
        (0.90, (0.75, 1.04), 0.9, 0.1, DEFAULT, Verdict.UNCHANGED),
        (1.50, None, None, None, DEFAULT, Verdict.INCONCLUSIVE),
        (1.20, (1.10, 1.30), 0.001, 0.999, limited(0.50), Verdict.UNCHANGED),  # allowed
        (1.20, (1.10, 1.60), 0.001, 0.999, limited(0.50), Verdict.INCONCLUSIVE),
        (1.60, (1.40, 1.80), 0.001, 0.999, limited(0.50), Verdict.REGRESSION),
        (1.60, (1.55, 1.65), 0.001, 0.999, limited(0.50), Verdict.OVER_LIMIT),
        (1.02, (1.015, 1.025), 0.001, 0.999, limited(0.01), Verdict.OVER_LIMIT),
    ],
)
def test_the_rule(ratio, interval, p_slower, p_faster, thresholds, expected):
    """Significant and beyond the floor; unchanged only where a slowdown that matters is excluded."""
    found = Comparison(ratio, interval, p_slower, p_faster, 3, 3, None, ())
    assert judge(ratio, p_slower, p_faster, thresholds, found.below, found.above) is expected


def noisy(generator, cases, n, sd=0.02, slow=(), by=0.0):
    """Logarithms of n units a case."""
    return {case: Sample(tuple(generator.gauss(by if case in slow else 0.0, sd) for _ in range(n))) for case in cases}


def test_a_slow_case_among_many_is_seen_and_named():
    """Ten units a side, 2 % noise, one of twenty cases 20 % slower, one 20 % faster."""
    generator, cases = random.Random(1), [f"case{number}" for number in range(20)]
    base, head = noisy(generator, cases, 10), noisy(generator, cases, 10, slow=("case3",), by=math.log(1.2))
    head["case7"] = Sample(tuple(log - math.log(1.2) for log in head["case7"].logs))
    found = judge_apart(base, head, [], lambda case: DEFAULT, 0.01)
    assert [case for case, one in found.items() if one.verdict is Verdict.REGRESSION] == ["case3"]
    assert [case for case, one in found.items() if one.verdict is Verdict.IMPROVEMENT] == ["case7"]
    assert found["case3"].comparison.detectable_effect < 0.2


def test_cases_with_too_few_units_are_inconclusive_among_others():
    """And say why."""
    generator = random.Random(2)
    base, head = noisy(generator, "abc", 6), noisy(generator, "abc", 6)
    head["c"] = Sample(head["c"].logs[:2])
    found = judge_apart(base, head, [], lambda case: DEFAULT, 0.01)
    assert found["c"].verdict is Verdict.INCONCLUSIVE
    assert found["c"].comparison.warnings == ("measured in fewer than 3 sessions of a side",)
    assert found["a"].comparison.detectable_effect is not None


def past(generator, cases, sessions, sd=0.02):
    """Recorded sessions without any change."""
    return [{case: generator.gauss(0.0, sd) for case in cases} for _ in range(sessions)]


def test_one_run_a_side_cannot_alarm_before_99_sessions():
    """Head is the most extreme of N + 1 with probability 1 / (N + 1)."""
    generator, cases = random.Random(3), "abcdef"
    base, head = noisy(generator, cases, 1), noisy(generator, cases, 1, slow="b", by=2.0)
    for sessions, expected in [(0, Verdict.INCONCLUSIVE), (98, Verdict.INCONCLUSIVE), (99, Verdict.REGRESSION)]:
        found = judge_apart(base, head, past(generator, cases, sessions), lambda case: DEFAULT, 0.01)
        assert found["b"].verdict is expected
        assert (found["b"].comparison.detectable_effect is None) is (expected is Verdict.INCONCLUSIVE)
    few = judge_apart(base, head, past(generator, cases, 12), lambda case: DEFAULT, 0.01)["b"].comparison
    assert "99 or more comparable stored sessions, and there are 12" in few.warnings[0]


def test_one_run_a_side_keeps_its_level():
    """Nothing changed, 99 past sessions, six cases: at most 1 % of comparisons alarm (1,000 tried, seeded)."""
    generator, cases, alarms = random.Random(4), "abcdef", 0
    for _ in range(1000):
        recorded = past(generator, cases, 99)
        base, head = noisy(generator, cases, 1), noisy(generator, cases, 1)
        found = compare_among_past(base, head, recorded, 0.01)
        alarms += any(one.p_slower <= 0.01 for one in found.values())
    assert alarms <= 20  # 10 expected; more than 20 in one of a thousand such tests


def test_sessions_that_lack_a_case_say_nothing():
    """They are left out, not filled up."""
    generator = random.Random(5)
    recorded = past(generator, "ab", 50) + past(generator, "a", 50)
    found = compare_among_past(noisy(generator, "ab", 1), noisy(generator, "ab", 1), recorded, 0.01)
    assert "there are 50" in found["a"].warnings[0]
    assert found["a"].interval is not None
