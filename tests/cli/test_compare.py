"""`compare`: what it prints, what it changes, and its exit codes."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from benchmarks.history.marks import read_marks
from benchmarks.history.store import Store
from tests.documents import NAMES, entry, noisy_run, stored, write


def joined(out):
    """Return what was printed without its line breaks."""
    return " ".join(out.split())


def test_two_runs_say_nothing_without_a_past(tmp_path, call):
    """Two runs alone are inconclusive; the output says so, and gives the gate's command on a line of its own."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2, versions={"joblib": "1.7.0"}, slow={"loky-n2-b10": 3.0}))
    code, out, _ = call("compare", "1", "2")
    assert code == 3
    assert out.startswith("INCONCLUSIVE: 3 of 3 cases could not be judged to 5 %\nbase 0001 run1\nhead 0002 run2\n")
    assert "This is not a verdict: runs measured apart can't tell the code from the machine." in joined(out)
    assert "  tox run -e gate -- --base joblib==1.6.0 --head joblib==1.7.0" in out.splitlines()
    assert "a verdict takes 99 or more comparable stored sittings; there are none" in joined(out)
    assert [call("compare", "1", "2", "--inconclusive", what)[0] for what in ("pass", "fail")] == [0, 1]


def test_the_machine_and_the_cases_that_stand_out_come_first(tmp_path, call):
    """Above the table stands how fast the plain loop ran, and which cases changed unlike the others."""
    names = [f"loky-n{jobs}-b{size}" for jobs in (1, 2, 4) for size in (1, 10, 100)]
    base, head = noisy_run(1, names=names), noisy_run(2, dict.fromkeys(names, 2.0) | {names[0]: 4.8}, names=names)
    for run, loop_s in ((base, 0.01), (head, 0.02)):
        for one in run["benchmarks"]:
            one["extra_info"]["loop_s"] = [loop_s, loop_s]
    stored(tmp_path / "h", base, head)
    _, out, _ = call("compare", "1", "2")
    told, _, _ = out.partition("\ncase ")
    assert "The machine changed: it ran the plain loop at 0.50x of the speed there." in joined(told)
    assert re.search(r"1 of 9 cases changed 2\.[345] times as much as the others: loky-n1-b1\.", joined(told))


def test_runs_without_a_case_in_common_are_told_so_in_few_lines(tmp_path, call):
    """A function of one's own against the grid: what is on one side only is counted, and head is not rejected."""
    own, whole = ([f"{task}-n2-b{size}" for size in range(1, 21)] for task in ("loky", "threading"))
    stored(tmp_path / "h", noisy_run(1, names=own), noisy_run(2, names=whole))
    code, out, err = call("compare", "latest~1", "latest")
    assert code == 1
    assert (err, read_marks(Store(tmp_path / "h")).rejected) == ("", {})
    assert "No case is on both sides: base has 20 cases, such as" in joined(out)
    assert "20 cases, such as loky-n2-b1: head has no such case" in joined(out)
    assert len(out.splitlines()) < 40


def test_resources_and_times_do_not_contradict_each_other(tmp_path, call):
    """With resources, too, one number of stored sittings is asked for."""
    resources = {"memory": "pss", "peak_pss_bytes": 10**8, "cpu_s": 0.05}
    runs = [noisy_run(number) for number in (1, 2)]
    for one in (one for run in runs for one in run["benchmarks"]):
        one["extra_info"]["resources"] = resources
    stored(tmp_path / "h", *runs)
    _, out, _ = call("compare", "1", "2")
    assert joined(out).count("comparable stored sittings") == 1
    assert "Measured in fewer than 3 sittings of a side, which is too few for a verdict." in joined(out)


def test_sessions_of_both_sides_see_a_slow_case(tmp_path, call):
    """Eight sittings per side show which case is slow; the other cases pass."""
    slow = {"loky-n2-b100": 1.3}
    stored(tmp_path / "h", *(noisy_run(n) for n in range(8)), *(noisy_run(n, slow) for n in range(8, 16)))
    code, out, err = call("compare", "1..8", "9..16")
    assert code == 1
    assert out.startswith("FAIL: 1 REGRESSION; ")
    rows = [line.split() for line in out.splitlines() if re.match("[a-z]+-n2-b", line)]
    assert rows[0][0] == "loky-n2-b100"
    assert rows[0][-1] == "REGRESSION"
    assert {row[-1] for row in rows[1:]} == {"~"}
    assert err == ""  # runs that were named are not marked
    assert call("compare", "9..16", "1..8")[0] == 0  # an improvement


