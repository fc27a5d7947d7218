"""Another work than the summation: built-in and the user's own, through real sessions."""

import json
import signal
import subprocess
import sys
import time

import pytest

from benchmarks.cores import usable_cores
from tests.inner_threads import CORES, needs_threads_of_blas
from tests.run_session import ROOT, command, environment, session
from tests.soak import FULL, full_only, size

OWN = ("--workload-path", str(ROOT / "tests" / "own"))
FEW = ("--benchmark-only", "--rounds", "1", "--n-jobs=2", "--batch-sizes=4")
GRID = "benchmarks/suite/test_workload.py"
CELLS = {
    *("loop", "futures-threads-n2-b4", "futures-processes-n2-b4"),
    *("sequential-n2-b4", "threading-n2-b4", "loky-n2-b4", "multiprocessing-n2-b4"),
}


def own(store, function, arguments, *options, path=GRID):
    """A session of a function of the user's."""
    asked = ("--workload", f"pricing:{function}", "--task-args", arguments)
    return session(store, *FEW, *OWN, *asked, *options, path)


@pytest.mark.parametrize(
    ("name", "micro"),
    [
        ("array_out", FULL),
        *size([], [("hashing", False), ("sleeping", False), ("array_in", False), ("uneven", False)]),
    ],
)
def test_every_built_in_workload_on_every_backend(tmp_path, name, micro):
    """Every workload goes through the grid, and in the soak one also through the start-up and the micro-cases."""
    done = session(tmp_path, *FEW, "--workload", name, "benchmarks/suite" if micro else GRID, "-k", name)
    assert done.exit_code == 0, done.output
    assert {f"{name}-{cell}" for cell in CELLS} <= set(done.times)
    cases = done.run["benchmarks"]
    assert all(case["extra_info"]["workload"] == case["params"]["workload"] == name for case in cases)
    functions = {case["name"].partition("[")[0].removeprefix("test_") for case in cases}
    more = {"cold_start", "warm_call", "whole_block", "order", "pre_dispatch"} if micro else set()
    assert functions == {"workload"} | more
    assert f"per call, {name}. The plain loop takes" in done.output


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("price", "pricing:ORDERS"),
        *size([], [("price", "pricing:SIZES"), ("thirds", "pricing:SIZES"), ("total", "pricing:orders")]),
    ],
)
def test_a_function_of_the_user_s(tmp_path, function, arguments):
    """From a folder outside this repository, with one parameter or several; workers find it, too."""
    done = own(tmp_path, function, arguments)
    assert done.exit_code == 0, done.output
    assert set(done.times) == {f"pricing:{function}-{cell}" for cell in CELLS}
    record = done.run["joblib_suite"]
    assert record["selection"]["--workload"] == f"pricing:{function}"
    assert record["grid"]["tasks"] == 40


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders.csv", "size,rate\n3,2.0\n40,1\n"),
        *size([], [("orders.json", json.dumps([[3, 2.0], [40, 1.0]])), ("sizes.json", json.dumps([3, 40]))]),
        *size([], [("orders.json", json.dumps([{"size": 3}, {"size": 40, "rate": 1.0}]))]),
    ],
)
def test_arguments_from_a_file(tmp_path, name, text):
    """Lists are given by position, objects and lines by name."""
    file = tmp_path / name
    file.write_text(text)
    done = own(tmp_path / "store", "price", str(file), "--backends", "threading,loky")
    assert done.exit_code == 0, done.output
    assert all(case["extra_info"]["tasks"] == 2 for case in done.times.values())


@full_only("two sessions")
def test_more_tasks_begin_again_and_fewer_are_taken_evenly(tmp_path):
    """`--tasks` counts tasks; a run of other arguments is other work."""
    more = own(tmp_path / "more", "price", "pricing:SIZES", "--tasks", "100", "--backends", "sequential")
    less = own(tmp_path / "less", "price", "pricing:SIZES", "--tasks", "4", "--backends", "sequential")
    facts = [run.times["pricing:price-loop"]["extra_info"] for run in (more, less)]
    assert [fact["tasks"] for fact in facts] == [100, 4]
    assert facts[0]["arguments"] != facts[1]["arguments"]


