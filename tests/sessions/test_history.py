"""Whole sessions and the history: what is saved, what survives the session's death, what may be compared with."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time

import psutil
import pytest

from benchmarks.history.baseline import objections
from benchmarks.history.index import facts
from benchmarks.history.run import read_run
from tests.run_session import GRID, ROOT, SMALL, command, environment, hear_interrupts, session
from tests.soak import full_only, size

FEW = ("--backends", "threading", "--n-jobs", "2", "--batch-sizes", "10,100", *SMALL, GRID)
MEASURE = ("--benchmark-only", *FEW)


def names(store):
    """The saved runs' file names, by number."""
    return [path.name for path in session_files(store)]


def session_files(store):
    """The saved runs, by number."""
    return sorted(store.glob("*/*.json"), key=lambda path: int(path.name.split("_")[0]))


def test_runs_are_saved_by_name_in_the_machine_s_folder(tmp_path):
    """Under numbers; the journal is gone."""
    for name in ("first", "second"):
        done = session(tmp_path, *MEASURE, "--benchmark-save", name)
        assert done.exit_code == 0
        saved = done.run_files[-1]
        assert f"saved as {saved.name}\nin {saved.parent}\n" in done.output
    assert names(tmp_path) == ["0001_first.json", "0002_second.json"]
    assert list((tmp_path / "store/journal").iterdir()) == []
    assert session_files(tmp_path)[0].parent.name == read_run(session_files(tmp_path)[0]).identity.folder


def test_repeat_measures_in_fresh_processes(tmp_path):
    """Two runs, two sessions; neither of them an error."""
    done = session(tmp_path, *MEASURE, "--repeat", "2")
    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if line.startswith("session ")] == [
        f"session {number} of 2" for number in (1, 2)
    ]
    assert len({read_run(path).session for path in session_files(tmp_path)}) == 2


@full_only("four sessions")
def test_repeat_goes_on_after_a_failed_case_and_stops_at_a_bad_option(tmp_path):
    """The worst exit code is the whole's."""
    dropping = ("--benchmark-only", "--backends", "dropping", "--n-jobs", "2", "--batch-sizes", "10", *SMALL, GRID)
    done = session(tmp_path, *dropping, "--repeat", "2", faulty=True)
    assert (done.exit_code, len(done.run_files)) == (1, 2)
    done = session(tmp_path, *MEASURE, "--repeat", "2", "--tasks", "-1")
    assert (done.exit_code, done.output.count("session 2")) == (4, 0)
    assert session(tmp_path, *MEASURE, "--repeat", "none").exit_code == 4


def test_a_killed_session_is_recovered_at_the_next_start(tmp_path):
    """All but the case in flight; and only once."""
    killed = start(tmp_path, "--rounds", "3", "--batch-sizes", "10,100,1000,auto,7,8,9,11,12")
    journal = wait_for_lines(tmp_path, 4)
    killed.kill()
    killed.wait(120)
    finished = journal.read_text().count('{"group"')
    done = session(tmp_path, *MEASURE)
    assert done.exit_code == 0
    assert f"recovered {finished} finished case" in done.output
    recovered = read_run(session_files(tmp_path)[0])
    assert (recovered.state, len(recovered.cases)) == ("partial", finished)
    assert recovered.asked == finished + len(recovered.not_run)
    assert len(session_files(tmp_path)) == 2
    assert "recovered" not in session(tmp_path, *MEASURE).output


