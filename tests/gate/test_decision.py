"""What to measure next, and how a record becomes rows."""

import random
from dataclasses import replace
from math import log1p

from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.decision import GRID, decide, groups, next_cases, pairs_to_go, rows
from benchmarks.gate.record import GateCase, Record, read_record
from benchmarks.gate.tracks import Measured
from benchmarks.limits import Limit

CASES = [GateCase(f"f.py::test[{backend}-{place}]", backend, 2, 1.0) for backend in "ab" for place in range(3)]


def record(**changes):
    """A gate of six cases of two backends."""
    plain = Record(
        "gate", {"base": {"spec": []}, "head": {"spec": []}}, 0.01, 0.05, 600.0, 0.15, 1, None, None, list(CASES)
    )
    return replace(plain, **changes)


def measured(tmp_path, gate, slower, pairs, seed=1):
    """The gate after some pairs, with noise of 2 % a round; `slower` by place in CASES."""
    rng = random.Random(seed)
    found = Measured(tmp_path, gate)
    for place, case in enumerate(CASES):
        for _ in range(pairs):
            shift = log1p(slower.get(place, 0.0))
            found.tracks[case.nodeid].append(tuple(shift + rng.gauss(0, 0.02) for _ in range(3)))
            found.logs_s[case.nodeid]["base"].append(-2.0)
            found.logs_s[case.nodeid]["head"].append(-2.0 + shift)
    return found


def test_what_is_clearly_slower_gets_its_verdict_in_time(tmp_path):
    """No pair may take so long that fewer are left than the verdict takes; without such a case nothing is hurried."""
    gate = record()
    assert pairs_to_go(gate, decide(gate, Measured(tmp_path, gate), ())) == 1
    assert pairs_to_go(gate, decide(gate, measured(tmp_path, gate, {}, pairs=4), ())) == 1
    after = [pairs_to_go(gate, decide(gate, measured(tmp_path, gate, {2: 1.0}, pairs), ())) for pairs in (2, 4, 8, 20)]
    assert after[0] == 1  # two pairs are chance
    assert after[1] > after[2] > 1
    assert after[3] == 1  # it has its verdict
    assert after[1] + 4 <= 14


def test_before_the_first_pair_everything_is_measured(tmp_path):
    """Nothing is known of any case."""
    gate = record()
    decision = decide(gate, Measured(tmp_path, gate), ())
    assert next_cases(gate, decision) == CASES


def test_what_looks_slower_goes_first(tmp_path):
    """The others wait, as long as nothing broader looks slower."""
    gate = record()
    decision = decide(gate, measured(tmp_path, gate, {4: 0.06}, 5), ())
    assert next_cases(gate, decision)[0] == CASES[4]


def test_everything_decided_is_nothing_to_do(tmp_path):
    """Unchanged is proved, slower is proved: the gate ends before its budget."""
    gate = record()
    found = measured(tmp_path, gate, {1: 0.5}, 30)
    decision = decide(gate, found, ())
    assert {case.nodeid: decision.cases[case.nodeid].verdict for case in CASES} == {
        case.nodeid: Verdict.REGRESSION if place == 1 else Verdict.UNCHANGED for place, case in enumerate(CASES)
    }
    assert not next_cases(gate, decision)


def test_what_is_clearly_faster_is_measured_until_that_is_proved(tmp_path):
    """Not slower is decided long before; an improvement that nobody hears of is a pity."""
    gate = record()
    few, many = (decide(gate, measured(tmp_path, gate, {3: -0.5}, pairs), ()) for pairs in (8, 60))
    assert few.cases[CASES[3].nodeid].verdict is Verdict.UNCHANGED
    assert CASES[3] in next_cases(gate, few)
    assert many.cases[CASES[3].nodeid].verdict is Verdict.IMPROVEMENT
    assert CASES[3] not in next_cases(gate, many)


def test_a_backend_that_falls_without_its_largest_case_says_so(tmp_path):
    """One bad case is no bad backend."""
    gate = record()
    decision = decide(gate, measured(tmp_path, gate, {1: 0.5}, 30), ())
    assert decision.groups["backend a"].verdict is Verdict.REGRESSION
    assert decision.groups["backend a"].note == "driven by test[a-1]: none is seen without it"
    assert decision.groups["backend b"].verdict is not Verdict.REGRESSION


def test_a_broad_change_is_driven_by_nobody(tmp_path):
    """Three per cent everywhere."""
    gate = record()
    decision = decide(gate, measured(tmp_path, gate, dict.fromkeys(range(6), 0.03), 20), ())
    assert decision.groups[GRID].verdict is Verdict.REGRESSION
    assert decision.groups[GRID].note == ""
    assert all(found.verdict is not Verdict.REGRESSION or found.note == "" for found in decision.cases.values())


def test_trouble_becomes_a_verdict(tmp_path):
    """Of the one side or of the other; and such a case is not measured again."""
    gate = record(trouble={CASES[0].nodeid: ["head", "WrongResult: index 3"], CASES[1].nodeid: ["base", "timed out"]})
    found = measured(tmp_path, gate, {}, 4)
    decision = decide(gate, found, ())
    by_name = {row.fullname: row for row in rows(gate, found, decision, ())}
    assert by_name[CASES[0].nodeid].verdict is Verdict.BROKEN
    assert by_name[CASES[0].nodeid].note == "head: WrongResult: index 3"
    assert by_name[CASES[1].nodeid].verdict is Verdict.INCOMPARABLE
    assert not {CASES[0], CASES[1]} & set(next_cases(gate, decision))


def test_a_limit_takes_min_effects_place(tmp_path):
    """1 % is asked of one case: what is unchanged to 5 % is not unchanged to 1 %."""
    gate = record()
    found = measured(tmp_path, gate, {0: 0.02}, 20)
    plain = decide(gate, found, ()).cases[CASES[0].nodeid]
    strict = decide(gate, found, (Limit("*a-0?", 0.01, None, None),)).cases[CASES[0].nodeid]
    assert plain.verdict is Verdict.UNCHANGED
    assert strict.verdict in (Verdict.REGRESSION, Verdict.OVER_LIMIT)


def test_groups():
    """Every backend with several cases, and all."""
    assert groups(CASES[:4]) == {
        "backend a": [case.nodeid for case in CASES[:3]],
        GRID: [case.nodeid for case in CASES[:4]],
    }


def test_a_record_is_read_as_it_was_written(tmp_path):
    """Every field."""
    gate = record(trouble={"x": ["head", "why"]}, spent_s=1.5, keyword="loky")
    gate.save(tmp_path)
    assert read_record(tmp_path) == gate
