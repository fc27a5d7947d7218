"""The verbs as a user calls them: what they print, what they change, and their exit codes."""

import csv
import io
import json
import math
import os
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import VERBS, main
from benchmarks.history.marks import read_marks
from tests.documents import document, entry, stored, write

NAMES = ("loky-n2-b10", "loky-n2-b100", "threading-n2-b10")


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch):
    """CI refuses dirty runs; these tests say where they want that."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def call(tmp_path, capsys):
    """Calls a verb on the history under `h`: (exit code, stdout, stderr)."""

    def verb(*args):
        try:
            code = main([args[0], "--history", str(tmp_path / "h"), *args[1:]])
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return verb


def noise(number, place):
    """A reproducible error of some percent, independent from run to run."""
    return math.exp(0.02 * math.sin(12.9898 * (number + 1) * (place + 3)))


def run(number, slow=None, names=NAMES, day=None, **ours):
    """A run with a little noise; `slow` multiplies cases' times."""
    entries = [
        entry(name, [0.010 * noise(number, place) * (slow or {}).get(name, 1.0) * step for step in (1.0, 1.01, 0.99)])
        for place, name in enumerate(names)
    ]
    return document(*entries, day=number if day is None else day, **ours)


def test_two_runs_say_nothing_without_a_past(tmp_path, call):
    """Exit code 3; the output says what helps, and names the gate's command with both versions."""
    stored(tmp_path / "h", run(1), run(2, versions={"joblib": "1.7.0"}, slow={"loky-n2-b10": 3.0}))
    code, out, _ = call("compare", "1", "2")
    assert code == 3
    assert out.startswith("INCONCLUSIVE: 3 of 3 cases could not be judged to 5 %\nbase 0001 run1\nhead 0002 run2\n")
    assert "against 99 or more comparable stored sessions" in " ".join(out.split())
    assert "--base joblib==1.6.0 --head joblib==1.7.0" in " ".join(out.split())
    assert [call("compare", "1", "2", "--inconclusive", what)[0] for what in ("pass", "fail")] == [0, 1]


def test_sessions_of_both_sides_see_a_slow_case(tmp_path, call):
    """Eight a side, on different days: the slow case is named, the others pass, and the exit code is 1."""
    slow = {"loky-n2-b100": 1.3}
    stored(tmp_path / "h", *(run(n) for n in range(8)), *(run(n, slow) for n in range(8, 16)))
    code, out, err = call("compare", "1..8", "9..16")
    assert code == 1
    assert out.startswith("FAIL: 1 REGRESSION; ")
    rows = [line.split() for line in out.splitlines() if line.startswith("test_summation")]
    assert rows[0][0] == "test_summation[loky-n2-b100]"
    assert rows[0][-1] == "REGRESSION"
    assert {row[-1] for row in rows[1:]} == {"~"}
    assert err == ""  # runs that were named are not marked
    assert call("compare", "9..16", "1..8")[0] == 0  # an improvement


def test_runs_of_one_evening_count_as_one_session(tmp_path, call):
    """Seven in a row share a mood; the output says so."""
    stored(tmp_path / "h", *(run(n, day=n / 500) for n in range(14)))
    code, out, _ = call("compare", "1..7", "8..14")
    assert code == 3
    assert "7 against 7 runs count as 1 against 1 sessions" in " ".join(out.split())
    code, out, _ = call("compare", "1,3,5,7,9,11,13", "2,4,6,8,10,12,14")
    assert "7/7" in out


@pytest.mark.parametrize(
    ("change", "field", "shown"),
    [
        ({"machine": {"usable_cores": 4}}, "usable_cores", "usable_cores: 2 against 4"),
        ({"machine": {"cpu_model": "Xeon"}}, "cpu_model", "cpu_model: EPYC against Xeon"),
        ({"machine": {"python": "3.12.1"}}, "python", "python: CPython-3.11.7 against CPython-3.12.1"),
        ({"machine": {"free_threading": True}}, "free_threading", "free_threading: False against True"),
        ({"machine": {"system": "Darwin"}}, "system", "system: Linux against Darwin"),
        ({"profile": "standard"}, "profile", "profile: quick against standard"),
        ({"suite_version": 2}, "suite_version", "suite_version: 1 against 2"),
    ],
)
def test_what_may_not_differ(tmp_path, call, change, field, shown):
    """Named with both values; `--force FIELD` goes on and says so."""
    stored(tmp_path / "h", run(1), run(2, **change))
    code, out, _ = call("compare", "1", "2")
    assert code == 3
    assert out.startswith("NOTHING COMPARABLE\n")
    assert shown in out
    assert [call("compare", "1", "2", "--inconclusive", what)[0] for what in ("pass", "fail")] == [3, 1]
    code, out, _ = call("compare", "1", "2", "--force", field)
    assert "INCONCLUSIVE: 3 of 3" in out
    assert f"forced: {shown}" in out