def test_runs_recover(tmp_path):
    """The verb does it, too."""
    killed = start(tmp_path, "--batch-sizes", "10,100,1000,auto,7,8,9,11,12")
    wait_for_lines(tmp_path, 3)
    killed.kill()
    killed.wait(120)
    listed = subprocess.run(
        [sys.executable, "-m", "benchmarks", "runs", "--history", tmp_path, "--recover"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0
    assert listed.stdout.startswith("recovered ")
    assert " partial" in listed.stdout


def start(store, *args):
    """A session in the background."""
    return psutil.Popen(
        command(store, "--benchmark-only", "--backends", "threading", "--n-jobs", "2", *SMALL, GRID, *args),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=hear_interrupts,
    )


def wait_for_lines(store, count, seconds=300):
    """The journal, as soon as it has so many finished cases."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in store.glob("store/journal/*.jsonl"):
            if path.read_text().count('{"group"') >= count:
                return path
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {count} finished cases")


def test_ctrl_c_in_the_first_rounds_of_a_case_keeps_the_cases_before(tmp_path):
    """Ctrl-C loses only the case that is being measured; pytest-benchmark alone would lose all of them."""
    long = start(tmp_path, "--batch-sizes", "100", "-k", "loop or threading-n2-b100", "--rounds", "2000")
    wait_for_lines(tmp_path, 1)  # the loop; a call of threads takes 10 ms or more, so the other case goes on
    long.send_signal(signal.SIGINT)
    assert long.wait(300) == 2
    (path,) = session_files(tmp_path)
    run = read_run(path)
    assert [case.param for case in run.cases.values()] == ["loop"]
    assert (run.state, run.asked) == ("partial", 2)
    assert list((tmp_path / "store/journal").iterdir()) == []


def test_compare_with_the_default_baseline(tmp_path):
    """The newest whole run like this one; pytest-benchmark shows both."""
    assert session(tmp_path, *MEASURE, "--benchmark-save", "one").exit_code == 0
    done = session(tmp_path, *MEASURE, "--benchmark-compare")
    assert done.exit_code == 0
    assert "Comparing against benchmarks from: " in done.output
    assert "0001_one.json" in done.output
    assert session(tmp_path, *MEASURE, "--benchmark-compare=1").exit_code == 0


def test_compare_fail_rejects_the_run_without_a_traceback(tmp_path):
    """Exit code 1; the rejected run is not the next one's baseline."""
    assert session(tmp_path, *MEASURE, "--benchmark-save", "base").exit_code == 0
    fast = session_files(tmp_path)[0]
    document = json.loads(fast.read_text())
    for entry in document["benchmarks"]:
        for name in ("min", "max", "mean", "median"):
            entry["stats"][name] /= 1000
        entry["stats"]["data"] = [value / 1000 for value in entry["stats"]["data"]]
    fast.write_text(json.dumps(document))
    failing = ("--benchmark-compare", "--benchmark-compare-fail=min:50%")
    done = session(tmp_path, *MEASURE, *failing, "--benchmark-save", "slow")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "PerformanceRegression" not in done.output
    assert "0002_slow is marked as rejected" in done.output
    again = session(tmp_path, *MEASURE, *failing)
    assert "0001_base.json" in again.output.partition("collected")[0]
    assert again.exit_code == 1


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--benchmark-compare=7",), "ERROR: no run is called '7' (the history is empty)"),
        (
            ("--benchmark-compare", "--benchmark-compare-fail=min:5%"),
            "no baseline: the history has no complete run of",
        ),
        (("--benchmark-compare-fail=min:5%",), "ERROR: --benchmark-compare-fail needs something to compare with"),
        (("--benchmark-save", "../x"), "Must not contain any of these characters"),
        (("--benchmark-save", "a\x1bb"), "expected 1 to 100 letters"),
        (("--benchmark-storage", "elasticsearch+http://x/y"), "use --history DIR"),
        (("--benchmark-storage", "/tmp/other"), "differ; leave the second out"),  # noqa: S108 - never made
        (("--repeat", "0"), "--repeat: '0'; expected a whole number from 1 to 1000"),
    ],
    ids=lambda value: value[0].lstrip("-")[:40] if isinstance(value, tuple) else None,
)
def test_what_cannot_work_is_said_before_anything_is_measured(refused, tmp_path, args, expected):
    """Exit code 4."""
    done = refused(tmp_path, *MEASURE, *args)
    assert done.exit_code == 4
    assert expected in done.output
    assert "Traceback" not in done.output
    assert done.run_files == []
    assert "collected" not in done.output.replace("collected 0 items", "")


def test_a_history_that_is_a_file_is_refused(tmp_path):
    """By name, before anything runs."""
    (tmp_path / "file").write_text("")
    refused = session(tmp_path / "file", *MEASURE)
    assert refused.exit_code == 4
    assert "not a folder; expected a folder, or a name that does not exist yet" in refused.output


def test_benchmark_json_is_written_whole(tmp_path):
    """Beside the saved run, with the same cases."""
    done = session(tmp_path / "h", *MEASURE, "--benchmark-json", str(tmp_path / "out.json"))
    assert done.exit_code == 0
    assert read_run(tmp_path / "out.json").cases.keys() == read_run(done.run_files[0]).cases.keys()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_session_s_choice_of_cases_is_recorded(tmp_path):
    """A subset run is known as one."""
    done = session(tmp_path, *MEASURE, "-k", "b10")
    assert done.run["joblib_suite"]["selection"] == {
        "-k": "b10",
        "--backends": "threading",
        "--n-jobs": "2",
        "--batch-sizes": "10,100",
        "paths": [GRID],
    }


def test_two_sessions_at_once_get_numbers_of_their_own(tmp_path):
    """Both saved, nothing mixed."""
    both = [start(tmp_path, "--batch-sizes", "10") for _ in range(2)]
    assert [one.wait(300) for one in both] == [0, 0]
    assert [int(name.split("_")[0]) for name in names(tmp_path)] == [1, 2]
    assert all(read_run(path).state == "complete" for path in session_files(tmp_path))