def test_runs_of_one_evening_count_as_one_session(tmp_path, call):
    """Runs of one evening count as one sitting, because they share the machine's state."""
    stored(tmp_path / "h", *(noisy_run(n, day=n / 500) for n in range(14)))
    code, out, _ = call("compare", "1..7", "8..14")
    assert code == 3
    assert "7 runs against 7 count as 1 sitting against 1" in " ".join(out.split())
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
        ({"machine": {"cpu_quota": 0.5}}, "cpu_quota", "cpu_quota: none against 0.5"),
        ({"machine": {"gil_enabled": False}}, "gil_enabled", "gil_enabled: True against False"),
    ],
)
def test_what_may_not_differ(tmp_path, call, change, field, shown):
    """A difference that forbids a comparison is named with both values; `--force FIELD` compares all the same."""
    conditions = {"cpu_quota": "none", "gil_enabled": True}
    other = {**change, "machine": {**conditions, **change.get("machine", {})}}
    stored(tmp_path / "h", noisy_run(1, machine=conditions), noisy_run(2, **other))
    code, out, _ = call("compare", "1", "2")
    assert code == 3
    assert out.startswith("NOTHING COMPARABLE\n")
    assert shown in out
    assert [call("compare", "1", "2", "--inconclusive", what)[0] for what in ("pass", "fail")] == [3, 1]
    code, out, _ = call("compare", "1", "2", "--force", field)
    assert "INCONCLUSIVE: 3 of 3" in out
    assert f"forced: {shown}" in out


def test_a_case_that_does_other_work_is_incomparable(tmp_path, call):
    """A case with another number of tasks is incomparable; the other cases are compared."""
    other = noisy_run(2)
    other["benchmarks"][0]["extra_info"]["tasks"] = 999
    stored(tmp_path / "h", noisy_run(1), other)
    code, out, _ = call("compare", "1", "2")
    assert "loky-n2-b10: tasks: warm call, 100, 100 against warm call, 999, 100" in out
    assert "1 INCOMPARABLE, 2 INCONCLUSIVE" in out
    assert "3 INCONCLUSIVE" in call("compare", "1", "2", "--force", "tasks")[1]
    assert code == 3


def test_missing_renamed_and_new_cases_are_named(tmp_path, call):
    """A missing case fails the comparison; renamed and new cases are named."""
    renamed = noisy_run(2, names=("loky-n2-b10", "loky-n2-b100"))
    for key in ("name", "fullname"):
        renamed["benchmarks"][1][key] = renamed["benchmarks"][1][key].replace("test_summation", "test_sums")
    stored(tmp_path / "h", noisy_run(1), renamed)
    code, out, _ = call("compare", "1", "2")
    assert code == 1
    assert out.startswith("FAIL: 2 MISSING")
    assert "loky-n2-b100: renamed to test_sums[loky-n2-b100]?" in out
    assert "threading-n2-b10: head has no such case" in out
    assert "NEW" in out


@pytest.mark.parametrize("odd_side", ["base", "head", "both"])
def test_an_odd_case_is_incomparable_and_the_others_are_judged(tmp_path, call, odd_side):
    """A case whose numbers make no sense can't pass unseen, and costs no other case."""
    runs = {"base": noisy_run(1), "head": noisy_run(2)}
    for side in ("base", "head") if odd_side == "both" else (odd_side,):
        runs[side]["benchmarks"][0]["stats"]["min"] = 0.0
    stored(tmp_path / "h", *runs.values())
    code, out, _ = call("compare", "1", "2")
    side = "base and head" if odd_side == "both" else odd_side
    assert f"unusable in {side}: stats.min is 0.0; expected `float` > 1e-12" in out
    assert "1 INCOMPARABLE, 2 INCONCLUSIVE" in out
    assert code == 3


def test_an_odd_case_of_base_that_head_does_not_have_is_missing(tmp_path, call):
    """Odd numbers in base are no excuse for a case that is gone."""
    base = noisy_run(1)
    base["benchmarks"][0]["stats"]["min"] = 0.0
    stored(tmp_path / "h", base, noisy_run(2, names=NAMES[1:]))
    assert call("compare", "1", "2")[0] == 1