def test_a_case_that_does_other_work_is_incomparable(tmp_path, call):
    """By itself; the others are compared."""
    other = run(2)
    other["benchmarks"][0]["extra_info"]["tasks"] = 999
    stored(tmp_path / "h", run(1), other)
    code, out, _ = call("compare", "1", "2")
    assert "test_summation[loky-n2-b10]: tasks: warm call, 100, 100 against warm call, 999, 100" in out
    assert "1 INCOMPARABLE, 2 INCONCLUSIVE" in out
    assert "3 INCONCLUSIVE" in call("compare", "1", "2", "--force", "tasks")[1]
    assert code == 3


def test_missing_renamed_and_new_cases_are_named(tmp_path, call):
    """A missing case fails."""
    renamed = run(2, names=("loky-n2-b10", "loky-n2-b100"))
    for key in ("name", "fullname"):
        renamed["benchmarks"][1][key] = renamed["benchmarks"][1][key].replace("test_summation", "test_sums")
    stored(tmp_path / "h", run(1), renamed)
    code, out, _ = call("compare", "1", "2")
    assert code == 1
    assert out.startswith("FAIL: 2 MISSING")
    assert "test_summation[loky-n2-b100]: renamed to test_sums[loky-n2-b100]?" in out
    assert "test_summation[threading-n2-b10]: head has no such case" in out
    assert "NEW" in out


def test_a_subset_run_answers_for_its_own_cases_when_it_is_named(tmp_path, call):
    """As `latest` it does not."""
    subset = run(2, names=NAMES[:1], selection={"-k": "loky-n2-b10"})
    stored(tmp_path / "h", run(1), subset)
    assert "MISSING" not in call("compare", "1", "2")[1]
    assert call("compare", "1", "2")[0] == 3
    assert call("compare", "1", "latest")[0] == 1


@pytest.mark.parametrize(
    ("why", "verdict"),
    [("WrongResult: index 3 is 4, expected 5", "BROKEN"), ("CaseTimeout: cut off after 3 s", "MISSING")],
)
def test_a_case_that_failed_in_head_fails(tmp_path, call, why, verdict):
    """A wrong result is BROKEN, whether base has the case or not; anything else leaves it MISSING."""
    fullname = entry("threading-n2-b10")["fullname"]
    stored(
        tmp_path / "h",
        run(1),
        run(2, names=NAMES[:2], failed={fullname: why}, state="partial"),
        run(3, names=NAMES[:2]),
    )
    code, out, _ = call("compare", "1", "2")
    assert code == 1
    assert out.startswith(f"FAIL: 1 {verdict}")
    assert f"test_summation[threading-n2-b10]: {why}" in out
    assert call("compare", "3", "2")[1].startswith(f"FAIL: 1 {verdict}")


def test_a_partial_run_is_no_baseline(tmp_path, call):
    """Unless the user says so; as a head it is compared."""
    stored(tmp_path / "h", run(1, state="partial"), run(2))
    code, _, err = call("compare", "1", "2")
    assert code == 2
    assert "error: 0001 run1 can't be a baseline: it is partial" in err
    code, out, _ = call("compare", "1", "2", "--allow-partial")
    assert code == 3
    assert "base 0001 run1 is partial" in out


def test_a_dirty_tree_is_a_warning_and_in_ci_a_refusal(tmp_path, call, monkeypatch):
    """What was measured can't be found again."""
    stored(tmp_path / "h", run(1, dirty=True), run(2))
    assert "base 0001 run1 was measured on a dirty working tree" in call("compare", "1", "2")[1]
    monkeypatch.setenv("CI", "true")
    code, _, err = call("compare", "1", "2")
    assert code == 2
    assert "dirty working tree, which CI refuses" in err


