"""`compare` on pytest-benchmark's files of other projects, each of a kind that people really have."""

import bz2
import copy
import gzip
import json
import lzma
import re
import subprocess

import pytest
from rich.cells import cell_len

from benchmarks.files import rounds
from tests.documents import document, entry, write

MACHINE = {
    "python_implementation": "CPython",
    "python_version": "3.12.3",
    "system": "Linux",
    "cpu": {"arch_string_raw": "x86_64", "brand_raw": "Example CPU 9000", "count": 4},
}


def case(fullname="test_a.py::t", params=None, time_s=1e-3, rounds=7, **more):
    """Return one benchmark; its rounds are `time_s` give or take 2 %."""
    times = [time_s * (1 + 0.01 * ((7 * index) % 5 - 2)) for index in range(rounds)]
    name = fullname.rpartition("::")[2]
    param = name.partition("[")[2].removesuffix("]") or None
    stats = entry(rounds=times)["stats"]
    named = {"fullname": fullname, "name": name, "param": param, "params": params}
    return {"group": None, "extra_info": {}, "options": {}, "stats": stats, **named, **more}


def cases(count=3, prefix="test_a.py::t", time_s=1e-3):
    """Return cases that are called by their numbers."""
    return [case(f"{prefix}[{number}]", {"n": number}, time_s) for number in range(count)]


def run(*found, **machine):
    """Return a run file without the suite's own key."""
    whole = {**document(), "machine_info": {**copy.deepcopy(MACHINE), **machine}, "benchmarks": list(found)}
    del whole["joblib_suite"]
    return whole


def odd(**stats):
    """Return a run of three sound cases and an odd one, some of whose statistics are replaced, or missing if None."""
    bad = case("test_a.py::odd")
    bad["stats"].update(stats)
    for name in [name for name, value in stats.items() if value is None]:
        del bad["stats"][name]
    return run(*cases(), bad)


@pytest.fixture
def compare(tmp_path, call):
    """Compare two files: documents, text or bytes. Returns exit code, counts by verdict, words, and lines."""

    def compared(base, head):
        (tmp_path / "h").mkdir(exist_ok=True)
        paths = [write(tmp_path / f"{name}.json", content) for name, content in (("base", base), ("head", head))]
        result = tmp_path / "c.json"
        result.unlink(missing_ok=True)
        code, out, err = call("compare", *map(str, paths), "--json", str(result))
        counts = json.loads(result.read_text())["counts"] if result.exists() else None
        shown = out or err
        assert all(cell_len(line) <= 100 for line in out.splitlines() if str(tmp_path) not in line)
        return code, counts, " ".join(shown.replace(str(tmp_path), "").split()), shown.splitlines()

    return compared


ADDRESSES = [
    ("UNSERIALIZABLE[<function f at 0x7f0000000010>]", "UNSERIALIZABLE[<function f at 0x7f00000aaa10>]"),
    ("UNSERIALIZABLE[<m.Shop object at 0x000001F2A3B4C5D0>]", "UNSERIALIZABLE[<m.Shop object at 0x000001F2A3B4C6E0>]"),
    ("<Mock id='140234001122'>", "<Mock id='140234001133'>"),
    ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}),
    (None, [1]),
    ("x", 7),
]


@pytest.mark.parametrize(("before", "after"), ADDRESSES)
def test_a_parameter_that_is_an_object_does_not_tell_cases_apart(compare, before, after):
    """A case is known by its full name, whatever text its parameters have become."""
    base, head = (run(case("test_a.py::t[f-100]", {"f": value, "n": 100})) for value in (before, after))
    assert compare(base, head)[:2] == (3, {"INCONCLUSIVE": 1})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("t[<Shop object at 0x7f0000000010>]", "t[<Shop object at 0x7f00000aaa10>]"),
        ("t[<Shop object at 0x000001F2A3B4C5D0>-2]", "t[<Shop object at 0x000001F2A3B4C6E0>-2]"),
        ("t[<f at 0x7f0000000010>-<g at 0x7f0000000020>]", "t[<f at 0x7f0000000030>-<g at 0x7f0000000050>]"),
        ("t[<Mock name='x' id='140234001122'>]", "t[<Mock name='x' id='140234001133'>]"),
        ("t[caf\u00e9]", "t[cafe\u0301]"),
    ],
)
def test_addresses_and_forms_of_unicode_are_no_part_of_a_name(compare, before, after):
    """What differs from process to process, or from system to system, does not make another case."""
    base, head = (run(*cases(), case(f"test_a.py::{name}")) for name in (before, after))
    assert compare(base, head)[:2] == (3, {"INCONCLUSIVE": 4})


