"""What cases need beside time, in comparisons of saved runs and in limits."""

import json
import math
import re

import pytest

from benchmarks.__main__ import main
from benchmarks.history.resources import needs
from tests.documents import document, entry, stored, write

NAMES = ("loky-n2-b10", "loky-n2-b100")


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch):
    """CI refuses dirty runs; these tests say where they want that."""
    monkeypatch.delenv("CI", raising=False)


def run(number, mb=100.0, cpu_s=0.05, resources=True):
    """A run with a percent of noise; `mb` of the second case."""
    entries = []
    for place, name in enumerate(NAMES):
        wobble = math.exp(0.01 * math.sin(12.9898 * (number + 1) * (place + 3)))
        used = {
            "memory": "pss",
            "peak_pss_bytes": int((mb if place else 100.0) * 1e6 * wobble),
            "cpu_s": cpu_s * wobble,
        }
        entries.append(entry(name, [0.010 * wobble, 0.0101 * wobble], **({"resources": used} if resources else {})))
    return document(*entries, day=number)


def compare(tmp_path, capsys, *args):
    """(exit code, rows of the JSON document by name, stderr) of a comparison of runs 1 to 8 with 9 to 16."""
    path = tmp_path / "c.json"
    path.unlink(missing_ok=True)
    code = main(["compare", "1..8", "9..16", "--history", str(tmp_path / "h"), "--json", str(path), *args])
    out, err = capsys.readouterr()
    rows = json.loads(path.read_text())["cases"] if path.exists() else []
    return code, {row["name"]: row for row in rows}, out + err


def test_a_case_that_needs_more_memory_regresses(tmp_path, capsys):
    """By 20 %, in one of two cases: that row alone fails, in bytes, and times are judged as before."""
    stored(tmp_path / "h", *map(run, range(8)), *(run(n, mb=120.0) for n in range(8, 16)))
    code, rows, out = compare(tmp_path, capsys)
    assert code == 1
    assert [name for name, row in rows.items() if row["verdict"] == "REGRESSION"] == [
        "test_summation[loky-n2-b100] peak PSS"
    ]
    worst = rows["test_summation[loky-n2-b100] peak PSS"]
    assert worst["quantity"] == "peak PSS"
    assert worst["base_s"] is worst["head_s"] is None
    assert worst["base_bytes"] == pytest.approx(100e6, rel=0.01)
    assert worst["head_bytes"] == pytest.approx(120e6, rel=0.01)
    assert {row["quantity"] for row in rows.values()} == {"time", "CPU time", "peak PSS"}
    assert re.search(r"MB +1[12]\d MB", out)


def test_cpu_time_is_told_from_time(tmp_path, capsys):
    """Twice the CPU time at the same speed."""
    stored(tmp_path / "h", *map(run, range(8)), *(run(n, cpu_s=0.1) for n in range(8, 16)))
    code, rows, _ = compare(tmp_path, capsys)
    assert code == 1
    assert {row["quantity"] for row in rows.values() if row["verdict"] == "REGRESSION"} == {"CPU time"}


def test_a_side_without_resources_is_judged_by_time_alone(tmp_path, capsys):
    """No row of them, and all of alpha for time."""
    stored(tmp_path / "h", *map(run, range(8)), *(run(n, resources=False) for n in range(8, 16)))
    code, rows, _ = compare(tmp_path, capsys)
    assert code == 0
    assert {row["quantity"] for row in rows.values()} == {"time"}


def test_memory_over_its_limit(tmp_path, capsys):
    """In every run of head: no base is needed to say so. Under it, nothing is said."""
    stored(tmp_path / "h", *map(run, range(8)), *(run(n, mb=120.0) for n in range(8, 16)))
    limits = write(tmp_path / "l.toml", '[[limit]]\nmatch = "loky-*"\nmax_pss = "110MB"\n')
    code, rows, out = compare(tmp_path, capsys, "--limits", str(limits))
    assert code == 1
    assert [name for name, row in rows.items() if row["verdict"] == "OVER_LIMIT"] == [
        "test_summation[loky-n2-b100] peak PSS"
    ]
    assert "max_pss is 110 MB" in out
    write(limits, '[[limit]]\nmatch = "*"\nmax_pss = "200MB"\n')
    _, rows, _ = compare(tmp_path, capsys, "--limits", str(limits))
    assert "OVER_LIMIT" not in {row["verdict"] for row in rows.values()}


def test_a_limit_that_nobody_can_check_is_refused(tmp_path, capsys):
    """Head was measured without memory."""
    stored(tmp_path / "h", *map(run, range(8)), *(run(n, resources=False) for n in range(8, 16)))
    limits = write(tmp_path / "l.toml", '[[limit]]\nmatch = "loky-*"\nmax_pss = "110MB"\n')
    code, _, out = compare(tmp_path, capsys, "--limits", str(limits))
    assert code == 2
    assert "measure it with --resources" in out


def test_cases_of_other_work_are_not_judged_by_what_they_need(tmp_path, capsys):
    """Half as many tasks need half as much: INCOMPARABLE, and no row beside it."""

    def smaller(number):
        found = run(number, cpu_s=0.1)
        for one in found["benchmarks"]:
            one["extra_info"]["tasks"] = 50
        return found

    stored(tmp_path / "h", *map(run, range(8)), *map(smaller, range(8, 16)))
    code, rows, _ = compare(tmp_path, capsys)
    assert code == 3
    assert {row["verdict"] for row in rows.values()} == {"INCOMPARABLE"}


NONSENSE = [
    *(None, 3, [], {}),
    *({"cpu_s": value} for value in ("much", True, -1.0, float("nan"), 10**400)),
    {"peak_pss_bytes": float("inf")},
]


@pytest.mark.parametrize("said", NONSENSE)
def test_what_files_say_is_not_believed_blindly(said):
    """Anything but a possible number is as good as none."""
    assert needs({"resources": said}) == {}
