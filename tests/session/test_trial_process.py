"""The trial: workers that a task starts, whatever kind they are, and libraries with threads of their own."""

import subprocess
import sys

import msgspec
import pytest

from benchmarks.session.trial import TrialRequest, TrialResult
from tests.inner_threads import CORES, needs_threads_of_blas
from tests.run_session import ROOT, environment


@pytest.fixture
def tried(tmp_path):
    """Return a function that tries a function of a module in tests/own."""

    def try_it(function, arguments):
        (tmp_path / "position").write_bytes(bytes(8))
        files = str(tmp_path / "position"), str(tmp_path / "result")
        request = TrialRequest(function, arguments, 3, None, *files)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.session.trial_process"],
            input=msgspec.json.encode(request),
            env=environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'own'}:{ROOT / 'docs' / 'examples'}"},
            cwd=ROOT,
            check=True,
            timeout=300,
        )
        return msgspec.json.decode((tmp_path / "result").read_bytes(), type=TrialResult)

    return try_it


@pytest.mark.parametrize(
    "function",
    [
        *("in_loky", "in_threading", "in_futures_threads", "in_futures_processes", "in_pool"),
        *("in_subprocess", "in_shell", "in_pool_of_the_module"),
    ],
)
def test_every_kind_of_worker_is_seen(tried, function):
    """joblib's, the standard library's, other programs."""
    result = tried(f"nesting:{function}", "nesting:FEW")
    assert result.error is None
    assert result.workers > 0
    assert result.inner_threads == {}


@pytest.mark.parametrize("function", ["nesting:plain", "nesting:in_sequential", "started:plain"])
def test_a_task_that_starts_nothing_is_no_nested_one(tried, function):
    """joblib with one job has no workers, and a pool that the task does not use does not matter."""
    result = tried(function, "nesting:FEW")
    assert (result.error, result.workers, result.inner_threads, result.unseen_threads) == (None, 0, {}, False)


def test_threads_that_were_started_with_the_module_are_seen(tried):
    """Nothing is started in the plain loop, but most of it is computed elsewhere, and not by BLAS."""
    result = tried("started:in_threads", "started:FEW")
    assert (result.workers, result.inner_threads, result.unseen_threads) == (2, {}, False)


@needs_threads_of_blas
@pytest.mark.parametrize(
    ("function", "arguments"), [("pricing:multiplying", "pricing:SEEDS"), ("matrices:multiply", "matrices:SEEDS")]
)
def test_libraries_with_threads_are_told_from_workers(tried, function, arguments):
    """As many as there are where nobody limits them; the second is the example of the documentation."""
    result = tried(function, arguments)
    assert (result.error, result.workers, result.unseen_threads) == (None, 0, False)
    assert result.inner_threads == {"openblas": CORES}
