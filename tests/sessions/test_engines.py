"""Backends that need an engine: a module of the user's, and packages that are not there."""

import importlib.util
import subprocess
import sys

import pytest

from tests.run_session import GRID, ROOT, SMALL, environment, session

MINE = ("--workload-path", str(ROOT / "tests" / "own"), "--backend-module", "backends_of_mine")
FEW = ("--benchmark-only", *SMALL, "--n-jobs=2", "--batch-sizes=10")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Backends of a user's module beside joblib's own: with an engine, without one, with one that can't start."""
    backends = ("--backends", "threading,rented,plain,refusing")
    return session(tmp_path_factory.mktemp("store"), *FEW, *MINE, *backends, "benchmarks/suite", "-k", "n2 or no_op")


def test_a_user_s_backends_go_through_the_grid_and_the_other_cases(measured):
    """Grid, start-up and micro-cases, with their checks."""
    names = {case["name"] for case in measured.run["benchmarks"]}
    assert {f"test_summation[{name}-n2-b10]" for name in ("threading", "rented", "plain")} < names
    assert {"test_cold_start[rented-n2]", "test_whole_block[rented-n2]", "test_no_op[rented]"} < names


def test_an_engine_lives_in_a_process_of_its_own(measured):
    """Its threads are not the session's; the backend that needs no engine runs in the session."""
    rented, plain = (measured.times[f"{name}-n2-b10"] for name in ("rented", "plain"))
    assert rented["extra_info"]["effective_backend"] == "Rented"
    assert rented["extra_info"]["worker_processes"] == 0
    assert rented["options"]["timer"] == "clock"
    assert plain["options"]["timer"] == "perf_counter"
    assert all(0 < seconds < 60 for seconds in rented["stats"]["data"])


def test_an_engine_that_can_t_start_fails_its_cases_only(measured):
    """With what it said."""
    assert measured.exit_code == 1
    said = "EngineTrouble: refusing with 2 workers can't be started: ConnectionRefusedError: the landlord is out"
    assert said in measured.output
    failed = measured.run["joblib_suite"]["cases"]["failed"]
    assert failed
    assert all("refusing" in nodeid for nodeid in failed)


@pytest.mark.parametrize(("engine", "package"), [("dask", "distributed"), ("ray", "ray")])
def test_a_package_that_is_not_installed(tmp_path, engine, package):
    """One line a case says what to install; the rest goes on."""
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed here")
    done = session(tmp_path, *FEW, "--backends", f"{engine},threading", GRID)
    assert done.exit_code == 1
    assert f"NoEngine: {engine} needs the package {package}, which is not installed: pip install" in done.output
    assert "threading-n2-b10" in done.times
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--backends", "dusk"),
            "unknown backend 'dusk'; expected one of sequential, threading, loky, multiprocessing, dask",
        ),
        (("--dask-scheduler", "tcp://127.0.0.1:1"), "--dask-scheduler: dask is not among the backends"),
        (("--ray-address", "auto"), "--ray-address: ray is not among the backends"),
        ((*MINE[:2], "--backend-module", "absent"), "--backend-module 'absent': No module named 'absent'"),
        ((*MINE[:2], "--backend-module", "pricing"), "it has no dictionary BACKENDS of backend names"),
        ((*MINE[:2], "--backend-module", "breaking"), "importing it raised ZeroDivisionError"),
        ((*MINE[:2], "--backend-module", "not a name"), "expected the name of a module"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(refused, tmp_path, options, said):
    """One line, exit code 4."""
    done = refused(tmp_path, *FEW, *options, GRID)
    assert done.exit_code == 4
    (line,) = [line for line in done.output.splitlines() if line.startswith("ERROR")]
    assert said in line


def test_nobody_pays_for_engines_that_are_not_asked_for(tmp_path):
    """Neither dask nor ray is imported by a session without them."""
    code = (
        "import pytest, sys; pytest.main(['-q', '-p', 'no:cacheprovider', '--benchmark-only', '--benchmark-quiet',"
        " '--history=' + sys.argv[1], '--quiet-progress', '--rounds=1', '--tasks=10', '-k', 'loky-n2-b10',"
        f" '{GRID}']); found = {{'dask', 'distributed', 'ray'}} & set(sys.modules); sys.exit(str(found or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "\n"
