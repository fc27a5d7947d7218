"""The ledger: a case has a number only if every part of it passed."""

from benchmarks.session.ledger import Ledger
from tests.session.test_options import read


def ledger_of_four():
    """A passed, a late failed, a skipped and an unreached case."""
    ledger = Ledger(asked=["good", "late", "skipped", "unreached"])
    for name in ("good", "late"):
        ledger.note(name, "setup", "passed", "")
        ledger.note(name, "call", "passed", "")
    ledger.note("late", "teardown", "failed", "broke while closing")
    ledger.note("skipped", "setup", "skipped", "a hang before it")
    ledger.time("good", [0.2, 0.1, 0.4], 0.5)
    return ledger


def test_outcomes():
    """A failure in teardown takes the number away again."""
    ledger = ledger_of_four()
    assert ledger.passed == {"good"}
    assert ledger.outcome("good") == ("measured", 0.2)
    assert ledger.outcome("late") == ("failed", "broke while closing")
    assert ledger.without_time() == {
        "late": "failed: broke while closing",
        "skipped": "not run: a hang before it",
        "unreached": "not run: the session ended",
    }


def test_the_record_of_a_partial_run():
    """Nothing that was asked for is passed over in silence."""
    record = ledger_of_four().record(read(), {}, {})
    assert record["state"] == "partial"
    assert record["cases"] == {
        "asked": 4,
        "completed": 1,
        "failed": {"late": "broke while closing"},
        "not_run": {"skipped": "a hang before it", "unreached": "the session ended"},
    }
    assert (record["time_s"]["rounds"], record["time_s"]["untimed_calls"]) == (0.7000000000000001, 0.5)


def test_a_complete_run_says_so():
    """Every case asked for has a number."""
    ledger = Ledger(asked=["good"], passed={"good"})
    assert ledger.record(read(), {}, {})["state"] == "complete"
