"""A run file's meaning: samples by case, facts, and refusal of what has no meaning."""

import copy

import pytest

from benchmarks.errors import Unreadable
from benchmarks.history.run import geometric_mean_s, parse_run, read_run
from tests.documents import document, entry
from tests.run_session import ROOT

RECORDINGS = sorted((ROOT / "evidence/data/recordings").glob("*.json"))


def test_a_run_of_ours():
    """What a comparison needs."""
    run = parse_run(document(entry("loky-n2-b10"), entry("loky-n2-b100"), day=1, dirty=True), "x")
    (key, case), _ = run.cases.items()
    assert key == (
        'benchmarks/suite/test_summation.py::test_summation[{"backend": "loky", "batch_size": "10", "n_jobs": 2}'
    )
    assert (case.param, case.rounds_s, case.rounds) == ("loky-n2-b10", (0.010, 0.011, 0.012), 3)
    assert case.work == ("warm call", None, 100, None, 100, None, None)
    assert (run.profile, run.state, run.dirty, run.selection, run.asked) == ("quick", "complete", True, "{}", 2)
    assert run.identity.python == "CPython-3.11.7"
    assert run.versions["joblib"] == "1.6.0"
    assert run.when.isoformat() == "2026-01-02T00:00:00+00:00"


def test_a_run_of_other_origin():
    """What pytest-benchmark alone writes is a run, too."""
    run = read_run(RECORDINGS[0])
    assert len(run.cases) == run.asked == 60
    assert (run.identity.cpu_model, run.identity.usable_cores, run.identity.python) == ("AMD EPYC", 2, "CPython-3.11.7")
    assert (run.profile, run.state, run.versions) == (None, "complete", {})


def test_a_renamed_parameter_id_is_the_same_case():
    """Cases are known by their parameters' values, not by an id that is made of them."""
    one, two = entry("loky-n2-b10"), entry("loky-n2-b10")
    two |= {"name": "test_summation[other]", "param": "other"}
    two["fullname"] = two["fullname"].replace("loky-n2-b10", "other")
    assert parse_run(document(one), "x").cases.keys() == parse_run(document(two), "x").cases.keys()


def test_the_machine_is_not_its_clock_rate_or_name():
    """Two readings of one machine have one folder; another interpreter has another."""
    one, later = parse_run(document(day=1), "x"), parse_run(document(day=2), "x")
    other = parse_run(document(machine={"python": "3.12.1"}), "x")
    assert one.identity == later.identity
    assert one.identity.folder.startswith("Linux-CPython-3.11.7-2-cores-EPYC-")
    assert other.identity.folder != one.identity.folder


def test_a_folder_s_name_is_harmless():
    """Whatever a file says of its processor."""
    run = parse_run(document(machine={"cpu_model": "../../etc/\x1b[2J" + "x" * 500}), "x")
    assert "/" not in run.identity.folder
    assert run.identity.folder.isprintable()
    assert len(run.identity.folder) < 150


def damage(path, value):
    """A document with the value at `path` replaced, or removed for `...`."""
    changed = copy.deepcopy(document())
    *parents, last = path
    place = changed
    for step in parents:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["benchmarks"], ..., "benchmarks is missing; expected a list"),
        (["benchmarks"], {}, "benchmarks is a dict; expected a list"),
        (["benchmarks", 0], 7, "benchmarks[0] is a int; expected an object"),
        (["benchmarks", 0, "fullname"], "", "benchmarks[0].fullname is missing"),
        (["benchmarks", 0, "fullname"], "x" * 1025, "expected at most 1024 printable characters"),
        (["benchmarks", 0, "name"], "a\x1b[2Jb", "expected at most 1024 printable characters"),
        (["benchmarks", 0, "stats"], ..., "benchmarks[0].stats is missing; expected an object"),
        (["benchmarks", 0, "stats", "mean"], ..., "benchmarks[0].stats.mean is None; expected seconds"),
        (["benchmarks", 0, "stats", "min"], "1", "benchmarks[0].stats.min is '1'; expected seconds"),
        (["benchmarks", 0, "stats", "data", 1], -1.0, "benchmarks[0].stats.data[1] is -1.0; expected seconds, above 0"),
        (["benchmarks", 0, "stats", "data", 1], 0, "above 0"),
        (["benchmarks", 0, "stats", "data", 1], True, "stats.data[1] is True"),
        (["benchmarks", 0, "stats", "data", 1], 1e300, "below 1e+07"),
        (["benchmarks", 0, "stats", "rounds"], 9, "stats.rounds is 9, but there are 3 times in its data"),
        (["benchmarks", 0, "stats", "rounds"], True, "rounds is a bool; expected a whole number"),
        (["benchmarks", 0, "params"], [], "benchmarks[0].params is a list; expected an object"),
        (["datetime"], "yesterday", "datetime is 'yesterday'; expected ISO 8601"),
        (["datetime"], "0001-01-01T00:00:00+14:00", "expected ISO 8601"),
        (["commit_info"], [], "commit_info is a list; expected an object"),
        (["joblib_suite", "format"], 2, "joblib_suite.format is 2; this program knows up to 1"),
        (["joblib_suite", "state"], "great", "joblib_suite.state is 'great'; expected complete or partial"),
        (["joblib_suite", "cases"], 3, "cases is a int; expected an object"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:30],
)
def test_what_has_no_meaning_is_refused(path, value, expected):
    """Naming the field, what was found and what was expected."""
    with pytest.raises(Unreadable) as refused:
        parse_run(damage(path, value), "0001_x.json")
    assert str(refused.value).startswith("0001_x.json: ")
    assert expected in str(refused.value)


def test_a_case_that_stands_there_twice_is_refused():
    """Which of the two would count?"""
    with pytest.raises(Unreadable, match=r"loky-n2-b10\] stands in it twice"):
        parse_run(document(entry(), entry()), "x")


def test_geometric_mean():
    """By hand: the cube root of 1 * 2 * 4 is 2."""
    assert geometric_mean_s((1.0, 2.0, 4.0)) == pytest.approx(2.0)
