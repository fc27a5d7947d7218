"""A wrong result never becomes a number: shown with backends that really return wrong results."""

import re

import pytest

from tests.run_session import GRID, SMALL, session

WRONG = ("--backends", "dropping,swapping,stale,threading", "--n-jobs", "2", "--batch-sizes", "10", *SMALL, GRID)

# With 100 tasks and n_jobs=2 the batches are 2 + 2 and then tens; the third one is tasks 4 to 13.
DROPPED = "dropping-n2-b10: backend=dropping, n_jobs=2, batch_size=10, untimed call: index 13: found 91, expected 78"
SWAPPED = "swapping-n2-b10: backend=swapping, n_jobs=2, batch_size=10, untimed call: index 12: found 78, expected 66"


def said(done):
    """Return a session's output as one line: its paragraphs are wrapped."""
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A measured session with three wrong backends and a right one."""
    return session(tmp_path_factory.mktemp("store"), "--benchmark-only", *WRONG, faulty=True)


def test_a_wrong_result_fails_the_case_and_is_named(measured):
    """The message has the first differing index, both values, backend and parameters."""
    assert measured.exit_code == 1
    assert DROPPED in said(measured)
    assert SWAPPED in said(measured)


def test_a_result_that_is_wrong_in_a_later_round_only_is_found(measured):
    """The untimed call and the first timed round are right; the second or third is not."""
    message = (
        r"stale-n2-b10: backend=stale, n_jobs=2, batch_size=10, call [23] of the rounds: index 4: found 1, expected 6"
    )
    assert re.search(message, said(measured))


def test_a_wrong_case_is_absent_from_the_saved_run(measured):
    """The rest is there, and the run says that it is partial and why."""
    record = measured.run["joblib_suite"]
    assert set(measured.times) == {"loop", "futures-threads-n2-b10", "threading-n2-b10"}
    assert record["state"] == "partial"
    assert {name.rpartition("[")[2] for name in record["cases"]["failed"]} == {
        "dropping-n2-b10]",
        "swapping-n2-b10]",
        "stale-n2-b10]",
    }


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_the_check_holds_where_nothing_is_measured(tmp_path, workers):
    """An unmeasured session makes one call besides the observed one, so the stale backend has no later round."""
    unmeasured = session(tmp_path, *workers, *WRONG, faulty=True)
    assert unmeasured.exit_code == 1
    assert DROPPED in said(unmeasured)
    assert SWAPPED in said(unmeasured)
    assert not unmeasured.run_files


def test_plain_pytest_runs_cases_one_after_the_other(tmp_path):
    """`pytest` without options checks the cases in one process and saves nothing."""
    unmeasured = session(tmp_path, GRID, "-k", "n2 and not multiprocessing")
    assert unmeasured.exit_code == 0, unmeasured.output
    assert "workers [" not in unmeasured.output
    assert not unmeasured.run_files