def test_many_rounds_with_something_else_among_them_cost_no_other_case(compare):
    """Programs that have no NaN write null."""
    many = case("test_a.py::odd", rounds=20_000)
    many["stats"]["data"][15_000] = None
    code, counts, words, _ = compare(run(*cases(), many), run(*cases(), case("test_a.py::odd")))
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})
    assert "stats.data has something else among its numbers" in words


@pytest.mark.parametrize("place", ["params", "extra_info", "selection"])
def test_many_numbers_in_a_file_of_the_suite_are_no_crash(compare, place):
    """A session writes no such lists, but anybody may."""
    numbers = {"data": [1] * 20_000}
    own = document(entry(tasks=numbers if place == "extra_info" else 1), selection={"other": numbers})
    own["benchmarks"][0]["params"] |= {"x": numbers if place == "params" else 1}
    assert compare(own, own)[0] == 3


def test_machines_that_no_file_names_may_be_different_ones(compare):
    """A hook may replace all of pytest-benchmark's facts."""
    found = {**run(*cases()), "machine_info": {"user": "me"}}
    code, counts, words, _ = compare(found, found)
    assert (code, counts) == (3, {"INCONCLUSIVE": 3})
    assert "No file names the machine on which it was measured" in words


def test_other_hexadecimal_numbers_are_a_part_of_a_name(compare):
    """Only what stands after `at` is an address."""
    base, head = (run(case(f"test_a.py::t[{name}]")) for name in ("0x7f0000000010", "0x7f00000aaa10"))
    assert compare(base, head)[:2] == (1, {"MISSING": 1, "NEW": 1})


def test_cases_that_differ_in_an_address_alone_are_not_mixed_up(compare):
    """Nobody can say which of them is which in another process."""
    two = [case(f"test_a.py::t[<f at 0x7f00000000{number}0>]") for number in (1, 2)]
    code, counts, words, _ = compare(run(*cases(), *two), run(*cases(), *two))
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})
    assert "differ only in a memory address" in words


def test_very_many_rounds_are_read(compare, monkeypatch):
    """Files above the bound for other documents are read if rounds make them so large."""
    monkeypatch.setattr(rounds, "MOST_BYTES", 200_000)
    many = run(case("test_a.py::fast", time_s=1e-5, rounds=30_000))
    code, counts, words, _ = compare(many, many)
    assert len(json.dumps(many)) > 400_000
    assert (code, counts) == (3, {"INCONCLUSIVE": 1})
    assert "1 case with very many rounds" in words


ODD = [
    {"min": 0.0, "data": [0.0, *[0.001] * 6]},
    {"ops": float("inf")},
    {"median": None},
    {"mean": float("nan")},
    {"min": -1e-3, "data": [-1e-3, *[0.001] * 6]},
    {"max": 1e300},
    {"max": 10**400},
    {"mean": "0.001"},
    {"rounds": 8},
    {"min": 2.0, "max": 1.0, "data": None},
    {"mean": 5.0},
    {"median": 1e-9},
    {"data": [5.0] * 7},
    {"max": 3.0},
    {"stddev": float("-inf")},
    {"iqr": -1},
    {"data": [0.001, None]},
    {"data": [0.001, [0.001]]},
]


@pytest.mark.parametrize("stats", ODD, ids=str)
@pytest.mark.parametrize("side", ["base", "head", "both"])
def test_an_odd_case_costs_no_other_case_and_never_passes(compare, stats, side):
    """Its reason is said in one line."""
    base, head = (odd(**stats) if side in (name, "both") else odd() for name in ("base", "head"))
    code, counts, words, lines = compare(base, head)
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})
    assert f"odd: unusable in {'base and head' if side == 'both' else side}: " in words
    assert sum("unusable in" in line for line in lines) == 1


@pytest.mark.parametrize("changed", [{"stats": None}, {"name": 7}, {"name": ""}, {"stats": []}])
def test_an_entry_of_another_form_costs_no_other_case(compare, changed):
    """An entry is odd, not the file."""
    found = run(*cases(), case("test_a.py::odd", **changed))
    assert compare(run(*cases(), case("test_a.py::odd")), found)[:2] == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})


