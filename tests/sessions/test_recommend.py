"""Probes and recommendations from real sessions, with a cost model on disk."""

import json
import os

import pytest

from benchmarks.advise import probing
from benchmarks.advise.cost_model import read_model
from benchmarks.advise.disturbance import disturbance
from tests.advise.costs import store_costs
from tests.inner_threads import CORES, needs_threads_of_blas
from tests.run_gate import run_verb, started_verb
from tests.run_session import ROOT, environment, session
from tests.soak import full_only, size


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Return a folder with the cost model of this machine, which is probed once; later answers use it.

    Outside of the soak, the probe has half the time, which leaves some pools out.
    """
    folder, progress = tmp_path_factory.mktemp("models"), []
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment()):
            patch.delenv(name)
        probing.probe(folder, progress.append, limit_s=size(40, 80))
    assert progress[0].startswith("measuring ")
    code, out, err = run_verb("recommend", "--task-time", "1us", "--tasks", "20", "--models", str(folder))
    assert (code, err) == (0, "")
    assert "the plain loop" in out.partition("For 20 tasks")[0]
    return folder


def recommend(models, *args):
    """Return (JSON, output) of a recommendation from the stored model."""
    path = models / "advice.json"
    code, out, err = run_verb("recommend", "--models", str(models), "--json", str(path), *args)
    assert code == 0, err
    return json.loads(path.read_text()), out


def test_an_answer_from_a_stored_probe(models):
    """A stored model answers at once; tasks that hold the GIL never go to threads, even by a disturbed probe."""
    found, out = recommend(models, "--task-time", "20ms", "--tasks", "400")
    first = found["ranked"][0]
    assert first["backend"] != "threading"
    assert first["interval_s"][0] < first["time_s"] < first["interval_s"][1]
    assert (found["best"] is None) == (found["certain"] is not None)
    assert out.startswith("Best" if found["best"] else "No best is named")
    assert {"threading"} <= found["break_even_task_s"].keys() <= {"threading", "loky", "multiprocessing"}
    unprobed = {"threading", "loky", "multiprocessing"} - found["break_even_task_s"].keys()
    assert ("Not probed for lack of time" in out) == bool(unprobed)
    assert (found["paste"] or "") in out


def test_the_probe_says_how_well_it_fits(models):
    """The stored model has two held-out cases per pool, and constants in a plausible order."""
    (path,) = [path for path in models.glob("*.json") if path.name != "advice.json"]
    model = json.loads(path.read_text())
    pools = model["costs"]["pools"]
    assert 0 < len(model["checks"]) <= 2 * len(pools)
    # On a busy machine, there may be no time for the last ones.
    assert {"threading"} <= {pool["backend"] for pool in pools} <= {"threading", "loky", "multiprocessing"}
    assert all(pool["memory_bytes"] > 20e6 for pool in pools if pool["backend"] == "loky")
    by_name = {(pool["backend"], pool["n_jobs"]): pool["middle"] for pool in pools}
    if disturbance(read_model(path)) is not None or ("loky", 2) not in by_name:
        return
    # Work that holds the GIL takes longer in two threads than in two processes, and threads start sooner.
    assert by_name["threading", 2]["held"] > by_name["loky", 2]["held"]
    assert by_name["threading", 2]["start"] < by_name["loky", 2]["start"]


def test_a_page(models, tmp_path):
    """The page has both charts and needs no network."""
    path = tmp_path / "advice.html"
    _, out = recommend(models, "--task-time", "2ms", "--tasks", "1000", "-o", str(path))
    assert out.endswith(f"The page is {path}.\n")
    text = path.read_text()
    assert "Where a pool pays off, with 1,000 even tasks" in text
    assert "Time by part" in text
    assert "http:" not in text.replace("http://www.w3.org", "")


@full_only("another function")
def test_tasks_that_are_measured(models):
    """Tasks that sleep are recognized: several workers wait at the same time."""
    found, out = recommend(models, "--workload", "sleeping")
    assert found["profile"]["waits"] > 0.5
    assert found["ranked"][0]["n_jobs"] > 1
    assert found["disturbed"] or "may pay off" in out
    assert found["disturbed"] or found["tried"][0]["name"] == found["ranked"][0]["name"]
    assert found["profile"]["tasks"] == 100
    assert found["profile"]["task_s"] == pytest.approx(1.1e-3, rel=0.3)
    assert found["profile"]["lengths"] == 100
    assert "with the lengths that were measured" in out


@full_only("another function")
def test_uneven_tasks_that_are_measured(models):
    """The length of each task is measured."""
    found, _ = recommend(models, "--workload", "uneven")
    assert found["profile"]["releases_gil"] < 0.5
    assert found["profile"]["waits"] < 0.3
    assert found["profile"]["lengths"] == 400


def test_very_short_tasks_are_answered_within_seconds(models, tmp_path):
    """20,000 tasks of less than a microsecond belong into the plain loop, and measuring them is quick."""
    (tmp_path / "tiny.py").write_text("def negative(n):\n    return -n\n\n\nNUMBERS = list(range(20_000))\n")
    args = ("--workload-path", str(tmp_path), "--workload", "tiny:negative", "--task-args", "tiny:NUMBERS")
    found, _ = recommend(models, *args)
    assert found["ranked"][0]["backend"] == "loop"
    assert found["profile"]["task_s"] < 1e-5


def test_ones_own_function(models):
    """A function from a folder that is not installed is measured; a missing one is named."""
    own = ROOT / "tests" / "own"
    args = ("--workload-path", str(own), "--workload", "pricing:price", "--task-args", "pricing:ORDERS")
    found, _ = recommend(models, *args)
    assert found["profile"]["payload_bytes"] > 0
    code, _, err = run_verb("recommend", "--models", str(models), *args[:2], "--workload", "pricing:no_such", *args[4:])
    assert code == 2
    assert "no_such" in err


def test_a_function_that_fails_is_named_with_its_reason(models, tmp_path):
    """A task that raises is named with its argument; backends that can't run the tasks are left out."""
    (tmp_path / "mine.py").write_text(
        "import threading\n"
        "def raises(n):\n    raise KeyError('no price')\n"
        "def waits_for(lock):\n    return sum(range(20_000))\n"
        "NUMBERS = list(range(10))\n"
        "LOCKS = [threading.Lock() for _ in range(50)]\n"
    )
    path = ("--workload-path", str(tmp_path))
    asked = ("--models", str(tmp_path / "empty"), *path, "--workload", "mine:raises", "--task-args", "mine:NUMBERS")
    code, _, err = run_verb("recommend", *asked)
    assert code == 2
    assert "probing" not in err
    assert "the task raised KeyError: 'no price' in the plain loop, for argument 0 of 10" in err
    found, out = recommend(models, *path, "--workload", "mine:waits_for", "--task-args", "mine:LOCKS")
    assert {one["backend"] for one in found["ranked"]} == {"loop", "threading"}
    assert "loky, multiprocessing" in out