@full_only("two sessions")
def test_results_may_differ_where_that_was_asked_for(tmp_path):
    """Rounding, within a tolerance."""
    assert own(tmp_path / "strict", "rounding", "pricing:SIZES").exit_code == 4
    done = own(tmp_path / "store", "rounding", "pricing:SIZES", "--tolerance", "1e-9")
    assert done.exit_code == 0, done.output
    assert done.times["pricing:rounding-loky-n2-b4"]["extra_info"]["tolerance"] == 1e-9


PROCESSES = {"futures-processes-n2-b4", "multiprocessing-n2-b4"}


FAULTY = [
    (
        "halve",
        "SIZES",
        PROCESSES,
        "sends tasks to other processes: <lambda> can't be found by name there",
    ),
    ("local", "SIZES", PROCESSES, "define it with def at the top of its module"),
    ("takes", "LOCKS", PROCESSES | {"loky-n2-b4"}, "argument 0 of 4, <unlocked _thread.lock object"),
    (
        "gives_a_generator",
        "SIZES",
        PROCESSES | {"loky-n2-b4"},
        "what the task returns can't be pickled (cannot pickle '_thread.lock' object): return",
    ),
    (
        "overwriting",
        "ARRAYS",
        {"multiprocessing-n2-b4", "loky-n2-b4"},
        "a read-only memory map of an array over 1 MB; let the task work on a copy, or pass max_nbytes=None",
    ),
    ("in_main_process", "SIZES", PROCESSES | {"loky-n2-b4"}, "and not in the plain loop"),
]


# Every other one outside of the soak.
@pytest.mark.parametrize(("function", "arguments", "failing", "said"), FAULTY[:: size(2, 1)])
def test_a_faulty_function_is_named_with_cause_and_remedy(monkeypatch, tmp_path, function, arguments, failing, said):
    """Once, in lines that fit, in CI too; the cases that it does not matter to are measured."""
    monkeypatch.setenv("CI", "true")
    done = own(tmp_path, function, f"pricing:{arguments}")
    assert done.exit_code == 1
    _, _, failures = done.output.partition(" FAILURES ")
    assert " ".join(failures.split()).count(said) == 1, done.output
    assert f"and {len(failing) - 1} more]" in failures
    assert "Traceback" not in done.output
    measured = set(done.times) if done.run_files else set()
    assert measured == {f"pricing:{function}-{cell}" for cell in CELLS - failing}


UNMEASURABLE = [
    ("failing", "SIZES", "the task raised KeyError: 'no price' in the plain loop, for argument 20 of 40: 200"),
    ("leaving", "SIZES", "the task raised SystemExit: 9 in the plain loop, for argument 0 of 40: 0"),
    ("skipping", "SIZES", "the task raised Skipped: hm in the plain loop, for argument 0 of 40: 0"),
    ("mute", "SIZES", "the task raised Mute in the plain loop, for argument 0 of 40: 0"),
    ("failing", "SHY", "in the plain loop, for argument 0 of 2: a Shy that can't be shown"),
    ("random_number", "SIZES", "two runs of the plain loop differ: a task must return the same result each time"),
    ("killed", "SIZES", "killed by SIGKILL in the plain loop, at argument 3 of 40: 30"),
    ("exiting", "SIZES", "ended with exit code 3 in the plain loop, at argument 3 of 40: 30"),
    (
        "fetch",
        "SIZES",
        "fetch is an `async def` function or the like: it returned a coroutine, which nobody awaits",
    ),
    (
        "growing",
        "LISTS",
        "the task changes its arguments: after the plain loop, argument 2 of 4 has become",
    ),
    ("hanging", "SIZES", "0 of 40 tasks ended within 4 s in the plain loop; allow a case more time"),
    ("long", "SIZES", "and its case runs it 4 times; measure"),
]