def test_a_subset_run_answers_for_its_own_cases_when_it_is_named(tmp_path, call):
    """A subset run that is named answers for its own cases only; as `latest` it has to have them all."""
    subset = noisy_run(2, names=NAMES[:1], selection={"-k": "loky-n2-b10"})
    stored(tmp_path / "h", noisy_run(1), subset)
    assert "MISSING" not in call("compare", "1", "2")[1]
    assert call("compare", "1", "2")[0] == 3
    assert call("compare", "1", "latest")[0] == 1


@pytest.mark.parametrize(
    ("why", "verdict"),
    [("WrongResult: index 3 is 4, expected 5", "BROKEN"), ("CaseTimeout: cut off after 3 s", "MISSING")],
)
def test_a_case_that_failed_in_head_fails(tmp_path, call, why, verdict):
    """A wrong result in head is BROKEN, any other failure MISSING, whether or not base has the case."""
    fullname = entry("threading-n2-b10")["fullname"]
    stored(
        tmp_path / "h",
        noisy_run(1),
        noisy_run(2, names=NAMES[:2], failed={fullname: why}, state="partial"),
        noisy_run(3, names=NAMES[:2]),
    )
    code, out, _ = call("compare", "1", "2")
    assert code == 1
    assert out.startswith(f"FAIL: 1 {verdict}")
    assert f"threading-n2-b10: {why}" in out
    assert call("compare", "3", "2")[1].startswith(f"FAIL: 1 {verdict}")


def test_a_partial_run_is_no_baseline(tmp_path, call):
    """A partial run is refused as a baseline unless `--allow-partial` is given; as head it is compared."""
    stored(tmp_path / "h", noisy_run(1, state="partial"), noisy_run(2))
    code, _, err = call("compare", "1", "2")
    assert code == 2
    assert "error: 0001 run1 can't be a baseline: it is partial" in err
    code, out, _ = call("compare", "1", "2", "--allow-partial")
    assert code == 3
    assert "base 0001 run1 is partial" in out


def test_a_dirty_tree_is_a_warning_and_in_ci_a_refusal(tmp_path, call, monkeypatch):
    """A run of a dirty working tree gives a warning, and an error in CI."""
    stored(tmp_path / "h", noisy_run(1, dirty=True), noisy_run(2))
    assert "base 0001 run1 was measured on a dirty working tree" in call("compare", "1", "2")[1]
    monkeypatch.setenv("CI", "true")
    code, _, err = call("compare", "1", "2")
    assert code == 2
    assert "dirty working tree, which CI refuses" in err


def test_a_rejected_run_is_no_default_baseline(tmp_path, call):
    """`latest~1` skips a rejected run; a run that is named is used, and `baseline set` removes the mark."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2, names=NAMES[:1]))
    code, _, err = call("compare", "latest~1")
    assert code == 1
    assert "0002 run2 is marked as rejected" in err
    stored(tmp_path / "h", noisy_run(3))
    code, out, _ = call("compare", "latest~1")
    assert code == 3
    assert "base 0001 run1\n" in out
    assert "base is 0001 run1; skipped: 0002 run2 (rejected)" in out
    assert "base 0002 run2 was rejected" in call("compare", "2", "3")[1]
    assert call("baseline", "set", "2", "--name", "main")[0] == 0
    assert read_marks(Store(tmp_path / "h")).rejected == {}


def test_runs_that_are_passed_over_are_named_with_the_reason(tmp_path, call):
    """`latest~1` says which runs it did not take: of other machines or profiles, partial ones, parts of a split."""
    stored(
        tmp_path / "h",
        noisy_run(1),
        noisy_run(2, state="partial"),
        noisy_run(3, selection={"--shard": "1/2"}),
        noisy_run(4, machine={"cpu_model": "Xeon"}),
        noisy_run(5, profile="notebook"),
        noisy_run(6),
    )
    code, out, _ = call("compare", "latest~1")
    assert code == 3
    assert "base 0001 run1\n" in out
    assert (
        "base is 0001 run1; skipped: 0005 run5 (profile notebook), 0004 run4 (cpu_model Xeon), "
        "0003 run3 (a shard), 0002 run2 (partial)"
    ) in joined(out)
    assert "base 0001 run1 was measured 5 days before head, on 2026-" in joined(out)
    named = call("compare", "1", "6")[1]
    assert "skipped" not in named
    assert "days before head" not in named


def test_a_run_beside_another_session_is_passed_over_and_refused_as_a_base(tmp_path, call):
    """Both sessions disturbed each other."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2, other_sessions=["0123"]), noisy_run(3))
    assert "skipped: 0002 run2 (beside another session)" in call("compare", "latest~1")[1]
    code, _, err = call("compare", "2", "3")
    assert code == 2
    assert "0002 run2 can't be a baseline: another session measured into the same store at the same time" in err
    assert call("baseline", "set", "2")[0] == 2
    assert "disturbed" in call("runs")[1]


