"""Whole gates on real joblib releases and on joblibs made slow, wrong or deadly: verdict, exit code, nothing left."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.run_gate import FEW, SAME, gate, processes_of, run_verb, started
from tests.run_session import ROOT
from tests.soak import full_only


@pytest.fixture
def nothing_left(tmp_path):
    """No process of the gate is alive when the test is over."""
    yield
    end = time.monotonic() + 120  # only ends a hang
    while processes_of(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert not processes_of(tmp_path)


@pytest.fixture(scope="module")
def joblib_source(tmp_path_factory, released):
    """A project that installs as joblib 1.6.0, to be changed."""
    import joblib

    if not joblib.__version__.startswith("1.6."):
        pytest.skip("the changes are written for joblib 1.6")
    folder = tmp_path_factory.mktemp("joblib")
    shutil.copytree(
        Path(joblib.__file__).parent, folder / "joblib", ignore=shutil.ignore_patterns("__pycache__", "test")
    )
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "joblib"\nversion = "{joblib.__version__}"\ndependencies = ["cloudpickle", "loky"]\n'
        '[tool.setuptools.packages.find]\ninclude = ["joblib*"]\n'
    )
    return folder


def changed(source, target, old, new):
    """A copy of the joblib project with a piece of `parallel.py` replaced."""
    shutil.copytree(source, target)
    path = target / "joblib" / "parallel.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return target


def wrong(source, folder):
    """A joblib that adds 1 to some results of the plain backend."""
    spoilt = "                res = func(*args, **kwargs)\n                res = res + 1 if res == 1.0 else res"
    return changed(source, folder / "wrong", SEQUENTIAL, spoilt)


def record_in(folder):
    """The option that keeps a gate's record there."""
    return "--record", str(folder / "record")


def sides(base, head, budget="60s"):
    """The options of a gate of two sides."""
    return ("--base", str(base), "--head", str(head), "--budget", budget)


# Where a parallel call begins, and where a sequential one does a task.
PARALLEL = "        output = self._get_outputs(iterator, pre_dispatch)"
SEQUENTIAL = "                res = func(*args, **kwargs)"


@pytest.mark.usefixtures("nothing_left", "released")
def test_a_gate_from_building_to_the_verdict(tmp_path):
    """Two releases that do not differ: no alarm; the record says how it came about, and says it again."""
    record = tmp_path / "record"
    args = ("--base", "joblib==1.5.3", "--head", "joblib==1.6.0", "--budget", "25s", "--record", str(record), *FEW)
    code, out, err = gate(*args, "--json", str(tmp_path / "out.json"))
    assert code in (0, 3), out + err
    assert "REGRESSION" not in out.splitlines()[0]
    told = json.loads((record / "gate.json").read_text())
    assert told["state"] == "done"
    assert [told["sides"][side]["packages"]["joblib"] for side in ("base", "head")] == ["1.5.3", "1.6.0"]
    pairs = [pair for pair in told["pairs"] if not pair["why"]]
    assert len(pairs) >= 2
    assert all(set(order) <= {"b", "h"} and len(order) == 7 for pair in pairs for order in pair["first"].values())
    runs = sorted(path.name.split("_", 1)[1] for path in record.glob("runs/*/*.json"))
    assert {"sizing-1.json", "sizing-2.json", "pair-001-base.json", "pair-001-head.json"} <= set(runs)
    case = next(row for row in json.loads((tmp_path / "out.json").read_text())["cases"] if "[threading]" in row["name"])
    assert case["n_base"] == case["n_head"] == sum(case["fullname"] in pair["cases"] for pair in pairs)
    assert case["base_s"] > 0
    again, same, _ = gate("--recompute", str(record))
    assert (again, same) == (code, out)


@full_only("a measurement of its own")
@pytest.mark.usefixtures("nothing_left", "released")
def test_a_machine_is_measured_against_itself(tmp_path):
    """Every case in every pair for which there is time; what it says is kept, and is not taken for a gate."""
    outputs = ("--record", str(tmp_path / "record"), "--json", str(tmp_path / "out.json"))
    code, out, err = run_verb("calibrate", "--side", "joblib==1.6.0", "--budget", "25s", *outputs, *FEW)
    assert code == 0, err
    found = json.loads((tmp_path / "out.json").read_text())
    pairs = [p for p in json.loads((tmp_path / "record" / "gate.json").read_text())["pairs"] if not p["why"]]
    assert len(found["cases"]) == len(found["sees"]) == 2
    for nodeid, case in found["cases"].items():
        assert case["pairs"] == sum(nodeid in pair["cases"] for pair in pairs) >= len(pairs) - 1
        assert case["noise"] > 0
    assert Path(out.partition("Saved as ")[2].partition(". ")[0]).is_file()
    assert "two_tasks threading" in out
    assert run_verb("calibrate", "--recompute", str(tmp_path / "record"))[:2] == (0, out)
    code, _, err = gate("--recompute", str(tmp_path / "record"))
    assert (code, "measured by `calibrate`" in err) == (2, True)


@full_only("a gate takes a minute; tests/sessions/test_recipe.py has a regression, too")
@pytest.mark.usefixtures("nothing_left")
def test_a_slow_head_is_a_regression(tmp_path, joblib_source):
    """Every call of head takes half as long again, in every backend."""
    slow = changed(
        joblib_source,
        tmp_path / "slow",
        PARALLEL,
        f"        time.sleep(6e-3)\n{PARALLEL}",
    )
    few = ("-k", "test_two_tasks and threading", "--seed", "2")
    code, out, err = gate(*sides("joblib==1.6.0", slow, "150s"), "--record", str(tmp_path / "record"), *few)
    assert code == 1, out + err
    assert out.startswith("FAIL: 1 REGRESSION")