def test_a_rejected_run_is_no_default_baseline(tmp_path, call):
    """The run that failed as the newest is passed over by the next one's latest~1; named, it is taken."""
    stored(tmp_path / "h", run(1), run(2, names=NAMES[:1]))
    code, _, err = call("compare", "latest~1")
    assert code == 1
    assert "0002 run2 is marked rejected" in err
    stored(tmp_path / "h", run(3))
    code, out, _ = call("compare", "latest~1")
    assert code == 3
    assert "base 0001 run1\n" in out
    assert "0002 run2 may not be a baseline; 0001 run1, the newest before it that may, is" in out
    assert "base 0002 run2 was rejected" in call("compare", "2", "3")[1]
    assert call("baseline", "set", "2", "--name", "main")[0] == 0
    assert read_marks_of(tmp_path).rejected == {}


def read_marks_of(tmp_path):
    """The marks of the history under `h`."""
    from benchmarks.history.store import Store

    return read_marks(Store(tmp_path / "h"))


def test_limits_and_ceilings(tmp_path, call):
    """A ceiling that is certainly broken fails; a loose limit lets a known slowdown pass."""
    stored(tmp_path / "h", *(run(n) for n in range(8)), *(run(n, {"loky-n2-b10": 1.3}) for n in range(8, 16)))
    limits = tmp_path / "limits.toml"
    write(limits, '[[limit]]\nmatch = "*-b10"\nmax_slowdown = "50%"\n')
    assert call("compare", "1..8", "9..16", "--limits", str(limits))[0] == 0
    write(limits, '[[limit]]\nmatch = "threading-*"\nmax_time = "9ms"\n')
    code, out, _ = call("compare", "1..8", "9..16", "--limits", str(limits), "-k", "threading")
    assert code == 1
    assert "test_summation[threading-n2-b10]: takes at least 0.00" in out
    assert "OVER_LIMIT" in out
    write(limits, '[[limit]]\nmatch = "threading-*"\nmax_time = "10ms"\n')
    assert call("compare", "1..8", "9..16", "--limits", str(limits), "-k", "threading")[0] == 0
    write(limits, '[[limit]]\nmatch = "lokky-*"\nmax_time = "10ms"\n')
    code, _, err = call("compare", "1..8", "9..16", "--limits", str(limits))
    assert code == 2
    assert "the pattern 'lokky-*' matches none of 3 cases" in err


def test_one_run_a_side_beside_99_sessions(tmp_path, call):
    """The recorded past says what is usual: three times slower is not."""
    stored(tmp_path / "h", *(run(n) for n in range(101)), run(101, {"loky-n2-b10": 3.0}))
    code, out, err = call("compare", "latest~1", "latest")
    assert code == 1
    assert out.startswith("FAIL: 1 REGRESSION")
    assert "marked rejected" in err
    assert call("compare", "50", "60")[0] == 0


def test_every_format_goes_where_it_is_told(tmp_path, call):
    """Files by name; `-` is standard output, instead of the text."""
    stored(tmp_path / "h", run(1), run(2))
    names = {form: tmp_path / f"out.{form}" for form in ("json", "markdown", "junit", "csv")}
    code, out, _ = call(
        "compare", "1", "2", *(part for form, path in names.items() for part in (f"--{form}", str(path)))
    )
    assert code == 3
    assert out.startswith("INCONCLUSIVE")
    assert json.loads(names["json"].read_text())["undecided"] is True
    assert names["markdown"].read_text().startswith("### INCONCLUSIVE")
    assert ElementTree.parse(names["junit"]).find("testsuite").get("skipped") == "3"  # noqa: S314 - our own file
    assert len(list(csv.reader(names["csv"].open()))) == 4
    code, out, _ = call("compare", "1", "2", "--csv", "-")
    assert len(list(csv.reader(io.StringIO(out)))) == 4
    code, _, err = call("compare", "1", "2", "--csv", str(tmp_path / "no" / "folder"))
    assert code == 2
    assert err.endswith("expected a file in a folder that exists\n")


def test_files_of_other_origin(tmp_path, call):
    """Two files that are in no store."""
    stored(tmp_path / "h")
    (tmp_path / "h").mkdir()
    one, two = (write(tmp_path / f"{name}.json", run(number)) for number, name in enumerate("ab"))
    code, out, _ = call("compare", str(one), str(two))
    assert code == 3
    assert f"base {one}\nhead {two}\n" in out


