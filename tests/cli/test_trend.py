"""`trend`: one case over all comparable runs."""

import json

import pytest

from tests.documents import document, entry, noisy_run, stored


def test_trend(tmp_path, call):
    """`trend` follows a case over comparable runs, marks changed versions and counts the runs of other machines."""
    stored(
        tmp_path / "h",
        *(noisy_run(n) for n in range(3)),
        noisy_run(3, versions={"joblib": "1.7.0"}),
        noisy_run(4, machine={"python": "3.12.1"}),
        noisy_run(5, {"loky-n2-b10": 2.0}),
    )
    code, out, _ = call("trend", "loky-n2-b10")
    assert code == 0
    assert out.startswith("test_summation[loky-n2-b10] over 5 runs, 0001 2026-01-01 to 0006 2026-01-06\n")
    assert "+---^^" in out
    assert "^ 0004 2026-01-04: joblib 1.6.0 to 1.7.0" in out
    assert "1 other run of the case can't be compared with the newest; to show all: --force python\n" in out
    assert "over 6 runs" in call("trend", "loky-n2-b10", "--force", "python")[1]
    points = json.loads(call("trend", "loky-n2-b10", "--json", "-")[1])["points"]
    assert [point["number"] for point in points] == [1, 2, 3, 4, 6]
    assert points[-1]["center_s"] == pytest.approx(0.02, rel=0.1)
    code, _, err = call("trend", "loky")
    assert code == 2
    assert "'loky' fits 2 cases" in err
    assert "no run has a case called 'x'" in call("trend", "x")[2]


def test_runs_of_other_tasks_are_counted(tmp_path, call):
    """A case that changed its tasks begins anew, and the reader learns why there is no older point."""
    stored(tmp_path / "h", *(document(entry(tasks=tasks), day=day) for day, tasks in enumerate((1, 1, 2, 2))))
    out = call("trend", "loky-n2-b10")[1]
    assert "over 2 runs, 0003" in out
    assert out.endswith("2 other runs of the case with other tasks or another timing: not shown\n")


def test_cases_that_share_a_name_are_told_apart(tmp_path, call):
    """Tests of one name in two files are two cases, and a full name says which is meant."""
    names = {"a.py::t": 1, "b.py::t": 2}
    entries = [entry(rounds=(time_s,)) | {"fullname": name, "name": "t"} for name, time_s in names.items()]
    runs = [{**document(*entries, day=day), "joblib_suite": None} for day in (1, 2)]
    stored(tmp_path / "h", *runs)
    code, _, err = call("trend", "t")
    assert code == 2
    assert "'t' fits 2 cases: a.py::t, b.py::t; name one" in err
    assert "median 2.00 s" in call("trend", "b.py::t")[1]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["trend", "loky-n2-b10", "--force", "tasks"], "--force 'tasks': no such field"),
    ],
)
def test_usage(tmp_path, call, args, expected):
    """An invalid command is refused with one clear line and exit code 2."""
    stored(tmp_path / "h", noisy_run(1), noisy_run(2))
    code, out, err = call(*args)
    assert code == 2
    assert expected in err
    assert out == ""