def test_nothing_but_partial_runs_is_no_baseline(tmp_path, call):
    """Where every older run is skipped, the error says why each was."""
    stored(tmp_path / "h", noisy_run(1, state="partial"), noisy_run(2, state="partial"), noisy_run(3))
    code, _, err = call("compare", "latest~1")
    assert code == 2
    assert "no run from 0002 run2 back can be a baseline: 0002 run2 (partial), 0001 run1 (partial)" in err


def test_limits_and_ceilings(tmp_path, call):
    """A broken ceiling fails; a loose limit lets a known slowdown pass."""
    stored(
        tmp_path / "h", *(noisy_run(n) for n in range(8)), *(noisy_run(n, {"loky-n2-b10": 1.3}) for n in range(8, 16))
    )
    limits = tmp_path / "limits.toml"
    write(limits, '[[limit]]\nmatch = "*-b10"\nmax_slowdown = "50%"\n')
    assert call("compare", "1..8", "9..16", "--limits", str(limits))[0] == 0
    write(limits, '[[limit]]\nmatch = "threading-*"\nmax_time = "9ms"\n')
    code, out, _ = call("compare", "1..8", "9..16", "--limits", str(limits), "-k", "threading")
    assert code == 1
    assert "threading-n2-b10: time is at least 0.00" in out
    assert "OVER_LIMIT" in out
    write(limits, '[[limit]]\nmatch = "threading-*"\nmax_time = "10ms"\n')
    assert call("compare", "1..8", "9..16", "--limits", str(limits), "-k", "threading")[0] == 0
    write(limits, '[[limit]]\nmatch = "lokky-*"\nmax_time = "10ms"\n')
    code, _, err = call("compare", "1..8", "9..16", "--limits", str(limits))
    assert code == 2
    assert "the pattern 'lokky-*' matches no case (3 cases here)" in err


def test_one_run_a_side_beside_99_sessions(tmp_path, call):
    """With 99 stored sittings one run per side is enough to see a large slowdown."""
    stored(tmp_path / "h", *(noisy_run(n) for n in range(101)), noisy_run(101, {"loky-n2-b10": 3.0}))
    code, out, err = call("compare", "latest~1", "latest")
    assert code == 1
    assert out.startswith("FAIL: 1 REGRESSION")
    assert "marked as rejected" in err
    assert call("compare", "50", "60")[0] == 0
    path = write(tmp_path / "accepted.toml", ACCEPTED.format(most="300%", ends='until = "2999-01-01"'))
    page = tmp_path / "x.html"
    assert call("report", "101", "102", "--accepted", str(path), "-o", str(page))[0] == 0
    assert "1 ACCEPTED and no other regression seen" in page.read_text()