def test_the_reason_is_seen_beside_a_very_long_name(compare):
    """The name is cut, and not what is wrong with it."""
    long = run(*cases(), case(f"test_a.py::t[{'x' * 1100}]"))
    code, counts, words, _ = compare(long, long)
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})
    assert re.search(r"x{20,}\.\.\.: unusable in base and head: (full)?name is .*; expected `str` of length", words)


def test_an_entry_without_a_name_is_not_missing_from_the_other_file(compare):
    """Its place in one file says nothing about the other one."""
    assert compare(run({"stats": {}}), run(*cases()))[:2] == (3, {"INCOMPARABLE": 1, "NEW": 3})


def test_a_case_that_left_its_class_is_named_in_full(compare):
    """Its file is the same, so the file's name says nothing."""
    words = compare(run(case("x.py::T::t[1]")), run(case("x.py::t[1]")))[2]
    assert "moved to x.py::t[1]?" in words


def test_a_case_without_a_file_is_measured_again_with_all_files(compare):
    """An empty name would be no argument that pytest takes."""
    lines = compare(run(*cases(), case("t")), run(*cases(), case("t")))[3]
    assert "  pytest --benchmark-only --benchmark-json=again.json" in lines


def test_a_case_of_the_suite_and_a_stranger_s_of_the_same_name(compare):
    """The two are known by different things, and nobody is told that the case has moved to where it is."""
    own = {**run(*cases()), "joblib_suite": {"format": 1}}
    code, counts, words, _ = compare(run(*cases()), own)
    assert (code, counts) == (1, {"MISSING": 3, "NEW": 3})
    assert "only one of the files is this suite's" in words
    assert "moved to" not in words


def test_two_cases_of_one_name_are_incomparable(compare):
    """Nobody can tell which of them counts."""
    twice = run(*cases(), case("test_a.py::odd"), case("test_a.py::odd"))
    code, counts, words, _ = compare(twice, run(*cases(), case("test_a.py::odd")))
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 3})
    assert "the file has two cases with the name test_a.py::odd" in words


NAMES = [
    "bench[a]/x.py::t[1]",
    "bench]b[/x.py::t[[]]",
    "\u30c6\u30b9\u30c8.py::t[\u65e5\u672c\u8a9e\U0001f389]",
    "a b/x.py::T::t[a/b::c]",
    "x.py::t[\u202eabc]",
    "x.py::t[\x1b[2J]",
    "x.py::t[\ud83d]",
    "x.py::t[<b>|`*_[bold]]",
    "-k/x.py::t[--help]",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_is_a_name(compare, name):
    """Brackets, other scripts and what a terminal would obey are parts of names, and nothing of them is obeyed."""
    found = run(*cases(), case(name))
    code, counts, words, _ = compare(found, found)
    assert (code, counts) == (3, {"INCONCLUSIVE": 4})
    assert "\x1b" not in words
    assert "\u202e" not in words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bench/", "bench\\"),
        ("performance/", "bench/"),
        ("", "tests/"),
        ("a/b/", "a\\b\\"),
        ("C:\\work\\", "/home/me/"),
        ("./", ""),
    ],
)
def test_the_same_names_under_another_folder_are_missing_and_explained(compare, before, after):
    """They stay MISSING, and one sentence says why and what to do."""
    base, head = (run(*cases(2, f"{folder}x.py::t")) for folder in (before, after))
    code, counts, words, _ = compare(base, head)
    assert (code, counts) == (1, {"MISSING": 2, "NEW": 2})
    assert words.count("have the same names under another folder or separator") == 1
    assert "sed -e" in words


