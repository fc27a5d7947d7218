"""`compare` on a machine that changes its speed: times relative to the plain loop."""

import json

import pytest

from tests.documents import NAMES, document, noisy_run, stored, with_loops


def slowed(number, factor, slow=None):
    """Return a noisy run on a machine that is slower by a factor, which its plain loop shows."""
    return with_loops(noisy_run(number, {name: factor * (slow or {}).get(name, 1.0) for name in NAMES}), 0.01 * factor)


def test_a_slower_machine_is_no_regression_and_hides_none(tmp_path, call):
    """With eight sittings per side, a machine half as fast makes no case a REGRESSION, and a real one stays one."""
    slow = {NAMES[0]: 1.3}
    stored(tmp_path / "h", *(slowed(n, 1.0) for n in range(8)), *(slowed(n, 2.0, slow) for n in range(8, 16)))
    code, out, _ = call("compare", "1..8", "9..16", "--json", str(tmp_path / "c.json"))
    found = json.loads((tmp_path / "c.json").read_text())
    assert code == 1
    assert {row["name"]: row["verdict"] for row in found["cases"]} == {
        f"test_summation[{name}]": "REGRESSION" if name in slow else "INCONCLUSIVE" for name in NAMES
    }
    assert found["loop_ratio"] == pytest.approx(2.0)
    assert found["cases"][0]["ratio"] == pytest.approx(1.3, rel=0.05)
    assert found["cases"][0]["head_s"] / found["cases"][0]["base_s"] == pytest.approx(1.3 * 2.0, rel=0.05)
    assert "it ran the plain loop at 0.50x of the speed there. head/base is relative to that loop." in " ".join(
        out.split()
    )


def test_on_a_machine_of_one_speed_cases_are_proved_unchanged(tmp_path, call):
    """Where loops and times as measured say the same, nothing is lost."""
    stored(tmp_path / "h", *(slowed(n, 1.0) for n in range(16)))
    code, out, _ = call("compare", "1..8", "9..16")
    assert code == 0
    assert out.startswith("PASS: no regression seen; all 3 cases were judged to 5 %")
    assert "The machine was about as fast as in base: it ran the plain loop at 1.00x of the speed there." in out


def test_a_case_that_does_not_scale_with_the_machine_is_no_false_alarm(tmp_path, call):
    """A case that only waits takes as long on a machine twice as fast; relative to the loop it looks twice as slow."""
    waits = NAMES[0]
    stored(
        tmp_path / "h",
        *(slowed(n, 2.0, {waits: 0.5}) for n in range(8)),
        *(slowed(n, 1.0) for n in range(8, 16)),
        *(slowed(n, 2.0, {waits: 0.5}) for n in range(16, 24)),
    )
    assert call("compare", "1..8", "9..16")[0] == 0
    assert "1 INCONCLUSIVE" in call("compare", "1..8", "9..16", "-k", waits)[1]
    assert "IMPROVEMENT" not in call("compare", "9..16", "17..24", "-k", waits)[1]


def test_stored_sittings_are_relative_to_their_loops_as_well(tmp_path, call):
    """Against 100 sittings of a machine whose speed jumps, one run per side shows which case changed, and only that."""
    jumping = [slowed(number, (1.0, 1.5, 2.2)[number % 3]) for number in range(101)]
    stored(tmp_path / "h", *jumping, slowed(101, 2.2, {NAMES[0]: 1.5}), with_loops(noisy_run(102), 0.01))
    code, out, _ = call("compare", "101", "102")
    assert code == 1
    assert out.startswith("FAIL: 1 REGRESSION")
    assert call("compare", "101", "103")[0] != 1


def test_sittings_without_a_loop_are_left_out(tmp_path, call):
    """Times as measured and times relative to a loop are never compared."""
    stored(tmp_path / "h", *(document(day=number) for number in range(9)), slowed(101, 1.0), slowed(102, 1.0))
    _, out, _ = call("compare", "10", "11")
    assert "there are none" in " ".join(out.split())
