"""A grid in four parts, joined: the same cases with the same facts as in one session."""

import json

import pytest

from tests.run_gate import run_verb
from tests.run_session import GRID, SMALL, session

CELLS = ("--backends", "threading,sequential", "--n-jobs", "1,2", "--batch-sizes", "1,10", "--benchmark-only", *SMALL)

# What differs between two sessions of the same cases: times, and who was quick enough to take a task.
TIMES = {"loop_s", "loop_waited_s", "completed_s", "batches", "worker_threads"}


def facts(run):
    """A run's cases with all that is not a time."""
    return {
        entry["fullname"]: (
            entry["params"],
            entry["stats"]["rounds"],
            {name: value for name, value in entry["extra_info"].items() if name not in TIMES},
        )
        for entry in run["benchmarks"]
    }


def test_four_parts_are_one_whole(tmp_path):
    """Measured one after the other into the same history, which knows the cases' costs from a whole run before."""
    whole = session(tmp_path, *CELLS, GRID)
    assert whole.exit_code == 0
    expected = whole.run
    for number in range(1, 5):
        part = session(tmp_path, *CELLS, "--shard", f"{number}/4", GRID)
        assert part.exit_code == 0
        saved = json.loads(part.run_files[-1].read_text())["joblib_suite"]
        assert (saved["shard"]["number"], saved["shard"]["of"]) == (number, 4)
        assert 0 < saved["cases"]["completed"] < len(expected["benchmarks"])
    code, out, err = run_verb("merge", "2..5", "--history", str(tmp_path))
    assert code == 0, err
    joined = json.loads(whole.run_files[-1].read_text())
    assert facts(joined) == facts(expected)
    ours, theirs = joined["joblib_suite"], expected["joblib_suite"]
    for name in ("state", "profile", "grid", "selection", "machine", "versions", "suite_version"):
        assert ours[name] == theirs[name], name
    assert ours["cases"] == theirs["cases"]
    code, out, _ = run_verb("compare", "1", "6", "--history", str(tmp_path))
    assert "MISSING" not in out
    assert "NEW" not in out


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "a/b", "1/2000", "-1/4"])
def test_what_is_no_part(refused, tmp_path, text):
    """Refused before anything runs."""
    found = refused(tmp_path, *CELLS, f"--shard={text}", GRID)
    assert found.exit_code == 4
    assert "expected a shard and the number of shards, such as 2/4" in found.output