@pytest.mark.parametrize("folder", ["b", "b\u00e9n&ch", "C:\\w", "it's"])
@pytest.mark.parametrize("layout", [{"indent": 4}, {}, {"ensure_ascii": False}], ids=str)
def test_the_command_that_renames_cases_renames_all_of_them(compare, tmp_path, folder, layout):
    """However the file is laid out, and whether or not its letters are escaped."""
    base, head = run(*cases(2, "a/x.py::t")), json.dumps(run(*cases(2, f"{folder}/x.py::t")), **layout)
    lines = compare(base, head)[3]
    at = next(number for number, line in enumerate(lines) if line.startswith("  sed -e"))
    command = "\n".join(lines[at:]).partition("> ")
    subprocess.run(["bash", "-c", f"{command[0]}> renamed.json"], cwd=tmp_path, check=True)
    assert compare(base, (tmp_path / "renamed.json").read_text())[:2] == (3, {"INCONCLUSIVE": 2})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"tasks": 3, "calls": "many", "resources": "low"}, {"tasks": 4, "calls": "few"}),
        ({"loop_s": [0.1, 0.1]}, {"loop_s": [0.2, 0.2]}),
        ({"phase": {"a": 1}}, {}),
        ({"workload": "x", "engine": 7}, {"workload": None}),
        ("text", []),
    ],
)
def test_the_extra_info_of_a_stranger_is_not_ours(compare, before, after):
    """Keys that this suite uses as well mean nothing in other files."""
    base, head = (run(*cases(), case("test_a.py::odd", extra_info=info)) for info in (before, after))
    code, counts, words, _ = compare(base, head)
    assert (code, counts) == (3, {"INCONCLUSIVE": 4})
    assert "head/base is relative" not in words


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"cpu": {"brand": "Example CPU 9000", "count": 4}}, {"cpu": {"brand": "Other CPU", "count": 4}}, "cpu_model"),
        ({"cpu": {"arch_string_raw": "x86_64"}}, {"cpu": {"arch_string_raw": "aarch64"}}, "cpu_model"),
        ({}, {"cpu": {"brand_raw": "Other CPU", "count": 4}}, "cpu_model"),
        ({}, {"cpu": {**MACHINE["cpu"], "count": 8}}, "usable_cores"),
        ({}, {"python_version": "3.13.0"}, "python"),
        ({}, {"system": "Darwin"}, "system"),
        ({}, {"cpu": None}, "cpu_model"),
        ({"cpu": "Example CPU 9000"}, {"cpu": "Other CPU"}, "cpu_model"),
        ({"cpu": {"raw_arch_string": "x86_64"}}, {"cpu": {"raw_arch_string": "armv7l"}}, "cpu_model"),
        ({"cpu": {"arch": "X86_64"}}, {"cpu": {"arch": "ARM_8"}}, "cpu_model"),
        ({"cpu": {"brand": "", "vendor_id": "Intel"}}, {"cpu": {"brand": "", "vendor_id": "AMD"}}, "cpu_model"),
        ({"cpu": {"family": 6, "model": 60}}, {"cpu": {"family": 6, "model": 94}}, "cpu_model"),
        ({"cpu": None, "processor": "Intel64 Family 6"}, {"cpu": None, "processor": "ARMv8"}, "cpu_model"),
        ({"cpu": {}, "machine": "x86_64"}, {"cpu": {}, "machine": "arm64"}, "cpu_model"),
        ({"cpu": {**MACHINE["cpu"], "count": "4"}}, {"cpu": {**MACHINE["cpu"], "count": "8"}}, "usable_cores"),
        ({"machine": "arm64"}, {"machine": "x86_64"}, "architecture"),
        (
            {"machine": "AMD64", "python_compiler": "MSC v.1929 64 bit (AMD64)"},
            {"machine": "AMD64", "python_compiler": "MSC v.1929 32 bit (Intel)"},
            "architecture",
        ),
        (
            {"machine": "x86_64"},
            {"machine": "x86_64", "cpu": {**MACHINE["cpu"], "python_version": "3.12.3.final.0 (32 bit)"}},
            "architecture",
        ),
        (
            {"python_implementation": "PyPy", "python_implementation_version": "7.3.12"},
            {"python_implementation": "PyPy", "python_implementation_version": "7.3.17"},
            "python",
        ),
    ],
)
def test_another_machine_is_not_compared(compare, before, after, field):
    """The difference is named in files of all ages, and how to compare all the same."""
    code, counts, words, _ = compare(run(*cases(), **before), run(*cases(), **after))
    assert (code, counts) == (3, {})
    assert f"{field}: " in words
    assert f"add --force {field}" in words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"brand": "Example  CPU 9000"}, {"brand_raw": "Example CPU 9000"}),
        ({"vendor_id": "Intel", "raw_arch_string": "x86_64"}, {"vendor_id_raw": "Intel", "arch_string_raw": "x86_64"}),
        ({"brand_raw": "Example", "count": "4"}, {"brand_raw": "Example", "count": 4, "family": 6}),
        ({"brand_raw": "Example", "count": 4.0}, {"brand_raw": "Example", "count": 4}),
    ],
)
def test_one_machine_is_known_in_files_of_all_ages(compare, before, after):
    """py-cpuinfo has renamed its facts, and a hook may have changed their form."""
    assert compare(run(*cases(), cpu=before), run(*cases(), cpu=after))[:2] == (3, {"INCONCLUSIVE": 3})


