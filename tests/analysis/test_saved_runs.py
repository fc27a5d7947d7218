"""Comparisons of runs measured apart, and of one run with stored sittings."""

import math
import random
from dataclasses import replace

import pytest

from benchmarks.analysis.against_history import compare_with_history
from benchmarks.analysis.samples import Sample
from benchmarks.analysis.saved_runs import compare_saved, judge_saved
from benchmarks.analysis.unpaired import TooFewStored, TooFewUnits
from benchmarks.analysis.verdict import Thresholds, Verdict, judge
from tests.cli.judgements import comparison

DEFAULT = Thresholds(alpha=0.01, min_effect=0.05, floor=0.025, limit=None)


def limited(limit):
    """Return the thresholds of a case with its own limit."""
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
    """A regression is significant and beyond the floor; unchanged means that a slowdown of min-effect is excluded."""
    compared = replace(comparison(ratio), interval=interval)
    assert judge(ratio, p_slower, p_faster, thresholds, compared.below, compared.above) is expected


def noisy(generator, cases, n, sd=0.02, slow=(), by=0.0):
    """Return samples of n units per case."""
    return {case: Sample(tuple(generator.gauss(by if case in slow else 0.0, sd) for _ in range(n))) for case in cases}


def test_a_slow_case_among_many_is_seen_and_named():
    """Ten units per side with 2 % noise show which of twenty cases is 20 % slower, and which is faster."""
    generator, cases = random.Random(1), [f"case{number}" for number in range(20)]
    base, head = noisy(generator, cases, 10), noisy(generator, cases, 10, slow=("case3",), by=math.log(1.2))
    head["case7"] = Sample(tuple(log - math.log(1.2) for log in head["case7"].logs))
    found = compare_saved(base, head, [], 0.01, {})
    assert [case for case, one in found.items() if judge_saved(one, DEFAULT, one.ratio) is Verdict.REGRESSION] == [
        "case3"
    ]
    assert [case for case, one in found.items() if judge_saved(one, DEFAULT, one.ratio) is Verdict.IMPROVEMENT] == [
        "case7"
    ]
    assert found["case3"].detectable_effect < 0.2


def test_cases_with_too_few_units_are_inconclusive_among_others():
    """A case with two units on one side is inconclusive and says why; the others are tested."""
    generator = random.Random(2)
    base, head = noisy(generator, "abc", 6), noisy(generator, "abc", 6)
    head["c"] = Sample(head["c"].logs[:2])
    found = compare_saved(base, head, [], 0.01, {})
    assert judge_saved(found["c"], DEFAULT, found["c"].ratio) is Verdict.INCONCLUSIVE
    assert found["c"].shortage == TooFewUnits(needed=3)
    assert found["a"].detectable_effect is not None


def past(generator, cases, sessions, sd=0.02):
    """Return stored sittings of unchanged code."""
    return [{case: generator.gauss(0.0, sd) for case in cases} for _ in range(sessions)]


def test_one_run_per_side_cannot_alarm_before_99_sittings():
    """At 1 %, one run per side needs 99 stored sittings: head is the most extreme of N + 1 by chance 1 / (N + 1)."""
    generator, cases = random.Random(3), "abcdef"
    base, head = noisy(generator, cases, 1), noisy(generator, cases, 1, slow="b", by=2.0)
    for sessions, expected in [(0, Verdict.INCONCLUSIVE), (98, Verdict.INCONCLUSIVE), (99, Verdict.REGRESSION)]:
        found = compare_saved(base, head, past(generator, cases, sessions), 0.01, {})
        assert judge_saved(found["b"], DEFAULT, found["b"].ratio) is expected
        assert (found["b"].detectable_effect is None) is (expected is Verdict.INCONCLUSIVE)
    few = compare_saved(base, head, past(generator, cases, 12), 0.01, {})["b"]
    assert few.shortage == TooFewStored(stored=12, needed=99)


def test_one_run_per_side_keeps_its_level():
    """Of 1,000 comparisons of unchanged code with 99 stored sittings, about 1 % alarm."""
    generator, cases, alarms = random.Random(4), "abcdef", 0
    for _ in range(1000):
        recorded = past(generator, cases, 99)
        base, head = noisy(generator, cases, 1), noisy(generator, cases, 1)
        found = compare_with_history(base, head, recorded, 0.01, {})
        alarms += any(one.p_slower <= 0.01 for one in found.values())
    assert alarms <= 20  # 10 expected; more than 20 in one of a thousand such tests


def test_sittings_that_lack_a_case_are_ignored():
    """Stored sittings that lack a case are ignored."""
    generator = random.Random(5)
    recorded = past(generator, "ab", 50) + past(generator, "a", 50)
    found = compare_with_history(noisy(generator, "ab", 1), noisy(generator, "ab", 1), recorded, 0.01, {})
    assert found["a"].shortage == TooFewStored(stored=50, needed=99)
    assert found["a"].interval is not None