@pytest.mark.parametrize(("function", "arguments", "said"), UNMEASURABLE[:: size(2, 1)])
def test_a_task_that_can_t_be_measured_is_refused_in_one_line(tmp_path, function, arguments, said):
    """Before anything is measured, with the reason: a trial of the plain loop in a process of its own finds it."""
    done = own(tmp_path, function, f"pricing:{arguments}", "--case-timeout", "2" if said[0].isdigit() else "4")
    assert done.exit_code == 4, done.output
    (line,) = [line for line in done.output.splitlines() if line.startswith("ERROR")]
    assert line.startswith(f"ERROR: --workload 'pricing:{function}': ")
    assert said in line
    assert "Traceback" not in done.output
    assert "cases measured" not in done.output
    assert not done.run_files


@full_only("such a session fills two minutes")
def test_a_function_without_options_gets_a_small_grid(tmp_path):
    """It says what it leaves out and how to ask for it; tasks that take long are fewer."""
    done = session(tmp_path, "--benchmark-only", *OWN, "--workload", "pricing:slow", "--task-args", "pricing:PAUSES")
    assert done.exit_code == 0, done.output
    record, said = done.run["joblib_suite"], " ".join(done.output.split())
    assert record["grid"]["tasks"] < 40
    assert f"with {record['grid']['tasks']} of 40 tasks, which take 5" in said
    assert "(all of them: --tasks 40; as many in every session: --tasks" in said
    assert "for the whole grid, add --backends sequential,threading,loky,multiprocessing --n-jobs 1,2,4" in said
    assert "for the start-up and micro-cases too, add benchmarks/suite" in said
    assert {bench["group"] for bench in done.run["benchmarks"]} == {"workload"}
    assert max(bench["params"]["n_jobs"] for bench in done.run["benchmarks"]) > usable_cores()
    assert all(len(line) <= 100 for line in done.output.splitlines() if not line.startswith(("in /", "plugins:")))


def test_a_function_that_no_grid_fits_is_refused_with_what_helps(tmp_path):
    """As soon as it is known that one task takes too long; the line has options that measure it."""
    asked = ("--workload", "pricing:hanging", "--task-args", "pricing:SIZES", "--case-timeout", "2")
    done = session(tmp_path, "--benchmark-only", *OWN, *asked)
    assert done.exit_code == 4, done.output
    assert "0 of 40 tasks ended within 4 s in the plain loop, so that no grid fits two minutes; measure" in done.output
    few = max(2, usable_cores())
    assert f"a few of them, with more time: --tasks {few} --rounds 1 --case-timeout {48 * few}" in done.output


def test_what_a_task_warns_of_is_said_once(tmp_path):
    """Not once per call."""
    done = own(tmp_path, "warning", "pricing:SIZES")
    assert done.exit_code == 0, done.output
    assert "pricing:warning warns 80 times; the first: UserWarning: old price 0 (pricing.py, line " in done.output
    assert done.output.count("old price") == 1


def test_a_task_that_starts_workers_has_no_speed_up(tmp_path):
    """joblib inside a task: in a worker it is another task than in the plain loop."""
    done = own(tmp_path, "nesting", "pricing:FEW", "--backends", "threading,loky", "-k", "loky or threading")
    assert done.exit_code == 0, done.output
    assert "No answer: the tasks start threads or processes themselves." in done.output
    assert all(case["extra_info"]["own_workers"] > 0 for case in done.times.values())


@full_only("times the loop twice")
@needs_threads_of_blas
def test_threads_inside_the_tasks_are_said_and_the_loop_is_timed_as_the_user_runs_it(tmp_path):
    """A worker has one thread of the library, the user's loop all of them: both are observed, not assumed."""
    done = own(tmp_path, "multiplying", "pricing:SEEDS", "--backends", "threading,loky", "--batch-sizes=1")
    assert done.exit_code == 0, done.output
    assert f"pricing:multiplying computes in {CORES} threads of openblas: a worker of joblib" in done.output
    assert "The tasks compute in threads of a numeric library. The plain loop took " in " ".join(done.output.split())
    for case in done.times.values():
        facts = case["extra_info"]
        assert (facts["inner_threads"], facts["loop_threads"]) == ({"openblas": 1}, {"openblas": 1})
        assert facts["own_loop_threads"] == {"openblas": CORES}
        assert len(facts["own_loop_s"]) == len(facts["loop_s"]) == 2