@pytest.mark.usefixtures("nothing_left")
def test_a_wrong_head_is_broken(tmp_path, joblib_source):
    """A result that is wrong now and then never becomes a time."""
    code, out, err = gate(*sides("joblib==1.6.0", wrong(joblib_source, tmp_path)), *record_in(tmp_path), *FEW)
    assert code == 1, out + err
    assert "1 BROKEN" in out.splitlines()[0]
    assert "two_tasks sequential: head: " in out


@pytest.mark.usefixtures("nothing_left")
def test_a_wrong_base_is_no_base(tmp_path, joblib_source):
    """Nothing can be compared with it: exit code 2."""
    code, out, err = gate(*sides(wrong(joblib_source, tmp_path), "joblib==1.6.0"), *record_in(tmp_path), *FEW)
    assert (code, out) == (2, "")
    assert "base returns a wrong result" in err


@full_only("a gate takes a minute")
@pytest.mark.usefixtures("nothing_left")
def test_a_head_that_kills_its_process(tmp_path, joblib_source):
    """Noticed at once; the second time in the same case it is the case's fault."""
    deadly = changed(
        joblib_source, tmp_path / "deadly", SEQUENTIAL, "                os.kill(os.getpid(), 9)\n" + SEQUENTIAL
    )
    code, out, err = gate(*sides("joblib==1.6.0", deadly), "--record", str(tmp_path / "record"), *FEW)
    assert code == 1, out + err
    assert "two_tasks sequential: head: killed by SIGKILL" in out


@full_only("waits for the limit of a call, 30 s, twice")
@pytest.mark.usefixtures("nothing_left")
def test_a_head_that_hangs(tmp_path, joblib_source):
    """It is cut off, its case is BROKEN the second time, and base is not held responsible for the wait."""
    hanging = changed(joblib_source, tmp_path / "hangs", SEQUENTIAL, f"                time.sleep(3600)\n{SEQUENTIAL}")
    code, out, err = gate(*sides("joblib==1.6.0", hanging, "150s"), "--record", str(tmp_path / "record"), *FEW)
    assert code == 1, out + err
    assert "two_tasks sequential: head: " in out
    assert "cut off" in out


@full_only("two gates take a minute")
@pytest.mark.usefixtures("nothing_left", "released")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_gate_goes_on(tmp_path, number):
    """Nothing is left behind, and what was measured counts."""
    record = tmp_path / "record"
    with started(*SAME, "--budget", "25s", "--record", str(record), *FEW) as running:
        for line in running.stderr:
            if line.startswith("pair 1"):
                time.sleep(1.5)  # in the middle of the second pair
                running.send_signal(number)
                break
        said = running.stderr.read()
    assert running.returncode == 128 + number, said
    assert "continues it" in said
    assert "Traceback" not in said
    before = json.loads((record / "gate.json").read_text())
    assert before["state"] == "interrupted"
    code, out, err = gate("--resume", str(record))
    assert code in (0, 3), out + err
    after = json.loads((record / "gate.json").read_text())
    assert after["state"] == "done"
    assert len(after["pairs"]) > len(before["pairs"])
    assert after["cases"] == before["cases"]
    after["sides"]["head"]["built"] = "something else"
    (record / "gate.json").write_text(json.dumps(after))
    code, out, err = gate("--resume", str(record), "--budget", "50s")
    assert (code, out) == (2, "")
    assert "head or this suite is no longer what this record measured" in err


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--base", "./nowhere"), "--base './nowhere': neither an existing path nor a requirement"),
        (("--base", "joblib==0.0.99"), "joblib==0.0.99"),
        (("--base", "git:no-such-ref"), "git:no-such-ref: not a commit of"),
        (("--base", "joblib==1.6.0", "--budget", "30m"), "more than 20 minutes"),
        (("--base", "joblib==1.6.0", "--budget", "soon"), "expected a time above 0"),
        (("--base", "joblib==1.6.0", "--alpha", "90%"), "expected at most 50%"),
        (("--recompute", "/nowhere"), "no gate.json"),
        (("--base", ""), "--base '': empty"),
        (("--base", "joblib==1.6.0", "-k", "no_such_case"), "-k matches no case"),
        (("--base", "joblib==1.6.0", "-k", "loky and"), "pytest refuses: Wrong expression passed to '-k': loky and"),
        (("--base", "joblib==1.6.0", "--record", "/proc/self/record"), "--record"),
        (("--base", "joblib==1.6.0", "--python", "/no/python"), "--python"),
        (("--base", "git+file:///nowhere/at/all@main"), "git+file:///nowhere/at/all@main failed"),
    ],
)
@pytest.mark.usefixtures("released")
def test_what_cannot_be_gated(tmp_path, args, expected):
    """One clear message, exit code 2, and never a verdict."""
    record = () if {"--recompute", "--record"} & {*args} else ("--record", str(tmp_path / "record"))
    code, out, err = gate(*args, *record)
    assert (code, out) == (2, "")
    assert expected in err
    assert not (tmp_path / "record" / "gate.json").exists()


def test_nothing_to_compare(tmp_path):
    """A commit against itself is not measured."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git repository")
    code, out, _ = gate("--base", "git:HEAD", "--head", "git:HEAD", "--record", str(tmp_path / "record"))
    assert code == 0
    assert out.startswith("PASS: nothing to compare")
    assert not (tmp_path / "record").exists()
