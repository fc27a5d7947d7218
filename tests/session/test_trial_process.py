"""The trial: workers that a task starts, whatever kind they are, and libraries with threads of their own."""

import subprocess
import sys
from types import SimpleNamespace

import msgspec
import pytest

from benchmarks.session.trial import run_trial
from benchmarks.session.trial_findings import remarks
from benchmarks.session.trial_messages import TrialRequest, TrialResult
from benchmarks.session.workload import own_workload
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
        *("in_pool_of_the_module", "in_spawned_process"),
    ],
)
def test_every_kind_of_worker_is_seen(tried, function):
    """joblib's, the standard library's."""
    result = tried(f"nesting:{function}", "nesting:FEW")
    assert result.error is None
    assert result.workers > 0
    assert result.inner_threads == {}


@pytest.mark.parametrize(
    ("function", "waits"), [("in_subprocess", None), ("in_shell", None), ("in_asyncio", None), ("in_sleep", True)]
)
def test_other_programs_are_no_workers(tried, function, waits):
    """Whether tasks wait is known of the programs' CPU time, too."""
    result = tried(f"nesting:{function}", "nesting:FEW")
    assert (result.error, result.workers, result.programs) == (None, 0, 6)
    assert waits is None or result.waits == waits
    (remark,) = remarks(result, SimpleNamespace(name="nesting:in_program"))
    assert "runs other programs (6 in two plain loops), in the loop and in workers alike" in remark


def test_a_program_that_computes_does_not_wait(tried):
    """Its task does."""
    result = tried("nesting:in_computing_program", "nesting:FEW")
    assert (result.error, result.workers, result.programs, result.waits) == (None, 0, 6, False)


@pytest.mark.parametrize("function", ["nesting:plain", "nesting:in_sequential", "started:plain"])
def test_a_task_that_starts_nothing_is_no_nested_one(tried, function):
    """joblib with one job has no workers, and a pool that the task does not use does not matter."""
    result = tried(function, "nesting:FEW")
    assert (result.error, result.workers, result.inner_threads, result.unseen_threads) == (None, 0, {}, False)


def test_threads_that_were_started_with_the_module_are_seen(tried):
    """Nothing is started in the plain loop, but most of it is computed elsewhere, and not by BLAS."""
    result = tried("started:in_threads", "started:FEW")
    assert (result.workers, result.inner_threads, result.unseen_threads) == (2, {}, False)


def test_clocks_that_disagree_by_microseconds_are_no_threads():
    """They are read one after the other, which counts in a loop of a few microseconds."""
    code = """
import itertools, time
from benchmarks.measure.call import Call
from benchmarks.session.trial_process import try_call
time.process_time = map(20e-6.__mul__, itertools.count()).__next__
time.thread_time = map(15e-6.__mul__, itertools.count()).__next__
print(try_call(Call(abs, [1, 2, 3], abs, {})))
"""
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, text=True, capture_output=True).stdout
    assert "error=None" in printed
    assert "unseen_threads=False" in printed
    assert "inner_threads={}" in printed


@needs_threads_of_blas
@pytest.mark.parametrize(
    ("function", "arguments"), [("pricing:multiplying", "pricing:SEEDS"), ("matrices:multiply", "matrices:SEEDS")]
)
def test_libraries_with_threads_are_told_from_workers(tried, function, arguments):
    """As many as there are where nobody limits them; the second is the example of the documentation."""
    result = tried(function, arguments)
    assert (result.error, result.workers, result.unseen_threads) == (None, 0, False)
    assert result.inner_threads == {"openblas": CORES}


def test_whether_tasks_hold_the_gil_is_known_before_they_are_measured(tried):
    """Times of threads can't tell on a busy machine."""
    assert tried("pricing:price", "pricing:LARGE").holds_gil
    assert not tried("pricing:slow", "pricing:FEW").holds_gil


def test_arguments_that_only_the_first_call_changes_are_told(tried):
    """Sorting a list is no work the second time; a task that changes them in each call is refused."""
    result = tried("pricing:overwriting", "pricing:ARRAYS")
    assert result.error is None
    (said,) = remarks(result, SimpleNamespace(name="pricing:overwriting"))
    assert said.startswith(
        "the first call of pricing:overwriting changes its arguments (argument 0 of 3 has become array([7., 0., 0., "
    )
    assert tried("pricing:price", "pricing:LARGE").changed_argument is None


def test_exceptions_of_every_kind_are_named(tried):
    """Some are no `Exception`, and some have no text."""
    error = tried("pricing:cancelled", "pricing:FEW").error
    assert error.startswith("the task raised CancelledError in the plain loop")


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("in_lost_folder", "the task changes the working directory of its process to one that does not exist"),
        ("without_output", "the task closes sys.stdout of its process, or replaces it"),
        ("traced", "the task traces or profiles itself"),
        ("with_few_files", "the task lowers a limit of its process (RLIMIT_NOFILE): let it put back what it changes"),
    ],
)
def test_what_a_process_does_not_survive_is_refused(tried, task, expected):
    """Every case after the first one would fail, or be slower."""
    assert tried(f"pricing:{task}", "pricing:FEW").error.startswith(expected)


def test_tasks_that_remember_their_results_are_told(tried):
    """All calls after the first one would be look-ups; a task that works each time has no such remark."""
    cached = tried("pricing:remembered", "pricing:LARGE")
    assert cached.error is None
    assert cached.faster_again > 10
    (said,) = remarks(cached, SimpleNamespace(name="pricing:remembered"))
    assert "it remembers something, such as its results" in said
    assert tried("pricing:price", "pricing:LARGE").faster_again is None


def test_an_entry_that_the_task_does_not_take_is_explained(tried):
    """A dict is one argument; a TypeError from inside the task says nothing of that."""
    error = tried("pricing:by_name", "pricing:NAMED").error
    assert "by_name() takes 0 positional arguments but 1 was given in the plain loop" in error
    assert error.endswith("an object of a .json file or a line of a .csv file has them by name")
    assert "is one argument" not in tried("pricing:adds_text", "pricing:LARGE").error


def test_a_thread_that_outlives_the_tasks_does_not_hide_the_result(monkeypatch):
    """Such a thread keeps the process of the trial, which is ended when its result is there."""
    folder = str(ROOT / "tests" / "own")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", folder)
    workload = own_workload("nesting:in_thread_for_ever", "nesting:FEW", None, 3)
    # The settings only serve to say why a trial was cut off.
    assert run_trial(workload, "nesting:FEW", None, 300.0).workers > 0


def test_a_generator_is_named_that_the_first_call_uses_up(tried):
    """Two loops differ because of it, not because of random numbers."""
    error = tried("builtins:sum", "pricing:generators").error
    assert error.startswith("argument 0 of 3 holds a generator, which its first call uses up: give a list")