def test_a_model_of_another_joblib_is_measured_again(models):
    """The reason is printed before the probe; if the probe is ended early, the old model stays."""
    (path,) = [path for path in models.glob("*.json") if path.name != "advice.json"]
    before = path.read_text()
    try:
        path.write_text(before.replace('"joblib": "', '"joblib": "0.'))
        verb = started_verb("recommend", "--task-time", "1ms", "--tasks", "10", "--models", str(models))
        first = verb.stderr.readline()  # the reason, before anything is measured
        verb.terminate()
        _, rest = verb.communicate(timeout=300)
        err = first + rest
        assert "probing this machine for at most 80 s: the probe is out of date: joblib was 0." in err
        assert verb.returncode == 128 + 15
        assert path.read_text() != before
    finally:
        path.write_text(before)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), "expected --task-time TIME and --tasks N, or --workload NAME"),
        (("--task-time", "2ms"), "expected --task-time TIME and --tasks N"),
        (("--task-time", "2", "--tasks", "5"), "--task-time: '2'; expected a time above 0, such as 20ms"),
        (("--task-time", "2ms", "--tasks", "0"), "--tasks: '0'; expected a whole number from 1"),
        (("--task-time", "2ms", "--tasks", "many"), "--tasks: 'many'; expected a whole number"),
        (("--task-time", "2ms", "--tasks", "5", "--uneven", "often"), "--uneven: 'often'; expected longest over"),
        (("--task-time", "2ms", "--tasks", "5", "--payload", "big"), "--payload: 'big'; expected a size above 0"),
        (("--task-time", "2ms", "--tasks", "5", "--waits", "120%"), "--waits 120%: expected at most 100%"),
        (("--task-time", "2ms", "--tasks", "5", "--result", "big"), "--result: 'big'; expected a size above 0"),
        (("--task-time", "2ms", "--tasks", "5", "--max-memory", "8"), "--max-memory: '8'; expected a size above 0"),
        (("--workload", "sleeping", "--result", "5MB"), "--result and --workload: --workload measures the tasks"),
        (("--workload", ""), "--workload '': expected a built-in workload"),
        (("--workload", "summation"), "--workload 'summation': expected a built-in workload"),
        (("--workload", "sleeping", "--tasks", "5"), "--tasks and --workload: --workload measures the tasks"),
        (("--task-time", "2ms", "--tasks", "5", "--task-args", "m:A"), "need --workload"),
        (("--task-time", "2ms", "--tasks", "5", "--models", "/dev/null/x"), "--models"),
        (("--task-time", "2ms", "--tasks", "5", "--models", ""), "--models"),
        (("--task-time", "2ms", "--tasks", "5", "--json", "/no/such/x"), "--json /no/such/x: can't be written"),
        (("--task-time", "2ms", "--tasks", "5", "-o", "/no/such/x"), "--output /no/such/x: can't be written"),
    ],
)
def test_questions_that_make_no_sense(args, expected):
    """An invalid question is one line on stderr and exit code 2, before anything is measured."""
    code, out, err = run_verb("recommend", *args)
    assert (code, out) == (2, "")
    assert expected in err
    assert err.count("\n") == 1