def test_two_sessions_at_once_know_of_each_other(tmp_path):
    """Both runs name the other session, both users are told, and neither run is ever a baseline."""
    # Its second case would take minutes; it is ended as soon as the other session is.
    first = start(tmp_path, "--batch-sizes", "100", "-k", "loop or threading-n2-b100", "--rounds", "10000")
    path = wait_for_lines(tmp_path, 1)
    second = session(tmp_path, *MEASURE)
    first.send_signal(signal.SIGINT)
    assert first.wait(300) == 2
    runs = {run.session: run for run in map(read_run, session_files(tmp_path))}
    (later,) = runs.keys() - {path.stem}
    assert runs[later].other_sessions == (path.stem,)
    assert runs[path.stem].other_sessions == (later,)
    assert f"another session ({path.stem[:8]}) is measuring into this store" in second.output
    for run in runs.values():
        why = "another session measured into the same store at the same time: measure again, alone"
        assert why in objections(facts(run), None, allow_partial=True, strict=False)


@full_only("two sessions")
def test_the_commit_and_the_order_of_another_plugin_are_recorded(tmp_path):
    """The commit is the checkout's, wherever pytest was started; a plugin's order of the cases is no choice of ours."""
    plugin = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
    (tmp_path / "reversing_order.py").write_text(
        plugin + "def pytest_configure(config):\n    config.option.randomly_seed = 7\n"
    )
    small = ["--backends", "threading", "--n-jobs", "2", "--batch-sizes", "10,100", *SMALL, str(ROOT / GRID)]
    runs = []
    for more in ((), ("-p", "reversing_order")):
        subprocess.run(
            [*command(tmp_path / "history", "-c", str(ROOT / "pytest.ini"), "--benchmark-only", *small), *more],
            cwd=tmp_path,
            env={**environment(), "PYTHONPATH": f"{tmp_path}:{ROOT}"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        newest = max(session_files(tmp_path / "history"))
        runs.append(json.loads(newest.read_text()))
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    assert [run["commit_info"]["id"] for run in runs] == [commit] * 2
    first, second = ([bench["param"] for bench in run["benchmarks"]] for run in runs)
    assert first == list(reversed(second))
    assert [run["joblib_suite"]["order"] for run in runs] == ["the suite's", "another plugin's"]
    assert runs[1]["joblib_suite"]["seeds"] == {"shuffle": None, "randomly": 7}


@pytest.mark.parametrize(
    ("redirection", "err"),
    [
        ("2>&- >&-", ""),
        *size([], [(">&-", ""), ("| true", "")]),
        (">/dev/full", "error: output: No space left on device; the session goes on, and its run is saved\n"),
    ],
)
def test_output_that_nobody_reads_costs_no_run(tmp_path, redirection, err):
    """A closed stdout, a reader that leaves and a full disk: the session ends as any other, and its run is saved."""
    line = f"{shlex.join(command(tmp_path, *MEASURE))} {redirection}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, err)
    (path,) = session_files(tmp_path)
    assert read_run(path).state == "complete"


@full_only("starts workers slowly")
def test_workers_that_are_spawned(tmp_path, monkeypatch):
    """As on macOS and Windows; the run says so, because starting such a worker takes longer."""
    monkeypatch.setenv("JOBLIB_START_METHOD", "spawn")
    done = session(tmp_path, "--benchmark-only", "--backends", "loky,multiprocessing", "--n-jobs", "2", *SMALL, GRID)
    assert done.exit_code == 0, done.output
    (path,) = session_files(tmp_path)
    assert read_run(path).conditions["start_method"] == "spawn"
    assert all(bench["extra_info"]["worker_processes"] for bench in done.run["benchmarks"] if "-n2" in bench["param"])


@full_only("five sessions")
def test_a_broken_file_is_not_passed_over_in_search_of_a_baseline(tmp_path):
    """An older run in its place would be a comparison nobody asked for."""
    for _ in range(2):
        assert session(tmp_path, *MEASURE).exit_code == 0
    session_files(tmp_path)[1].write_text("{")
    for asked in ("--benchmark-compare", "--benchmark-compare=2"):
        refused = session(tmp_path, *MEASURE, asked)
        assert refused.exit_code == 4
        assert "not JSON" in refused.output
        assert "Traceback" not in refused.output
    assert session(tmp_path, *MEASURE, "--benchmark-compare=1").exit_code == 0


@full_only("two sessions")
def test_json_to_a_link_or_a_pipe(tmp_path):
    """What stands there is written to, never replaced."""
    (tmp_path / "real.json").write_text("")
    (tmp_path / "link").symlink_to("real.json")
    session(tmp_path / "h", *MEASURE, "--benchmark-json", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["benchmarks"]
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        session(tmp_path / "h", *MEASURE, "--benchmark-json", str(tmp_path / "pipe"))
        assert json.loads(reader.stdout.read())["benchmarks"]
    assert not (tmp_path / "pipe").is_file()
