"""The gate's verdict on instructions: what a change needs to be called one, and what an output says of it."""

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.analysis.instructions import Counts
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.instruction_rows import instruction_verdict
from benchmarks.gate.instructions import MISSING, needs_count
from tests.gate.records import measured


def counts(more=0.0, base=10_000_000):
    """Counts of a head that needs so many more instructions."""
    return Counts([base] * 3, [round(base * (1 + more))] * 3)


UNSTEADY = Counts([10, 20, 30], [10, 10, 10])


@pytest.mark.parametrize(
    ("counted", "verdict", "note"),
    [
        ([counts()], Verdict.UNCHANGED, ""),
        ([counts(0.019), counts(0.019)], Verdict.REGRESSION, "+1.9 % instructions"),
        ([counts(-0.1), counts(-0.1)], Verdict.IMPROVEMENT, "-10.0 % instructions"),
        ([counts(0.019)], Verdict.INCONCLUSIVE, "not counted a second time"),
        ([counts(0.019), counts()], Verdict.INCONCLUSIVE, "a second count did not confirm it"),
        ([counts(0.019), counts(-0.019)], Verdict.INCONCLUSIVE, "a second count did not confirm it"),
        ([UNSTEADY], Verdict.INCONCLUSIVE, "the counts of its calls don't repeat"),
        ([counts(0.019), UNSTEADY], Verdict.INCONCLUSIVE, "the counts of its calls don't repeat"),
    ],
)
def test_a_change_is_one_if_it_is_counted_twice(counted, verdict, note):
    """Two pairs of processes have to agree on a change; one is enough for none."""
    assert instruction_verdict(counted) == (verdict, note)


def test_only_a_change_is_counted_a_second_time():
    """A resumed count leaves out what was counted."""
    assert needs_count([], 1)
    assert not needs_count([counts()], 1)
    assert not needs_count([counts()], 2)
    assert not needs_count([UNSTEADY], 2)
    assert needs_count([counts(0.02)], 2)
    assert not needs_count([counts(0.02), counts(0.02)], 2)


def test_the_judgement_has_a_row_of_its_own(tmp_path, capsys):
    """It fails the gate, says by how much, and what it is blind to."""
    record = measured(tmp_path, (0.01,) * 4)
    record.instructions = {record.cases[0].nodeid: [counts(0.019), counts(0.019)]}
    record.save(tmp_path)
    document = tmp_path.with_name("out.json")
    assert main(["gate", "--recompute", str(tmp_path), "--json", str(document)]) == 1
    out = capsys.readouterr().out
    assert "loky-n2-b10 instructions" in out
    assert "+1.9 % instructions" in out
    assert "blind to sleeps" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 100
    (row,) = [row for row in json.loads(document.read_text())["cases"] if row["quantity"] == "instructions"]
    assert (row["base_instructions"], row["head_instructions"], row["base_s"]) == (10_000_000, 10_190_000, None)


def test_without_valgrind_the_gate_says_how_to_get_it(tmp_path, capsys, monkeypatch):
    """Nothing else changes."""
    measured(tmp_path, (0.01,) * 4)
    code = main(["gate", "--recompute", str(tmp_path)])
    plain = capsys.readouterr().out
    monkeypatch.setenv("PATH", "")
    assert main(["gate", "--recompute", str(tmp_path), "--instructions"]) == code
    out = capsys.readouterr().out
    assert " ".join(out.split()).replace(f"{MISSING} ", "") == " ".join(plain.split())
