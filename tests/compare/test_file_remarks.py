"""Remarks on the files of a comparison."""

import json
import subprocess

import pytest

from benchmarks.compare.file_remarks import file_remarks
from benchmarks.compare.sides import Side, Sides
from benchmarks.files import rounds
from benchmarks.history.run import parse_run, read_run
from benchmarks.report.paragraphs import paragraph
from tests.documents import document, entry, write


def stranger(*fullnames, times=(0.01, 0.011)):
    """A run file of pytest-benchmark alone, with these cases."""
    cases = [entry(rounds=times) | {"fullname": name, "name": name.rpartition("::")[2]} for name in fullnames]
    run_file = {**document(), "benchmarks": cases}
    del run_file["joblib_suite"]
    return run_file


def sides(base, head):
    """Both sides, a run each."""
    return Sides(*(Side((parse_run(one, name),), False) for one, name in ((base, "base.json"), (head, "head.json"))))


def test_a_file_without_a_case_is_named():
    """The remark names the usual causes."""
    (remark,) = file_remarks(sides(stranger("a.py::t"), stranger()))
    assert remark.startswith("head.json: the file has no cases. Was it made under pytest-xdist")
    assert "--benchmark-disable" in remark
    both = file_remarks(sides(stranger(), stranger()))
    assert both[0].startswith("base.json, head.json: ")


MOVES = [
    ("bench/", "performance/"),
    ("bench/", "bench\\"),
    ("a/b c/[d]/", "a\\b c\\[d]\\"),
    ("C:\\x&y\\", "it's/"),
    ("", "tests/perf/"),
    ("tests/perf/", ""),
]


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_the_same_names_under_another_folder_are_noticed_and_the_command_renames_them(tmp_path, before, after):
    """The command makes a copy of head in which every case is base's; no other text of the file changes."""
    tests = ("x.py::t[1]", "x.py::t[a/b::c]", "y.py::T::u")
    base, head = (stranger(*(folder + test for test in tests)) for folder in (before, after))
    (remark,) = file_remarks(sides(base, head))
    assert "3 missing cases of base and new cases of head have the same names under another folder" in remark
    write(tmp_path / "head.json", json.dumps(head, indent=4))
    command = "\n".join(line for line in paragraph(remark) if line.startswith("  "))
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "renamed.json").read_text()) == base


def test_names_that_are_not_the_same_are_no_move():
    """Neither other tests nor cases that both sides have are a move."""
    assert file_remarks(sides(stranger("a/x.py::t", "a/x.py::u"), stranger("a/x.py::t", "b/x.py::v"))) == []


def test_a_copy_is_noticed():
    """Two files that differ in nothing are one run."""
    (remark,) = file_remarks(sides(stranger("a.py::t"), stranger("a.py::t")))
    assert remark == "base.json and head.json have the same date and the same times: is one a copy?"
    assert file_remarks(sides(stranger("a.py::t"), stranger("a.py::t", times=(0.01, 0.02)))) == []


def test_very_many_rounds_are_remarked_on(tmp_path, monkeypatch):
    """The reader is told that single rounds were not kept."""
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 3)
    run = read_run(write(tmp_path / "x.json", stranger("a.py::t", times=[0.01] * 10)))
    (remark,) = file_remarks(Sides(Side((run,), False), Side((run,), False)))
    assert remark.startswith("1 case with very many rounds: the rounds were summarised")
