"""Start-up and micro-cases: that each phase is what its name says."""

import pytest

from tests.run_session import session
from tests.soak import full_only


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The start-up cases of loky and multiprocessing, and the notebook's order and pre-dispatch cases."""
    wanted = (
        "-k",
        "startup and n2 or pre_dispatch or many_calls or prefer",
        "--rounds",
        "2",
        "--tasks",
        "5000",
        "--longest",
        "5",
    )
    return session(tmp_path_factory.mktemp("store"), "--benchmark-only", "--backends", "loky,multiprocessing", *wanted)


def by_name(measured):
    """The saved benchmarks by their whole names."""
    return {bench["name"]: bench for bench in measured.run["benchmarks"]}


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
@pytest.mark.parametrize(
    ("name", "phase", "executor"),
    [
        ("test_cold_start", "cold start", "new"),
        ("test_warm_call", "warm call", "reused"),
        ("test_whole_block", "whole block", "new"),
    ],
)
def test_cold_is_cold_and_warm_is_warm(measured, backend, name, phase, executor):
    """Every cold round has an executor of its own; every warm one has that of the untimed call."""
    facts = by_name(measured)[f"{name}[{backend}-n2]"]["extra_info"]
    assert (facts["phase"], facts["executor"]) == (phase, executor)


@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_pre_dispatch_all_keeps_the_batches_whole(measured, backend):
    """joblib#373: four batches of 1000 and the rest shared by four with 'all'; broken up with the default."""
    benches = by_name(measured)
    assert benches[f"test_pre_dispatch[{backend}-all]"]["extra_info"]["batches"] == [{"250": 4, "1000": 4}] * 2
    default = benches[f"test_pre_dispatch[{backend}-default]"]["extra_info"]["batches"][0]
    assert default == {"2": 4, "8": 1, "24": 41, "1000": 4}


def test_many_calls_are_all_in_one_round(measured):
    """Twenty calls of four tasks."""
    facts = by_name(measured)["test_many_calls[loky]"]["extra_info"]
    assert facts["batches"] == [{"1": 80}] * 2


def test_soft_hints_run_what_they_stand_for(measured):
    """Processes are loky's, threads are those of the threading backend."""
    benches = by_name(measured)
    assert benches["test_prefer[processes-loky]"]["extra_info"]["effective_backend"] == "LokyBackend"
    assert benches["test_prefer[threads-threading]"]["extra_info"]["effective_backend"] == "ThreadingBackend"


@full_only("two sessions")
def test_the_notebook_is_collected_in_its_own_profile_only(tmp_path):
    """Its four cases are measured in one round each, at the size asked for, and -s shows joblib's own messages."""
    notebook = ("--profile", "notebook", "--tasks", "400", "--longest", "400")
    done = session(tmp_path, "--benchmark-only", "-s", *notebook)
    assert done.exit_code == 0
    assert list(done.times) == ["loop", "loky", "threading", "sequential"]
    loops_s = [bench["extra_info"]["loop_s"] for bench in list(done.times.values())[1:]]
    assert loops_s[0][0] == done.times["loop"]["stats"]["data"][0]
    assert [before for before, _ in loops_s[1:]] == [after for _, after in loops_s[:-1]]
    assert "No speed-ups" not in done.output
    assert "a speed-up is the plain loop, timed before and after a case" in done.output
    assert all(bench["stats"]["rounds"] == 1 for bench in done.times.values())
    assert done.times["loop"]["extra_info"]["effective_backend"] == "list comprehension"
    assert done.times["threading"]["extra_info"]["effective_n_jobs"] == 4
    assert "[Parallel(n_jobs=4)]: " in done.output