def test_one_architecture_has_several_names(compare):
    """Windows and macOS do not call it what Linux calls it."""
    for one, other in (("AMD64", "x86_64"), ("aarch64", "arm64")):
        assert compare(run(*cases(), machine=one), run(*cases(), machine=other))[1] == {"INCONCLUSIVE": 3}


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ({"timer": "perf_counter"}, {"timer": "process_time"}, "timing: timer=perf_counter against timer=process_time"),
        ({"disable_gc": False}, {"disable_gc": True}, "timing: disable_gc=False against disable_gc=True"),
    ],
)
def test_a_case_that_was_timed_in_another_way_is_incomparable(compare, tmp_path, call, before, after, shown):
    """CPU time is not wall time. A file that does not say how it was timed is compared."""
    base, head = (run(*cases(2), case("test_a.py::odd", options=options)) for options in (before, after))
    code, counts, words, _ = compare(base, head)
    assert (code, counts) == (3, {"INCOMPARABLE": 1, "INCONCLUSIVE": 2})
    assert f"odd: {shown}; to compare it anyway, add --force timing" in words
    paths = [str(tmp_path / f"{name}.json") for name in ("base", "head")]
    assert "INCOMPARABLE" not in call("compare", *paths, "--force", "timing")[1]
    assert compare(base, run(*cases(2), case("test_a.py::odd")))[1] == {"INCONCLUSIVE": 3}


def test_no_run_of_a_side_hides_what_another_one_differs_in(tmp_path, call):
    """An older run of a side, or one that does not say, is looked at like the newest."""
    runs = {
        "unknown": run(*cases()),
        "arm": run(*cases(), machine="arm64"),
        "intel": run(*cases(), machine="x86_64"),
        "timed": run(*cases(2), case("test_a.py::t[2]", options={"timer": "perf_counter"})),
        "otherwise": run(*cases(2), case("test_a.py::t[2]", options={"timer": "process_time"})),
    }
    (tmp_path / "h").mkdir()
    paths = {name: str(write(tmp_path / f"{name}.json", content)) for name, content in runs.items()}
    out = call("compare", f"{paths['unknown']},{paths['arm']}", paths["intel"])[1]
    assert "architecture: arm64 against x86_64 (arm.json against intel.json)" in out
    out = call("compare", f"{paths['otherwise']},{paths['timed']}", paths["unknown"])[1]
    assert "t[2]: timing: timer=perf_counter against timer=process_time" in out


def test_what_changed_in_a_machine_and_forbids_nothing_is_said(compare):
    """Another kernel may explain a slowdown."""
    base, head = ({"release": f"6.{minor}.0", "python_build": ["main", f"{minor}"]} for minor in (8, 9))
    code, counts, words, _ = compare(run(*cases(), **base), run(*cases(), **head))
    assert (code, counts) == (3, {"INCONCLUSIVE": 3})
    assert "release of the system 6.8.0 to 6.9.0, build of Python main 8 to main 9" in words


def test_runs_without_a_time_are_not_said_to_be_of_one_hour(tmp_path, call):
    """Nobody knows when they were measured, so they count as one sitting."""
    (tmp_path / "h").mkdir()
    paths = [str(write(tmp_path / f"{name}.json", {**run(*cases()), "datetime": None})) for name in "abcd"]
    words = " ".join(call("compare", ",".join(paths[:2]), ",".join(paths[2:]))[1].split())
    assert "2 runs against 2 count as 1 sitting against 1, because not every file says when it was measured" in words


