"""Failures in a gate: which of them count, and where they are read from."""

import pytest

from benchmarks.files.status import FailureEvent, append_event
from benchmarks.gate.failures import counting_failures, single_failures
from benchmarks.gate.judgement import judgement
from benchmarks.gate.measurements import Measurements
from benchmarks.gate.record import Failure, PairRecord
from benchmarks.gate.record_folder import logs_of, status_of
from tests.gate.records import measured, record

WRONG = "WrongResult: index 3: found 1, expected 2"
CUT_OFF = "CaseTimeout: cut off: the case took longer than 30 s"


@pytest.mark.parametrize(
    ("base", "head", "counts"),
    [
        ([], [CUT_OFF], None),
        ([CUT_OFF], [], None),
        ([], [CUT_OFF, CUT_OFF], Failure("head", CUT_OFF)),
        ([CUT_OFF], [CUT_OFF, CUT_OFF], None),
        ([CUT_OFF, CUT_OFF], [], Failure("base", CUT_OFF)),
        ([CUT_OFF, CUT_OFF], [CUT_OFF, CUT_OFF], Failure("base", CUT_OFF)),
        ([], [WRONG], Failure("head", WRONG)),
        ([CUT_OFF], [CUT_OFF, WRONG], Failure("head", WRONG)),
        ([], [f"benchmarks.measure.call.{WRONG}"], Failure("head", f"benchmarks.measure.call.{WRONG}")),
        ([], [f"benchmarks.measure.work.{WRONG}"], Failure("head", f"benchmarks.measure.work.{WRONG}")),
    ],
)
def test_one_accident_is_told_and_two_in_head_alone_count(base, head, counts):
    """A wrong result counts at once; anything else a second time in the same case, if it never happens in base."""
    reasons = {"base": {"x": base} if base else {}, "head": {"x": head} if head else {}}
    counting = counting_failures(reasons)
    assert counting.get("x") == counts
    assert {nodeid for nodeid, _ in single_failures(reasons, counting)} == (set() if counts else {"x"})


def test_a_base_and_a_head_that_fail_once_are_treated_alike():
    """Exchanging the labels of an accident changes the side that is named, and no verdict."""
    for side, other in (("base", "head"), ("head", "base")):
        reasons = {side: {"x": [CUT_OFF]}, other: {}}
        assert counting_failures(reasons) == {}
        assert list(single_failures(reasons, {})) == [("x", Failure(side, CUT_OFF))]


def test_failures_of_void_pairs_and_of_sizing_count(tmp_path):
    """A head whose every case fails saves no run: its status files say why; a process that died says where."""
    gate = record()
    names = [case.nodeid for case in gate.cases]
    logs_of(tmp_path).mkdir()
    append_event(status_of(tmp_path, "sizing-2"), FailureEvent(names[0], "TypeError: price() missing 1 argument"))
    for nodeid in (*names, "not a case of the gate"):
        append_event(status_of(tmp_path, "pair-001-head"), FailureEvent(nodeid, "TypeError: again"))
    gate.pairs.append(PairRecord("pair-001", 5.0, tuple(names), {}, "every case failed", "head", None, {}))
    gate.pairs.append(PairRecord("pair-002", 5.0, tuple(names), {}, "killed by SIGKILL", "head", names[1], {}))
    failures = Measurements(tmp_path, gate).failures
    assert failures["base"] == {}
    assert failures["head"] == {
        names[0]: ["TypeError: price() missing 1 argument", "TypeError: again"],
        names[1]: ["TypeError: again", "killed by SIGKILL"],
        names[2]: ["TypeError: again"],
        names[3]: ["TypeError: again"],
    }
    assert set(counting_failures(failures)) == set(names[:2])


def test_a_sound_record_has_no_failures(tmp_path):
    """Eight pairs without a failure."""
    gate = measured(tmp_path, (0.01,) * 4)
    assert Measurements(tmp_path, gate).failures == {"base": {}, "head": {}}


@pytest.mark.parametrize(("failed_side", "said"), [(None, True), ("head", False)])
def test_only_a_budget_that_is_too_short_is_called_that(tmp_path, failed_side, said):
    """A head that fails in every pair would do so in a longer budget as well."""
    gate = record(state="done")
    names = tuple(case.nodeid for case in gate.cases)
    gate.pairs.append(PairRecord("pair-001", 5.0, names, {}, "why", failed_side, None, {}))
    gate.save(tmp_path)
    remarks = judgement(tmp_path, gate, Measurements(tmp_path, gate), ()).notes
    assert any("too short for a pair" in remark for remark in remarks) == said
