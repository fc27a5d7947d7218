"""A side's session: which of the user's variables reach it."""

import psutil
import pytest

from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.sessions import running, side_environment


@pytest.mark.parametrize("name", ["SHOP_REGION", "OMP_NUM_THREADS", "JOBLIB_TEMP_FOLDER", "PATH", "LANG"])
def test_the_users_variables_reach_both_sides(monkeypatch, name):
    """A task may need any of them, and numbers of threads that the user set are the user's."""
    monkeypatch.setenv(name, "7")
    assert side_environment(1)[name] == side_environment(2)[name] == "7"


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "TOX_ENV_NAME", "COVERAGE_PROCESS_START", "GIT_DIR"]
)
def test_what_ties_to_another_tree_stays_out(monkeypatch, name):
    """A side has an interpreter and a tree of its own."""
    monkeypatch.setenv(name, "elsewhere")
    assert name not in side_environment(1)


def test_both_sides_of_a_pair_have_the_same_hash_seed():
    """And the next pair another one."""
    assert side_environment(5)["PYTHONHASHSEED"] == "5"


def test_what_a_task_leaves_behind_ends_with_its_session(tmp_path):
    """A process that a task has started would otherwise take time from the following pairs."""
    side = BuiltSide(tmp_path, tmp_path, {}, "CPython 3.13.0", {}, ())
    log = tmp_path / "log.txt"
    with running(["/bin/sh", "-c", "sleep 600 & echo $!"], side, log, 1) as session:
        assert session.wait(60) == 0
        left = psutil.Process(int(log.read_text()))
        assert left.is_running()
    psutil.wait_procs([left], 60)
    assert not left.is_running()
