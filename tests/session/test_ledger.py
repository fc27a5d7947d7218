"""The ledger: a case has a number only if every part of it passed."""

from benchmarks.session.ledger import Ledger
from tests.session.test_options import read


def ledger_of_four():
    """A passed, a late failed, a skipped and an unreached case."""
    ledger = Ledger()
    ledger.ask((name, {"n_jobs": number}) for number, name in enumerate(["good", "late", "skipped", "unreached"]))
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
    record = ledger_of_four().run_file_key(read(), {}, {})
    assert record["state"] == "partial"
    assert record["cases"] == {
        "asked": 4,
        "completed": 1,
        "failed": {"late": "broke while closing"},
        "not_run": {"skipped": "a hang before it", "unreached": "the session ended"},
        "params": {"late": {"n_jobs": 1}, "skipped": {"n_jobs": 2}, "unreached": {"n_jobs": 3}},
    }
    assert (record["time_s"]["rounds"], record["time_s"]["untimed_calls"]) == (0.7000000000000001, 0.5)


def test_a_complete_run_says_so():
    """Every case asked for has a number."""
    ledger = Ledger(asked=["good"], passed={"good"})
    assert ledger.run_file_key(read(), {}, {})["state"] == "complete"