def test_very_many_missing_cases_are_few_lines(compare, tmp_path, call):
    """A folder of cases that is gone is one piece of news. `--all` names each."""
    lines = compare(run(*cases(300, "a.py::t")), run(*cases(3, "b.py::u")))[3]
    assert len(lines) < 240
    assert "103 more rows not shown; --all shows them" in lines
    paths = [str(tmp_path / f"{name}.json") for name in ("base", "head")]
    assert len(call("compare", *paths, "--all")[1].splitlines()) > 300


def test_what_jitters_is_no_other_machine(compare):
    """The host's name and the clock's rate differ from one reading to the next."""
    fast, slow = ({"cpu": {**MACHINE["cpu"], "hz_actual_friendly": rate}, "node": rate} for rate in ("3 GHz", "2 GHz"))
    assert compare(run(*cases(), **fast), run(*cases(), **slow))[:2] == (3, {"INCONCLUSIVE": 3})


@pytest.mark.parametrize(
    ("base", "head", "code", "counts"),
    [(run(), run(*cases()), 3, {"NEW": 3}), (run(*cases()), run(), 1, {"MISSING": 3}), (run(), run(), 3, {})],
    ids=["base", "head", "both"],
)
def test_a_file_without_cases_is_named(compare, base, head, code, counts):
    """The likely cause is said as well."""
    found, verdicts, words, _ = compare(base, head)
    assert (found, verdicts) == (code, counts)
    said = "the file has no cases. Was it" if base != head else "the files have no cases. Were they"
    assert f"{said} made under pytest-xdist (-n) or with --benchmark-disable?" in words
    assert "0 of 0" not in words


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((2.4, 2.4, *[1] * 7), "2 of 9 cases changed 2.4 times as much as the others: test_a.py::t[0] and"),
        ((4.8, *[2] * 8), "1 of 9 cases changed 2.4 times as much as the others: test_a.py::t[0]."),
        ((0.25, 0.5, *[1] * 7), "2 of 9 cases changed 0.25 to 0.5 times as much as the others"),
        ([2] * 9, "No case stands out from the others."),
        ((3, 0.3, *[1] * 7), "1 of 9 cases changed 3 times as much as the others: test_a.py::t[0]."),
        ((*[3] * 6, *[1] * 20), "t[3] and 2 more."),
    ],
)
def test_what_stands_out_between_two_runs_is_said(compare, times, expected):
    """No REGRESSION, and yet the reader learns which cases changed, and gets a command to measure them again."""
    base = run(*cases(len(times)))
    head = run(*(case(f"test_a.py::t[{place}]", None, 1e-3 * factor) for place, factor in enumerate(times)))
    code, counts, words, lines = compare(base, head)
    assert (code, counts) == (3, {"INCONCLUSIVE": len(times)})
    assert expected in words
    assert "The machine may have changed: no file says how fast it was." in words
    assert "This is not a verdict" in words
    assert "  pytest --benchmark-only --benchmark-json=again.json test_a.py" in lines
    assert "tox run -e gate" not in words