@full_only("a session and a listing")
def test_a_probe_is_a_profile_of_its_own(tmp_path):
    """The cases of the probe are measured with --profile probe only, and one of each pool has its resources."""
    few = ("--backends", "threading", "-k", "n2-held or n2-empty")
    done = session(tmp_path, "--profile", "probe", "--resources", "--rounds", "1", *few)
    assert done.exit_code == 0, done.output
    assert ["resources" in bench["extra_info"] for bench in done.run["benchmarks"]].count(True) == 1
    listed = session(tmp_path / "h", "--collect-only", "-q")
    assert "test_summation.py::" in listed.output
    assert "test_probe.py::" not in listed.output
    assert "test_tasks.py::" not in listed.output


def test_a_session_without_time_for_all_tasks_measures_fewer(tmp_path):
    """The run file says for how many they stand."""
    (tmp_path / "slow.py").write_text("import time\n\ndef wait(n):\n    time.sleep(0.02)\n\nTASKS = list(range(32))\n")
    asked = (f"--workload-path={tmp_path}", "--workload=slow:wait", "--task-args=slow:TASKS")
    probing = ("--benchmark-only", "--profile=probe", "--within=1", "--rounds=1", "-k", "test_loop")
    done = session(tmp_path / "history", *probing, *asked)
    assert done.exit_code == 0, done.output
    facts = done.run["benchmarks"][0]["extra_info"]
    assert 4 <= facts["tasks"] <= 16
    assert len(facts["lengths_s"]) == facts["tasks"]
    assert facts["stands_for"]["tasks"] == len(facts["stands_for"]["lengths_s"]) == 32


def test_resources_in_a_session(tmp_path):
    """--resources adds one untimed call to each case, and the summary names the peak memory."""
    args = ("--resources", "--backends", "loky,threading", "--n-jobs", "2", "--batch-sizes", "10")
    done = session(tmp_path, *args, "--tasks", "200", "--rounds", "3", "benchmarks/suite/test_summation.py")
    assert done.exit_code == 0, done.output
    assert "Peak memory (PSS of all processes): " in done.output
    for bench in done.run["benchmarks"]:
        used = bench["extra_info"]["resources"]
        assert len(bench["stats"]["data"]) == len(bench["extra_info"]["batches"]) == 3
        assert used["peak_pss_bytes"] >= used["start_pss_bytes"] > 10e6
        assert ("to_workers_bytes" in used) == (bench["params"]["backend"] in ("loky", "futures-processes"))


def test_without_being_asked_nothing_is_sampled(tmp_path):
    """Without --resources, a run file has none."""
    done = session(tmp_path, "--benchmark-only", "--tasks", "100", "--rounds", "1", "-k", "threading-n2-b10")
    assert done.exit_code == 0, done.output
    assert not [bench for bench in done.run["benchmarks"] if "resources" in bench["extra_info"]]


OWN_FOLDER = ("--workload-path", str(ROOT / "tests" / "own"))


@full_only("measures every number of inner threads")
@needs_threads_of_blas
def test_threads_of_a_numeric_library_are_measured(tmp_path):
    """The answer is n_jobs x inner threads, and says how to have them."""
    store_costs(tmp_path)
    asked = ("--workload", "pricing:multiplying", "--task-args", "pricing:SEEDS")
    found, out = recommend(tmp_path, *OWN_FOLDER, *asked)
    counts = [count for count, _ in found["profile"]["inner_threads"]]
    assert counts[0] == 1
    assert CORES in counts
    assert found["profile"]["libraries"] == [["openblas", CORES]]
    assert {each["inner_threads"] for each in found["ranked"]} == set(counts)
    assert "The tasks compute in threads of a numeric library" in " ".join(out.split())


@full_only("measures pools within pools")
def test_tasks_that_start_workers_are_measured_at_both_levels(tmp_path):
    """The cost model knows nothing of them: no configuration of it is recommended, and the machine is not probed."""
    asked = ("--workload", "nesting:in_loky", "--task-args", "nesting:FEW")
    found, out = recommend(tmp_path, *OWN_FOLDER, *asked)
    assert {pool["backend"] for pool in found["pools"]} == {"threading", "loky"}
    assert found["own_workers"] > 0
    assert out.startswith(("Best: n_jobs ", "Undecided: the plain loop, whose tasks start their own workers, takes "))
    assert "For 3 tasks that start workers themselves" in out
    assert (found["best"] is None) == out.startswith("Undecided")
    assert [path.name for path in tmp_path.iterdir()] == ["advice.json"]