@full_only("measures every number of inner threads")
@needs_threads_of_blas
def test_inner_threads_are_measured_as_an_axis(tmp_path):
    """Every case has as many as its name says, and no other case changes its name."""
    asked = ("--backends", "threading,loky", "--batch-sizes=1", "--inner-threads", "1,2", "-k", "loky or loop")
    done = own(tmp_path, "multiplying", "pricing:SEEDS", *asked)
    assert done.exit_code == 0, done.output
    prefix = "pricing:multiplying-"
    cases = {name.removeprefix(prefix): case for name, case in done.times.items()}
    assert set(cases) == {"loop-t1", "loop-t2", "loky-n2-b1-t1", "loky-n2-b1-t2"}
    for name, case in cases.items():
        assert case["extra_info"]["inner_threads"] == {"openblas": int(name[-1])}
        assert case["params"]["inner_threads"] == int(name[-1])
    assert done.run["joblib_suite"]["grid"]["inner_threads"] == [1, 2]
    assert done.run["joblib_suite"]["selection"]["--inner-threads"] == "1,2"
    assert "The -t of a case is the number of threads" in " ".join(done.output.split())


@needs_threads_of_blas
def test_results_that_depend_on_the_number_of_threads_are_refused(tmp_path):
    """Otherwise the first case with another number of threads would have a wrong result."""
    done = own(tmp_path, "counting_threads", "pricing:SEEDS")
    assert done.exit_code == 4
    assert "the results depend on the number of threads in openblas; allow for rounding with --tol" in done.output


def test_measuring_under_a_tracer_is_refused(tmp_path):
    """Coverage would slow the plain loop and not the workers."""
    (tmp_path / "traced.py").write_text(
        "import sys, pytest\nsys.settrace(lambda *_: None)\nsys.exit(pytest.main(sys.argv[1:]))\n"
    )
    _, _, _, *args = command(tmp_path / "store", "--benchmark-only", "-k", "no_op")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "traced.py"), *args],
        cwd=ROOT,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stdout
    assert "a tracer, profiler or debugger is active (__main__), which slows the plain loop and not the" in done.stdout