def test_runs(tmp_path, call):
    """What is stored, newest last."""
    stored(tmp_path / "h", run(1), run(2, state="partial"), run(3, dirty=True))
    assert call("baseline", "set", "1")[1] == "baseline main is 0001 run1\n"
    code, out, _ = call("runs")
    assert code == 0
    titles, first = (" ".join(line.split()) for line in out.splitlines()[:2])
    assert titles == "no. name when (UTC) commit machine joblib Python profile cases state"
    assert first == "0001 run1 2026-01-02 00:00 aaaaaaaa 2 x EPYC 1.6.0 3.11.7 quick 3/3 baseline:main"
    assert [line.split()[-1] for line in out.splitlines()[2:]] == ["partial", "dirty"]
    listed = json.loads(call("runs", "--json", "-")[1])
    assert [one["state"] for one in listed["runs"]] == ["complete", "partial", "complete"]
    assert call("runs", "--last", "1")[1].endswith("2 older runs are not shown: --last 3\n")


def test_an_empty_history(tmp_path, call):
    """Says how to fill it."""
    assert call("runs")[0] == 2
    (tmp_path / "h").mkdir()
    code, out, _ = call("runs")
    assert code == 0
    assert "no runs in" in out
    assert "the history is empty" in call("compare", "latest")[2]


def test_trend(tmp_path, call):
    """Over comparable runs, with what changed; others are counted."""
    stored(
        tmp_path / "h",
        *(run(n) for n in range(3)),
        run(3, versions={"joblib": "1.7.0"}),
        run(4, machine={"python": "3.12.1"}),
        run(5, {"loky-n2-b10": 2.0}),
    )
    code, out, _ = call("trend", "loky-n2-b10")
    assert code == 0
    assert out.startswith("test_summation[loky-n2-b10] over 5 runs, 0001 2026-01-01 to 0006 2026-01-06\n")
    assert "+---^^" in out
    assert "^ 0004 2026-01-04: joblib 1.6.0 to 1.7.0" in out
    assert "1 more runs have the case on another machine" in out
    assert "over 6 runs" in call("trend", "loky-n2-b10", "--force", "python")[1]
    points = json.loads(call("trend", "loky-n2-b10", "--json", "-")[1])["points"]
    assert [point["number"] for point in points] == [1, 2, 3, 4, 6]
    assert points[-1]["center_s"] == pytest.approx(0.02, rel=0.1)
    code, _, err = call("trend", "loky")
    assert code == 2
    assert "'loky' fits 2 cases" in err
    assert "no run has a case called 'x'" in call("trend", "x")[2]


def test_check_puts_broken_files_aside(tmp_path, call):
    """Never deletes; says why; the others stay."""
    store = stored(tmp_path / "h", *(run(n) for n in range(4)))
    files = [file.path for file in store.files()]
    files[1].write_text("{")
    edited = json.loads(files[2].read_text())
    edited["benchmarks"][0]["stats"]["data"][0] *= 0.5
    files[2].write_text(json.dumps(edited))
    code, out, _ = call("check")
    assert code == 2
    assert "not JSON" in out
    assert "stats.mean is not the mean of stats.data; was it edited?" in out
    assert [file.number for file in store.files()] == [1, 4]
    assert sorted(path.name for path in store.own("quarantine").glob("*/*")) == ["0002_run2.json", "0003_run3.json"]
    code, out, _ = call("check")
    assert (code, out) == (0, "2 runs are whole, 0 broken files were put aside; the index was made anew\n")


def test_a_broken_file_is_said_wherever_it_would_count(tmp_path, call):
    """`latest` is not quietly another run."""
    store = stored(tmp_path / "h", *(run(n) for n in range(3)))
    store.files()[2].path.write_text("{")
    for args in (["compare", "1"], ["compare", "1", "3"], ["compare", "latest", "1"]):
        code, _, err = call(*args)
        assert code == 2
        assert "0003_run3.json: not JSON" in err
    for args in (["runs"], ["trend", "loky-n2-b10"]):
        code, _, err = call(*args)
        assert code == 2
        assert "`check` puts broken files aside" in err
    assert call("compare", "1", "2")[0] == 3


