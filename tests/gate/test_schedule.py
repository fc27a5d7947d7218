"""What is measured next, and how a record becomes rows."""

import random

from msgspec.structs import replace

from benchmarks.analysis.pair_ratios import pair_ratios
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.hypotheses import GRID, groups, judge_record
from benchmarks.gate.judgement import rows
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.opening import Request, new_record
from benchmarks.gate.record import Failure, GateCase, PairRecord, read_record
from benchmarks.gate.schedule import (
    PAIR_S,
    NextPairs,
    PairCost,
    cases_that_fit,
    fitting,
    next_pairs,
    pairs_to_go,
)
from benchmarks.limits import Limit

CASES = [GateCase(f"f.py::test[{backend}-{place}]", backend, 2, 1.0) for backend in "ab" for place in range(3)]


def record(**changes):
    """A gate of six cases of two backends."""
    plain = new_record(Request("gate", [], [], 0.01, 0.05, 600.0, seed=1))
    return replace(plain, **{"cases": [*CASES], **changes})


def measured(tmp_path, gate, slower, pairs, seed=1):
    """The gate after some pairs, with noise of 2 % a round; `slower` by place in CASES."""
    rng = random.Random(seed)
    found = Measurements(tmp_path, gate)
    for place, case in enumerate(CASES):
        for _ in range(pairs):
            factor = 1 + slower.get(place, 0.0)
            head = [factor * rng.lognormvariate(0.0, 0.02) for _ in range(3)]
            found.log_ratios[case.nodeid].append(pair_ratios((1.0,) * 3, head))
            found.rounds_s[case.nodeid].base.append(0.1)
            found.rounds_s[case.nodeid].head.append(0.1 * factor)
    return found


def test_what_is_clearly_slower_gets_its_verdict_in_time(tmp_path):
    """A clearly slower case bounds the length of a pair, so that its verdict comes within the budget."""
    gate = record()
    assert pairs_to_go(gate, judge_record(gate, Measurements(tmp_path, gate), ())) == 1
    assert pairs_to_go(gate, judge_record(gate, measured(tmp_path, gate, {}, pairs=4), ())) == 1
    after = [
        pairs_to_go(gate, judge_record(gate, measured(tmp_path, gate, {2: 1.0}, pairs), ())) for pairs in (2, 4, 8, 20)
    ]
    assert after[0] == 1  # two pairs are chance
    assert after[1] > after[2] > 1
    assert after[3] == 1  # it has its verdict
    assert after[1] + 4 <= 14


def test_before_the_first_pair_everything_is_measured(tmp_path):
    """A gate without a pair measures every case."""
    gate = record()
    hypotheses = judge_record(gate, Measurements(tmp_path, gate), ())
    assert next_pairs(gate, hypotheses).cases == CASES


def test_what_looks_slower_goes_first(tmp_path):
    """The case that looks slowest is measured first."""
    gate = record()
    hypotheses = judge_record(gate, measured(tmp_path, gate, {4: 0.06}, 5), ())
    assert next_pairs(gate, hypotheses).cases[0] == CASES[4]


def test_everything_decided_is_nothing_to_do(tmp_path):
    """A gate in which every verdict is proved has nothing left to measure."""
    gate = record()
    found = measured(tmp_path, gate, {1: 0.5}, 30)
    hypotheses = judge_record(gate, found, ())
    assert {case.nodeid: hypotheses.cases[case.nodeid].verdict for case in CASES} == {
        case.nodeid: Verdict.REGRESSION if place == 1 else Verdict.UNCHANGED for place, case in enumerate(CASES)
    }
    assert not next_pairs(gate, hypotheses).cases


def test_what_is_clearly_faster_is_measured_until_that_is_proved(tmp_path):
    """A case that looks clearly faster is measured until IMPROVEMENT is proved, not only UNCHANGED."""
    gate = record()
    few, many = (judge_record(gate, measured(tmp_path, gate, {3: -0.5}, pairs), ()) for pairs in (8, 60))
    assert few.cases[CASES[3].nodeid].verdict is Verdict.UNCHANGED
    assert CASES[3] in next_pairs(gate, few).cases
    assert many.cases[CASES[3].nodeid].verdict is Verdict.IMPROVEMENT
    assert CASES[3] not in next_pairs(gate, many).cases


def test_a_backend_that_falls_without_its_largest_case_says_so(tmp_path):
    """A backend whose regression depends on one case names that case."""
    gate = record()
    found = measured(tmp_path, gate, {1: 0.5}, 30)
    hypotheses = judge_record(gate, found, ())
    assert hypotheses.groups["backend a"].verdict is Verdict.REGRESSION
    notes = {row.name: row.note for row in rows(gate, found, hypotheses, ())}
    assert notes["backend a"] == "driven by test[a-1]: no slowdown without it"
    assert hypotheses.groups["backend b"].verdict is not Verdict.REGRESSION


def test_a_broad_change_is_driven_by_nobody(tmp_path):
    """A slowdown of 3 % in every case is a regression of the grid, without a note."""
    gate = record()
    hypotheses = judge_record(gate, measured(tmp_path, gate, dict.fromkeys(range(6), 0.03), 20), ())
    assert hypotheses.groups[GRID].verdict is Verdict.REGRESSION
    assert hypotheses.groups[GRID].driven_by is None
    assert all(tested.driven_by is None for tested in hypotheses.cases.values())