def test_a_session_is_ended_in_the_plain_loop_as_anywhere(tmp_path):
    """SIGTERM is no fault of the task's."""
    asked = ("--workload", "pricing:hanging", "--task-args", "pricing:SIZES", GRID)
    running = subprocess.Popen(
        command(tmp_path, *FEW, *OWN, *asked),
        cwd=ROOT,
        env=environment() | {"REACHED": str(tmp_path / "hanging")},
        stdout=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120  # only ends a hang
    while not (tmp_path / "hanging").exists():
        assert time.monotonic() < end, "the plain loop was never reached"
        time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    output, _ = running.communicate(timeout=300)
    assert running.returncode == 128 + signal.SIGTERM, output
    assert "TaskFailed" not in output


def test_a_folder_that_would_hide_joblib_is_refused(tmp_path):
    """Another joblib would be measured, or none."""
    (tmp_path / "joblib.py").touch()
    done = session(tmp_path / "store", *FEW, "--workload-path", str(tmp_path), "--workload", "hashing", GRID)
    assert done.exit_code == 4
    assert "it contains joblib, which would hide the installed one" in done.output


def test_as_under_tox_a_folder_s_name_is_no_path_of_tests(tmp_path):
    """pytest takes the value of an option that it does not know yet for a path, and its root from there."""
    (tmp_path / "job.py").write_text("ALL = [1, 2]\n\n\ndef work(n):\n    return n\n")
    options = ("--workload-path", str(tmp_path), "--workload", "job:work", "--task-args", "job:ALL", "-k", "n2-b4")
    done = session(tmp_path / "store", "-c", "pytest.ini", *FEW, *options)
    assert done.exit_code == 0, done.output


def test_a_line_of_csv_may_have_line_breaks(tmp_path):
    """Inside quotes."""
    (tmp_path / "texts.csv").write_text('size\n"ab\ncd"\n')
    done = own(tmp_path / "store", "returned", str(tmp_path / "texts.csv"), "--backends", "sequential")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workload", "pricing:price"), "needs --task-args MODULE:NAME, FILE.json or FILE.csv"),
        (("--workload", "pricing:nothing", "--task-args", "pricing:SIZES"), "there is no nothing in pricing ("),
        (("--workload", "absent:price", "--task-args", "pricing:SIZES"), "No module named 'absent'; give its folder"),
        (("--workload", "benchmarks.mine:f", "--task-args", "pricing:SIZES"), "own package has that name"),
        (("--workload", "breaking:f", "--task-args", "pricing:SIZES"), "importing it raised ZeroDivisionError"),
        (("--workload", "pricing:SIZES", "--task-args", "pricing:SIZES"), "a value of type list; expected a function"),
        (
            ("--workload", "no name", "--task-args", "pricing:SIZES"),
            "expected MODULE:NAME or one of summation, hashing",
        ),
        (("--workload", "pricing:price", "--task-args", "pricing:EMPTY"), "empty; expected an argument for each task"),
        (("--workload", "pricing:price", "--task-args", "pricing:NOT_ALIKE"), "give all tasks the same"),
        (
            ("--workload", "pricing:price", "--task-args", "pricing:NO_LIST"),
            "a value of type int; expected a list of arguments",
        ),
        (("--workload", "pricing:price", "--task-args", "pricing:broken"), "raised OSError: the file is gone"),
        (("--workload", "pricing:price", "--task-args", "gone.json"), "No such file or directory; looked in"),
        (("--workload", "pricing:price", "--task-args", "pricing:SIZES", "--tolerance", "2"), "between 0 and 1"),
        (
            ("--workload", "pricing:price", "--task-args", "pricing:SIZES", "--longest", "9"),
            "applies to the summation only",
        ),
        (("--workload", "hashing", "--task-args", "pricing:SIZES"), "hashing has its own"),
        (("--workload", "hashing", "--profile", "notebook"), "the profile notebook measures the summation"),
        (("--inner-threads", "1,2"), "--inner-threads: the workload summation computes in no threads of a numeric"),
        (("--inner-threads", "2", "--workload", "hashing"), "hashing computes in no threads of a numeric library"),
        (
            ("--inner-threads", "2", "--workload", "pricing:price", "--task-args", "pricing:SIZES"),
            "--inner-threads: nothing to vary, because in the plain loop it computed in no threads of a library",
        ),
        (("--task-args", "pricing:SIZES"), "needs --workload MODULE:FUNCTION"),
        (("--workload", "pricing:price", "--task-args", "pricing:leaving"), "raised SystemExit: 9"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(refused, tmp_path, options, said):
    """One line, exit code 4."""
    done = refused(tmp_path, *FEW, *OWN, *options)
    assert done.exit_code == 4
    (line,) = [line for line in done.output.splitlines() if line.startswith("ERROR")]
    assert said in line


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{}", "a JSON dict; expected a list"),
        ("a.json", "[1,", "Expecting value"),
        ("a.csv", "size\n1,2\n", "line 2 does not have 1 values"),
        ("a.csv", "1,2\n3,4\n", "expected the function's parameters"),
        ("a.csv", "", "empty; expected an argument"),
        ("a.csv", "size,size\n3,4\n", "expected the function's parameters, each once"),
    ],
)
def test_a_file_that_holds_no_arguments(refused, tmp_path, name, text, said):
    """Named, with what was expected."""
    file = tmp_path / name
    file.write_text(text)
    asked = ("--workload", "pricing:price", "--task-args", str(file))
    done = refused(tmp_path / "store", *FEW, *OWN, *asked, GRID)
    assert (done.exit_code, said in done.output) == (4, True), done.output
    assert "Traceback" not in done.output


@full_only("two more processes")
def test_plain_pytest_checks_a_workload_unmeasured(tmp_path):
    """Also side by side."""
    done = session(tmp_path, *OWN, "-n", "2", "--workload", "pricing:price", "--task-args", "pricing:SIZES", GRID)
    assert done.exit_code == 0, done.output
    assert not done.run_files
