"""A run file's meaning: samples by case, facts, and refusal of what has no meaning."""

import copy

import pytest

from benchmarks.errors import Unreadable
from benchmarks.history.run import geometric_mean_s, parse_run, read_run
from benchmarks.text.printable import unprintable
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


def damage(path, value, whole=None):
    """A document with the value at `path` replaced, or removed for `...`."""
    changed = copy.deepcopy(whole or document())
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
        (["benchmarks"], ..., "missing required field `benchmarks`"),
        (["benchmarks"], {}, "benchmarks is {}; expected `array`"),
        (["datetime"], "yesterday", "datetime is 'yesterday'; expected ISO 8601"),
        (["datetime"], "0001-01-01T00:00:00+14:00", "expected ISO 8601"),
        (["commit_info"], [], "commit_info is []; expected `object | null`"),
        (["joblib_suite", "format"], 2, "joblib_suite.format is 2; this version reads up to 1"),
        (["joblib_suite", "state"], "great", "joblib_suite.state is 'great'; invalid enum value"),
        (["joblib_suite", "cases"], 3, "cases is 3; expected `object | null`"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:30],
)
def test_a_file_that_says_nothing_sensible_is_unreadable(path, value, expected):
    """The refusal names the file, the field, what was found and what was expected."""
    with pytest.raises(Unreadable) as refused:
        parse_run(damage(path, value), "0001_x.json")
    assert str(refused.value).startswith("0001_x.json: ")
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ([], 7, "expected `object`, got `int`"),
        (["fullname"], "", "fullname is ''; expected `str` of length >= 1"),
        (["fullname"], "x" * 1025, "expected `str` of length <= 1024"),
        (["stats"], ..., "missing required field `stats`"),
        (["stats", "mean"], ..., "stats: object missing required field `mean`"),
        (["stats", "median"], None, "stats.median is None; expected `float`"),
        (["stats", "min"], "1", "stats.min is '1'; expected `float`"),
        (["stats", "min"], 0.0, "stats.min is 0.0; expected `float` > 1e-12"),
        (["stats", "max"], float("nan"), "stats.max is nan; expected `float` > 1e-12"),
        (["stats", "max"], 10**400, "number out of range"),
        (["stats", "ops"], float("inf"), "stats.ops is inf; expected a finite number"),
        (["stats", "q1"], -1.0, "stats.q1 is -1.0; expected a finite number, not negative"),
        (["stats", "data", 1], -1.0, "data[1] is -1.0; expected `float` > 1e-12"),
        (["stats", "data", 1], True, "data[1] is True"),
        (["stats", "data", 1], 1e300, "expected `float` < 1e7"),
        (["stats", "data"], 3, "data is 3; expected `array`"),
        (["stats", "rounds"], 9, "stats.rounds is 9, but its data has 3 times"),
        (["stats", "rounds"], 0, "stats.rounds is 0"),
        (["stats", "rounds"], True, "rounds is True; expected `float`"),
        (["params"], [], "params is []; expected `object | null`"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:30],
)
def test_an_odd_case_is_kept_as_unusable_and_costs_no_other_case(path, value, expected):
    """The reason names the field, what was found and what was expected, in printable text."""
    run = parse_run(damage(["benchmarks", 0, *path], value, document(entry(), entry("loky-n2-b100"))), "x")
    assert [case.param for case in run.cases.values()] == ["loky-n2-b100"]
    (case,) = run.unusable.values()
    assert expected in case.reason.replace("10000000.0", "1e7")
    assert not unprintable(case.reason + case.name + case.fullname)
    assert len(case.name) < 120
    assert len(case.reason) < 300


def test_half_of_a_surrogate_pair_is_text_that_can_be_stored_or_a_reason():
    """A document that no file was read for can say what no file name and no index can hold."""
    (case,) = parse_run(damage(["benchmarks", 0, "params"], {"\ud800": "\udfff"}), "x").cases.values()
    assert case.key.encode().endswith(b'{"\\ud800": "\\udfff"}')
    with pytest.raises(Unreadable, match="half of a surrogate pair"):
        parse_run(damage(["joblib_suite", "state"], "\ud800"), "x")


def test_too_many_odd_cases_make_a_file_unreadable():
    """They are no accident, and each would cost memory."""
    with pytest.raises(Unreadable, match="x: more than 1,000 cases are unusable; the first: "):
        parse_run(document(*[7] * 1001), "x")


def test_of_two_cases_with_one_name_neither_counts():
    """Nobody can tell which of the two is meant; the other cases are usable."""
    run = parse_run(document(entry(), entry("loky-n2-b100"), entry(), entry()), "x")
    assert [case.param for case in run.cases.values()] == ["loky-n2-b100"]
    (case,) = run.unusable.values()
    assert "two cases with the name" in case.reason


def stranger(*fullnames, params=None, **extra_info):
    """A run file of pytest-benchmark alone, with these cases."""
    entries = []
    for number, fullname in enumerate(fullnames):
        case = entry(**extra_info)
        case |= {"fullname": fullname, "name": fullname.rpartition("::")[2], "param": None, "params": params}
        entries.append(case | {"stats": {**case["stats"], "ops": 90.0 + number}})
    run_file = document(*entries)
    del run_file["joblib_suite"]
    return run_file


def test_in_a_file_of_other_origin_a_case_is_known_by_its_full_name():
    """A parameter that is an object is stored with its address, which differs in each process."""
    before, after = (
        parse_run(stranger("test_a.py::test_f[f-100]", params={"f": f"UNSERIALIZABLE[<f at {memory}>]"}), "x")
        for memory in ("0x7f01", "0x7f02")
    )
    assert list(before.cases) == list(after.cases) == ["test_a.py::test_f[f-100]"]


def test_nothing_in_a_file_of_other_origin_is_read_as_ours():
    """Other people have an extra_info of their own, of any type."""
    run = parse_run(stranger("a.py::t", tasks=3, calls="many", resources="low", params=["any"]), "x")
    (case,) = run.cases.values()
    assert case.facts == {}
    assert set(case.work) == {None}


@pytest.mark.parametrize("of_ours", [True, False])
def test_a_folder_may_have_a_bracket_in_its_name(of_ours):
    """Only the case's own name is cut at a bracket."""
    run_file = stranger("bench[a]/x.py::t[1]", "bench[a]/x.py::u[1]", params={"n": 1})
    if of_ours:
        run_file["joblib_suite"] = document()["joblib_suite"]
    run = parse_run(run_file, "x")
    assert len(run.cases) == 2
    assert not run.unusable


@pytest.mark.parametrize(
    ("cpu", "model"),
    [
        ({"brand_raw": "New", "brand": "Old", "arch_string_raw": "x86_64"}, "New"),
        ({"brand": "Old", "arch_string_raw": "x86_64"}, "Old"),
        ({"brand_raw": "", "arch_string_raw": "aarch64"}, "aarch64"),
        ({}, None),
    ],
)
def test_the_processor_of_older_run_files(cpu, model):
    """py-cpuinfo has changed the name of the key, and some processors have no brand."""
    run_file = stranger("a.py::t")
    run_file["machine_info"]["cpu"] = cpu
    assert parse_run(run_file, "x").identity.cpu_model == model


def test_geometric_mean():
    """By hand: the cube root of 1 * 2 * 4 is 2."""
    assert geometric_mean_s((1.0, 2.0, 4.0)) == pytest.approx(2.0)