def test_every_format_goes_where_it_is_told(tmp_path, call):
    """Each format is written to its file; `-` is standard output and replaces the text."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
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
    """Two files that are in no store can be compared."""
    stored(tmp_path / "h")
    (tmp_path / "h").mkdir()
    one, two = (write(tmp_path / f"{name}.json", noisy_run(number)) for number, name in enumerate("ab"))
    code, out, _ = call("compare", str(one), str(two))
    assert code == 3
    assert f"base {one}\nhead {two}\n" in out


def test_a_run_is_itself_however_it_is_named(tmp_path, call):
    """A detour through another folder does not make a second run of the same file."""
    store = stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    folder = store.files()[0].path.parent
    code, _, err = call("compare", str(folder / ".." / folder.name / store.files()[0].path.name), "1")
    assert code == 2
    assert "0001_run1.json is on both sides" in err


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["compare", "1", "1"], "0001_run1.json is on both sides"),
        (["compare", "1", "2", "--min-effect", "5"], "--min-effect: '5'; expected a percentage"),
        (["compare", "1", "2", "--alpha", "80%"], "--alpha 80%: expected at most 50%"),
        (["compare", "1", "2", "--force", "joblib"], "--force 'joblib': no such field; expected one of cpu_model"),
        (["compare", "1", "2", "--limits", "/nowhere.toml"], "/nowhere.toml: No such file"),
        (["compare", "1", "2", "-k", "nothing"], "-k 'nothing' matches no case (3 cases here)"),
        (["compare", "1", "2", "--inconclusive", "maybe"], "invalid choice"),
        (["compare"], "BASE"),
        (["compare", "2..1", "latest"], "2..1: the range ends before it begins"),
        (["compare", "1", "2", "--json", "-", "--csv", "-"], "--csv and --json both write to -"),
        (["compare", "1", "2", "--markdown", ""], "--markdown '': expected a file's name"),
    ],
)
def test_usage(tmp_path, call, args, expected):
    """An invalid command is refused with one clear line and exit code 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""


def test_facts_of_the_machine_that_forbid_nothing_are_named_where_they_differ(tmp_path, call):
    """A governor changes times and may have been changed to that end; a fact that one file lacks is no difference."""
    before, after, other = noisy_run(1), noisy_run(2), noisy_run(3)
    before["joblib_suite"]["machine"] |= {"governor": "powersave", "logical_cores": 8}
    after["joblib_suite"]["machine"] |= {"governor": "performance", "logical_cores": 4}
    stored(tmp_path / "h", before, after, other)
    code, out, _ = call("compare", "1", "2")
    assert code == 3
    changed = "CPU frequency governor powersave to performance, logical cores of the machine 8 to 4."
    assert changed in " ".join(out.split())
    assert "governor" not in call("compare", "1", "3")[1]


ACCEPTED = '[[accept]]\nmatch = "loky-n2-*"\nmost = "{most}"\nwhy = "it checks its workers"\n{ends}\n'


@pytest.mark.parametrize(
    ("most", "ends", "expected"),
    [
        ("50%", 'until = "2999-01-01"', "PASS: 1 ACCEPTED and no other regression seen"),
        ("50%", 'since = "joblib==99.0"', "PASS: 1 ACCEPTED and no other regression seen"),
        ("5%", 'until = "2999-01-01"', "accepted up to +5 %"),
        ("50%", 'until = "2001-01-01"', "[[accept]] 1 expired on 2001-01-01: remove it."),
        ("50%", 'since = "joblib==1.0"', "base already has joblib==1.0: remove it."),
        ("50%", 'since = "HEAD"', "[[accept]] 1: it can't be determined whether base already has HEAD"),
    ],
)
def test_an_accepted_slowdown_is_no_failure(tmp_path, call, most, ends, expected):
    """accepted.toml means for saved runs what it means for a gate."""
    slow = {"loky-n2-b100": 1.3}
    stored(tmp_path / "h", *(noisy_run(n) for n in range(8)), *(noisy_run(n, slow) for n in range(8, 16)))
    path = write(tmp_path / "accepted.toml", ACCEPTED.format(most=most, ends=ends))
    code, out, _ = call("compare", "1..8", "9..16", "--accepted", str(path))
    assert expected in joined(out)
    assert code == (0 if out.startswith("PASS: 1 ACCEPTED") else 1)


def test_entries_about_other_cases_are_not_mentioned(tmp_path, call):
    """What a gate asks to remove is none of a comparison's business if nothing became slower; a bad file is refused."""
    stored(tmp_path / "h", *(noisy_run(n) for n in range(16)))
    path = write(tmp_path / "accepted.toml", ACCEPTED.format(most="50%", ends='until = "2001-01-01"'))
    code, out, _ = call("compare", "1..8", "9..16", "--accepted", str(path))
    assert (code, "remove it" in out) == (0, False)
    path.write_text("[[accept]]\n")
    code, _, err = call("compare", "1..8", "9..16", "--accepted", str(path))
    assert (code, len(err.splitlines())) == (2, 1)
    assert "missing required field `match`" in err