TEXT = json.dumps(run(*cases()), indent=4, ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le").join([b"\xff\xfe", b""]),
        TEXT.encode("utf-16-be").join([b"\xfe\xff", b""]),
        TEXT.encode("utf-32"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        f"\n\n{TEXT}\n\n".encode(),
        json.dumps(json.loads(TEXT), separators=(",", ":")).encode(),
    ],
    ids=[
        "utf-8 mark",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "16-le",
        "16-be",
        "32-be",
        "crlf",
        "cr",
        "blank lines",
        "one line",
    ],
)
def test_a_file_is_read_however_its_text_is_written(compare, content):
    """Editors and PowerShell write marks, wide characters and other line ends."""
    assert compare(TEXT, content)[:2] == (3, {"INCONCLUSIVE": 3})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty; was it cut off?"),
        (TEXT[:-50], "was it cut off?"),
        (TEXT + "\ndone.", "was other output written to the same file?"),
        ("===== test session starts =====\n" + TEXT, "was other output written to the same file?"),
        (bz2.compress(TEXT.encode()), "it is compressed: unpack it first (bunzip2)"),
        (lzma.compress(TEXT.encode()), "it is compressed: unpack it first (unxz)"),
        (b"\x28\xb5\x2f\xfd\x24", "it is compressed: unpack it first (unzstd)"),
        (gzip.compress(TEXT.encode(), mtime=0), "it is compressed: unpack it first (gunzip)"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "`git lfs pull`"),
        (f"<<<<<<< HEAD\n{TEXT}\n=======\n{TEXT}\n>>>>>>> x\n", "merge conflict markers"),
        ("<!DOCTYPE html>", "it is HTML or XML"),
        (b"PK\x03\x04\x14\x00", "it is a zip archive"),
        (TEXT.encode("utf-16")[:-1], "was it cut off?"),
        ("{'benchmarks': []}", "was it edited, or not written by pytest-benchmark?"),
        (f"{TEXT}\n{TEXT}", "are several files in one? Split it, and name the files separated by commas"),
        ("[1, 2]", "a list; expected a JSON object"),
        ('{"context": {}}', "missing required field `benchmarks`"),
        ('{"benchmarks": null}', "benchmarks is None; expected `array`"),
    ],
    ids=lambda text: str(text)[:40],
)
def test_what_is_no_run_file_is_refused_with_its_likely_cause(compare, content, expected):
    """One line, exit code 2."""
    code, counts, words, lines = compare(TEXT, content)
    assert (code, counts) == (2, None)
    assert expected in words
    assert len(lines) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"commit_info": None},
        {"commit_info": {"id": 4711, "dirty": False}},
        {"commit_info": {"id": None, "project": "x"}},
        {"commit_info": {}},
        {"commit_info": {"id": ["r", 4711], "dirty": "no"}},
        {"commit_info": "r4711"},
        {"datetime": None},
        {"datetime": 1767607200},
        {"datetime": "Mon Jan  5 10:00:00 2026"},
        {"datetime": "0001-01-01T00:00:00+14:00"},
        {"datetime": "2026-01-05T10:00:00Z"},
        {"datetime": "2026-01-05T10:00:00.123456"},
        {"datetime": "2026-01-05 10:00:00+09:00"},
        {"version": "3.2.3"},
        {"version": None},
        {"more": {"of": ["anything"]}},
    ],
    ids=str,
)
def test_what_surrounds_the_cases_may_differ(compare, changed):
    """Versions of pytest-benchmark, and hooks of projects, write these keys in several forms."""
    assert compare(run(*cases()), {**run(*cases()), **changed})[:2] == (3, {"INCONCLUSIVE": 3})


def test_a_run_whose_case_is_unusable_is_no_silent_gap_in_a_trend(tmp_path, call):
    """Nor is a case unknown that no run has usable numbers of."""
    (tmp_path / "h" / "Linux").mkdir(parents=True)
    for number, found in enumerate([run(*cases()), odd(), odd(ops=float("inf"))], 1):
        write(tmp_path / "h" / "Linux" / f"000{number}_x.json", found)
    out = call("trend", "odd")[1]
    assert out.startswith("odd over 1 run")
    assert out.endswith("1 comparable run without a point has cases with unusable numbers: `runs` marks such runs\n")
    assert "; 1 run has cases with unusable numbers: `runs` marks such runs" in call("trend", "even")[2]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (run(*cases()), "No speed-ups: another suite measured this run, and no plain loop beside it."),
        (odd(median=None), "1 case has unusable numbers, such as odd: stats: object missing required field"),
        (run(), "The file has no cases. Was it made under pytest-xdist"),
        (run(case("test_summation.py::test_summation[loky-n1-b1]", extra_info=entry()["extra_info"])), "No speed-ups"),
    ],
    ids=["sound", "odd", "empty", "like ours"],
)
def test_a_report_on_a_stranger_s_run_says_nothing_of_joblib(tmp_path, call, found, expected):
    """It has no plain loop, and its rounds are not joblib's."""
    (tmp_path / "h").mkdir()
    path = str(write(tmp_path / "x.json", found))
    assert expected in " ".join(call("report", path, "--terminal")[1].split())
    page = tmp_path / "x.html"
    assert call("report", path, "-o", str(page))[0] == 0
    text = page.read_text()
    assert expected.partition(" such")[0] in text
    assert "joblib's polling" not in text
    assert "<title>Benchmarks on Linux" in text


def test_a_page_tells_cases_of_one_name_apart(tmp_path, call):
    """Each has its own chart, which is called by the full name."""
    (tmp_path / "h" / "x").mkdir(parents=True)
    found = run(case("test_a.py::test_t"), case("test_b.py::test_t"), case("test_b.py::test_u"))
    for number in (1, 2):
        write(tmp_path / "h" / "x" / f"000{number}_x.json", found)
    page = tmp_path / "x.html"
    assert call("report", "latest", "-o", str(page))[0] == 0
    for name in ("test_a.py::test_t", "test_b.py::test_t", "u"):
        assert f"{name}: 997 us now" in page.read_text()


