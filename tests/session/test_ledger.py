"""The ledger: a case has a time only if its setup, call and teardown passed."""

from benchmarks.session.ledger import Ledger
from tests.session.test_options import read


def ledger_of_four():
    """Return a ledger with a passed case, one that failed in teardown, a skipped one and one not reached."""
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
    """A case that fails in teardown has no time."""
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
    """Every case that was asked for is listed."""
    record = ledger_of_four().run_file_key(read(), {}, {}, [])
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
    """A run is complete if every case that was asked for has a time."""
    ledger = Ledger(asked=["good"], passed={"good"})
    assert ledger.run_file_key(read(), {}, {}, [])["state"] == "complete"