def test_a_failure_becomes_a_verdict(tmp_path):
    """A failure of head is BROKEN, one of base INCOMPARABLE, and neither case is measured again."""
    gate = record(
        failures={
            CASES[0].nodeid: Failure("head", "WrongResult: index 3"),
            CASES[1].nodeid: Failure("base", "timed out"),
        }
    )
    found = measured(tmp_path, gate, {}, 4)
    hypotheses = judge_record(gate, found, ())
    by_name = {row.fullname: row for row in rows(gate, found, hypotheses, ())}
    assert by_name[CASES[0].nodeid].verdict is Verdict.BROKEN
    assert by_name[CASES[0].nodeid].note == "head: WrongResult: index 3"
    assert by_name[CASES[1].nodeid].verdict is Verdict.INCOMPARABLE
    assert not {CASES[0], CASES[1]} & set(next_pairs(gate, hypotheses).cases)


def test_what_was_dropped_early_says_so_and_has_an_interval(tmp_path):
    """A case of three pairs where others have eight names both numbers, and has a rough interval."""
    gate = record()
    found = measured(tmp_path, gate, {1: 0.06}, 8)
    for case in CASES:
        if case != CASES[1]:
            found.log_ratios[case.nodeid][3:] = [None] * 5
    gate.pairs.extend(PairRecord(f"pair-{number}", 1.0, (), {}, "", None, None, {}) for number in range(8))
    by_name = {row.fullname: row for row in rows(gate, found, judge_record(gate, found, ()), ())}
    dropped = by_name[CASES[0].nodeid]
    assert dropped.verdict is Verdict.INCONCLUSIVE
    assert dropped.note == "measured in 3 of 8 pairs: it looked no slower"
    assert dropped.comparison.interval[0] < dropped.comparison.ratio < dropped.comparison.interval[1]
    assert by_name[CASES[1].nodeid].note == ""


def test_a_limit_takes_min_effects_place(tmp_path):
    """A case's max_slowdown of 1 % replaces min-effect for that case."""
    gate = record()
    found = measured(tmp_path, gate, {0: 0.02}, 20)
    plain = judge_record(gate, found, ()).cases[CASES[0].nodeid]
    strict = judge_record(gate, found, (Limit("*a-0?", max_slowdown=0.01),)).cases[CASES[0].nodeid]
    assert plain.verdict is Verdict.UNCHANGED
    assert strict.verdict in (Verdict.REGRESSION, Verdict.OVER_LIMIT)


def test_groups():
    """Every backend with several cases is a group, and so is the grid."""
    assert groups(CASES[:4]) == {
        "backend a": [case.nodeid for case in CASES[:3]],
        GRID: [case.nodeid for case in CASES[:4]],
    }


def test_a_record_is_read_as_it_was_written(tmp_path):
    """A record is read as it was written, in every field."""
    gate = record(failures={"x": Failure("head", "why")}, spent_s=1.5, keyword="loky")
    gate.save(tmp_path)
    assert read_record(tmp_path) == gate


def test_what_fits_into_the_budget():
    """The first case may use all the time left; further cases leave time for as many pairs as are wanted."""
    fits = [len(cases_that_fit(NextPairs(CASES, count), 1.0, PAIR_S + 3.5)) for count in (1, 2, 3)]
    assert fits == [3, 1, 1]
    assert cases_that_fit(NextPairs(CASES, 1), 1.0, PAIR_S + 0.5) == []


def test_what_waits_fills_the_pairs_of_suspects(tmp_path):
    """Undecided cases that look no slower fill a pair, the nearest to a proof first, if there is time."""
    gate = record()
    found = measured(tmp_path, gate, {1: 0.06, 2: -0.01, 3: -0.03}, 4)
    wanted = next_pairs(gate, judge_record(gate, found, ()))
    assert CASES[1] in wanted.cases
    assert wanted.filled_count == 56
    assert not set(wanted.cases) & set(wanted.fillers)
    assert wanted.fillers[0] == CASES[3]


def test_fillers_leave_time_for_the_suspects():
    """A filler is measured as long as so many pairs of that length fit; no filler takes a suspect's place."""
    wanted = NextPairs(CASES[:2], 1, CASES[2:], 10)
    assert len(cases_that_fit(wanted, 1.0, 10 * (PAIR_S + 4.5))) == 4
    assert cases_that_fit(wanted, 1.0, 10 * (PAIR_S + 1.5)) == CASES[:2]
    assert cases_that_fit(wanted, 1.0, PAIR_S + 1.5) == CASES[:1]


def test_what_fits_is_judged_by_the_pairs_before():
    """Cases that took twice the expected time leave room for half as many; before any pair the expectation counts."""
    wanted = NextPairs(CASES, 1)
    assert len(fitting(wanted, [], 1.0, PAIR_S + 6.7)) == 6
    assert len(fitting(wanted, [PairCost(PAIR_S + 12.0, 6)], 1.0, PAIR_S + 6.7)) == 3