def test_an_output_never_overwrites_a_run(tmp_path, call):
    """Nor is it written where it would be taken for one."""
    (tmp_path / "h").mkdir()
    paths = [str(write(tmp_path / f"{name}.json", run(*cases()))) for name in "ab"]
    code, out, err = call("compare", *paths, "--json", paths[0])
    assert (code, out) == (2, "")
    assert "a.json: would overwrite a run; write it elsewhere" in err
    code, _, err = call("compare", *paths, "--json", str(tmp_path / "h" / "x.json"))
    assert code == 2
    assert "inside the history, where .json files are runs" in err


def test_the_label_of_a_case_in_tables_names_it(tmp_path, call):
    """What a reader copies from the table is understood by every option."""
    (tmp_path / "h" / "x").mkdir(parents=True)
    found = run(*cases(prefix="test_a.py::test_t"))
    paths = [str(write(tmp_path / "h" / "x" / f"000{number}_x.json", found)) for number in (1, 2)]
    limits = write(tmp_path / "l.toml", "\ufeff[[limit]]\nmatch = 't 1'\nmax_time = '1us'")
    out = call("compare", *paths, "--limits", str(limits))[1]
    assert "1 OVER_LIMIT, 2 INCONCLUSIVE" in out
    assert "1 INCONCLUSIVE\n" in call("compare", *paths, "-k", "t 1")[1]
    assert call("trend", "t 1")[0] == 0


@pytest.mark.parametrize(
    "content",
    [
        {"version": "1.0", "benchmarks": [{"metadata": {"name": "x"}, "runs": []}]},
        {"context": {}, "benchmarks": [{"name": "BM_x", "real_time": 3.0}, {"name": "BM_y", "real_time": 4.0}]},
        {"benchmarks": [{}]},
    ],
    ids=["pyperf", "Google Benchmark", "nothing"],
)
def test_a_file_of_another_tool_is_taken_for_one(compare, content):
    """Some have a list of the same name."""
    code, _, words, _ = compare(run(*cases()), content)
    assert code in (1, 3)
    assert "head.json: no entry of `benchmarks` has a `fullname`" in words


def test_an_entry_may_have_a_full_name_and_times_alone(compare):
    """That is what other readers of these files need, and what a filter leaves."""
    filtered = [{"fullname": one["fullname"], "stats": one["stats"]} for one in cases()]
    code, counts, _, lines = compare(run(*cases()), run(*filtered))
    assert (code, counts) == (3, {"INCONCLUSIVE": 3})
    assert any(line.startswith("test_a.py::t[0]") for line in lines)


def test_a_hook_may_add_statistics(compare):
    """They mean something to its project alone."""
    head = run(*cases())
    for one in head["benchmarks"]:
        one["stats"] |= {"memory_change": -3.5, "score": float("nan")}
    assert compare(run(*cases()), head)[:2] == (3, {"INCONCLUSIVE": 3})


def test_numbers_of_rounds_may_be_floats(compare):
    """Programs that know one kind of number write them all alike."""
    head = run(*cases())
    for one in head["benchmarks"]:
        one["stats"]["rounds"] = 7.0
    assert compare(run(*cases()), head)[:2] == (3, {"INCONCLUSIVE": 3})


@pytest.mark.parametrize("word", ["unversioned", "unknown"])
def test_the_word_for_no_commit_is_none(compare, word):
    """pytest-benchmark writes it outside of a repository."""
    words = compare({**run(*cases()), "commit_info": {"id": word}}, run(*cases()))[2]
    assert f"commit {word}" not in words


@pytest.mark.parametrize("gone", ["data", "total", "ops", "iterations", "outliers", "q1", "ld15iqr"])
def test_statistics_that_not_every_version_writes_may_be_missing(compare, gone):
    """Rounds are stored on request only; the other statistics were added over the years."""
    head = run(*cases())
    for one in head["benchmarks"]:
        del one["stats"][gone]
    assert compare(run(*cases()), head)[:2] == (3, {"INCONCLUSIVE": 3})