def test_prune(tmp_path, call):
    """Only lists, unless told; a pinned baseline stays."""
    store = stored(tmp_path / "h", *(run(n) for n in range(5)), run(5, machine={"python": "3.12.1"}))
    call("baseline", "set", "1")
    code, out, _ = call("prune", "--keep", "2")
    assert code == 0
    assert "0001_run1.json: pinned, stays" in out
    assert out.endswith("would delete 2 runs: add --delete to do it\n")
    assert len(store.files()) == 6
    assert call("prune", "--keep", "2", "--delete")[1].endswith("deleted 2 runs\n")
    assert [file.number for file in store.files()] == [1, 4, 5, 6]
    assert call("prune", "--keep", "0")[0] == 2


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["compare", "1", "1"], "0001_run1.json stands on both sides"),
        (["compare", "1", "2", "--min-effect", "5"], "--min-effect: '5'; expected a percentage"),
        (["compare", "1", "2", "--alpha", "80%"], "--alpha 80%: expected at most 50%"),
        (["compare", "1", "2", "--force", "joblib"], "--force 'joblib': no such field; expected one of cpu_model"),
        (["compare", "1", "2", "--limits", "/nowhere.toml"], "/nowhere.toml: No such file"),
        (["compare", "1", "2", "-k", "nothing"], "-k 'nothing' matches none of 3 cases"),
        (["compare", "1", "2", "--inconclusive", "maybe"], "invalid choice"),
        (["compare"], "BASE"),
        (["nonsense"], "invalid choice"),
        (["baseline", "set", "1", "--name", "../x"], "expected 1 to 100 letters"),
        (["baseline", "set", "1..2"], "expected one run of"),
        (["baseline", "unset", "x"], "no baseline is called 'x'"),
        (["trend", "loky-n2-b10", "--force", "tasks"], "--force 'tasks': no such field"),
        (["runs", "--last", "many"], "invalid int value"),
        (["runs", "--last", "0"], "--last 0: expected at least 1"),
        (["compare", "2..1", "latest"], "2..1: the range ends before it begins"),
        (["compare", "1", "2", "--json", "-", "--csv", "-"], "--csv and --json both write to -"),
        (["compare", "1", "2", "--markdown", ""], "--markdown '': expected a file's name"),
        (["baseline", "set", "1", "--name", "latest"], "no one could refer to it"),
    ],
)
def test_usage(tmp_path, call, args, expected):
    """One clear line, exit code 2."""
    stored(tmp_path / "h", run(1), run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path, call):
    """Nothing is rejected or put aside by a command whose answer is lost."""
    store = stored(tmp_path / "h", run(1), run(2))
    write(store.files()[0].path.with_name("0003_broken.json"), "{")
    assert call("check", "--json", "/nowhere/at/all")[0] == 2
    assert len(store.files()) == 3


def test_a_run_is_itself_however_it_is_named(tmp_path, call):
    """A way round through another folder does not make it a second run."""
    store = stored(tmp_path / "h", run(1), run(2))
    folder = store.files()[0].path.parent
    code, _, err = call("compare", str(folder / ".." / folder.name / store.files()[0].path.name), "1")
    assert code == 2
    assert "0001_run1.json stands on both sides" in err


def test_broken_marks_are_put_aside_by_check(tmp_path, call):
    """Every other verb refuses them; this one is the way out."""
    store = stored(tmp_path / "h", run(1), run(2))
    store.own("marks").mkdir()
    write(store.own("marks", "marks.json"), "[]")
    assert call("runs")[0] == 2
    code, out, _ = call("check")
    assert code == 2
    assert "pin the baselines again" in out
    assert call("runs")[0] == 0


def test_the_state_of_a_run_can_be_read_whatever_it_is_called(tmp_path, call):
    """A long name gives way."""
    store = stored(tmp_path / "h", run(1), run(2))
    first = store.files()[0].path
    first.rename(first.with_name(f"0001_{'long' * 20}.json"))
    call("baseline", "set", "1")
    _, out, _ = call("runs")
    assert "baseline:main" in out
    assert "complete" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("verb", VERBS)
def test_help(call, verb):
    """Each verb explains itself and the exit codes."""
    code, out, _ = call(verb, "--help")
    assert code == 0
    assert "exit codes:" in out
    assert "--history DIR" in out


def test_an_unwritable_history_can_be_read(tmp_path, call):
    """A mounted cache, say; what has to be written says so."""
    stored(tmp_path / "h", run(1), run(2))
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "h").chmod(0o500)
    assert call("runs")[0] == 0
    assert call("baseline", "set", "1")[0] == 2
