"""The saved run: what stands in it, that it means what it says, and that stock tools read it."""

import json
import math
import subprocess
import sys

import pytest

from tests.run_session import GRID, ROOT, environment, session
from tests.soak import full_only

PLAIN = ("--tasks", "5000", "--longest", "5", "--rounds", "2", "--benchmark-only")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A real session: several backends and batch sizes, 5,000 short tasks a call."""
    axes = ("--n-jobs", "1,4", "--batch-sizes", "1000,auto", "--shuffle", "7")
    return session(tmp_path_factory.mktemp("store"), *PLAIN, *axes, GRID)


def test_a_session_saves_one_complete_run(measured):
    """Every case asked for has its raw rounds."""
    record = measured.run["joblib_suite"]
    assert measured.exit_code == 0
    assert len(measured.times) == record["cases"]["asked"] == record["cases"]["completed"] == 4 * 2 * 2 + 3
    assert record["state"] == "complete"
    assert all(len(bench["stats"]["data"]) == 2 for bench in measured.times.values())


def test_params_are_plain_values(measured):
    """So that stock tools can group by them."""
    assert measured.times["loky-n4-b1000"]["params"] == {"backend": "loky", "n_jobs": 4, "batch_size": 1000}
    assert measured.times["loky-n4-bauto"]["params"] == {"backend": "loky", "n_jobs": 4, "batch_size": "auto"}
    assert measured.times["loop"]["params"] == {"backend": "loop", "n_jobs": 1, "batch_size": None}


def test_what_really_ran_stands_beside_the_times(measured):
    """Class, workers, batches of each round, executor, phase."""
    facts = measured.times["loky-n4-b1000"]["extra_info"]
    assert facts["effective_backend"] == "LokyBackend"
    assert facts["effective_n_jobs"] == 4
    assert 1 <= facts["worker_processes"] <= 4
    assert facts["batches"] == [{"2": 4, "8": 1, "24": 41, "1000": 4}] * 2
    assert facts["batch_size_occurred"] is True
    assert (facts["executor"], facts["phase"], facts["tasks"], facts["longest"]) == ("reused", "warm call", 5_000, 5)
    assert facts["alias_of"] is None
    auto = measured.times["loky-n4-bauto"]["extra_info"]
    assert all(sum(int(size) * count for size, count in batches.items()) == 5_000 for batches in auto["batches"])


def test_threads_are_counted_in_the_session_s_own_process(measured):
    """A thread pool has no process of its own."""
    facts = measured.times["threading-n4-b1000"]["extra_info"]
    assert facts["worker_processes"] == 0
    assert 1 <= facts["worker_threads"] <= 4


@pytest.mark.parametrize("case", ["threading-n1-b1000", "loky-n1-b1000", "sequential-n4-b1000"])
def test_an_alias_names_the_case_it_really_is(measured, case):
    """joblib runs these sequentially, whatever they are called."""
    facts = measured.times[case]["extra_info"]
    assert facts["alias_of"] == "sequential-n1-b1000"
    assert facts["effective_backend"] == "SequentialBackend"
    assert facts["executor"] is None
    assert measured.times["sequential-n1-b1000"]["extra_info"]["alias_of"] is None


def test_a_batch_size_that_never_occurred_is_said(tmp_path):
    """100 tasks are too few for a batch of 1000, in the run file and in the summary."""
    axes = ("--backends", "threading", "--n-jobs", "2", "--batch-sizes", "1000")
    done = session(tmp_path, "--benchmark-only", *axes, "--tasks", "100", "--rounds", "1", GRID)
    assert done.times["threading-n2-b1000"]["extra_info"]["batch_size_occurred"] is False
    assert "No batch of the requested size ever ran in futures-threads-n2-b1000, threading-n2-b1000." in done.output


def test_our_key_has_what_a_comparison_needs(measured):
    """Facts of the machine and versions, the grid asked for, seeds."""
    record = measured.run["joblib_suite"]
    assert record["format"] == 1
    assert record["suite_version"] == 2
    assert record["seeds"] == {"shuffle": 7}
    assert record["grid"]["n_jobs"] == [1, 4]
    assert record["machine"]["usable_cores"] >= 1
    assert record["machine"]["environment"]["OMP_NUM_THREADS"]
    assert {"joblib", "loky", "cloudpickle", "numpy", "psutil"} <= record["versions"].keys()
    assert record["versions"]["joblib"]


def test_only_finite_numbers_are_saved(measured):
    """One NaN would break other readers of the format."""

    def refuse(constant):
        raise AssertionError(constant)

    document = json.loads(measured.run_files[0].read_text(), parse_constant=refuse)
    stats = [value for bench in document["benchmarks"] for value in bench["stats"].values() if isinstance(value, float)]
    assert all(map(math.isfinite, stats))


def test_stock_tools_read_the_store(measured):
    """`pytest-benchmark list` and `compare`, as installed."""
    for verb in ("list", "compare"):
        stock = [sys.executable, "-m", "pytest_benchmark", f"--storage={measured.store}", verb]
        done = subprocess.run(stock, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "test_summation[loky-n4-b1000]" in done.stdout or verb == "list"
        assert measured.run_files[0].name in done.stdout or verb == "compare"


def test_other_readers_of_the_format(measured):
    """What github-action-benchmark's and Bencher's pytest readers take from a file, re-implemented."""
    document = measured.run
    assert isinstance(document["machine_info"], dict)
    assert isinstance(document["commit_info"], dict)
    for bench in document["benchmarks"]:
        stats = bench["stats"]
        assert 1 <= len(bench["fullname"]) <= 1024
        assert stats["ops"] == pytest.approx(1 / stats["mean"])
        assert stats["rounds"] == len(stats["data"])
        assert all(isinstance(stats[name], int | float) for name in ("mean", "stddev", "median", "iqr"))
    assert len({bench["fullname"] for bench in document["benchmarks"]}) == len(document["benchmarks"])


def test_the_summary_fits_a_terminal(measured):
    """At most 25 lines of 100 columns, each backend once."""
    _, _, rest = measured.output.partition(" 19 of 19 cases measured, profile quick ")
    summary, _, after = rest.partition("saved as ")
    lines = summary.splitlines()[1:]
    assert after.startswith(measured.run_files[0].name)
    assert 0 < len(lines) <= 25
    assert max(map(len, lines)) <= 100
    (header,) = [number for number, line in enumerate(lines) if line.startswith("backend ")]
    assert [line.split()[0] for line in lines[header + 1 : header + 7]] == [
        "sequential",
        "threading",
        "loky",
        "multiprocessing",
        "futures-threads",
        "futures-processes",
    ]


@full_only("three sessions of the whole grid")
def test_shuffling_changes_the_order_and_nothing_else(tmp_path, measured):
    """A case alone, in the grid and in another order has the same effective configuration."""
    (tmp_path / "alone").mkdir()
    axes = ("--n-jobs", "1,4", "--batch-sizes", "1000,auto")
    alone = session(tmp_path / "alone", *PLAIN, *axes, "-k", "loky-n4-b1000", GRID)
    ordered = session(tmp_path, *PLAIN, *axes, "-k", "not futures", GRID)
    assert list(alone.times) == ["loky-n4-b1000"]
    assert list(measured.times) != list(ordered.times)
    # Not how many workers answered: on a busy machine fewer may take all of so short a call.
    deterministic = ("effective_backend", "effective_n_jobs", "alias_of", "executor", "phase")
    for other, name in [(alone, "loky-n4-b1000"), *((ordered, name) for name in ordered.times)]:
        one, two = other.times[name]["extra_info"], measured.times[name]["extra_info"]
        assert {key: one[key] for key in deterministic} == {key: two[key] for key in deterministic}
        if not name.endswith("auto"):
            assert one["batches"] == two["batches"]
