"""`replay` as a user calls it."""

import shutil

import pytest

from evidence.replay.__main__ import main
from tests.run_session import ROOT
from tests.soak import full_only

RECORDINGS = ROOT / "evidence/data/pairs/tuning"


@pytest.fixture
def replay(capsys):
    """Calls the verb: (exit code, stdout, stderr)."""

    def verb(*args):
        code = main([*map(str, args)])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return verb


def test_the_table_has_a_row_for_every_rule(tmp_path, replay):
    """Ours and others'; and what the recordings are."""
    shutil.copy(RECORDINGS / "12-cases.json.gz", tmp_path)
    code, out, _ = replay(tmp_path, "--gates", 3, "--jobs", 1, "--budget", "3m")
    assert code == 0
    assert out.startswith("12-cases: 12 pairs of 12 cases")
    assert "served for tuning" in out
    rows = [line.split(" | ") for line in out.splitlines() if line.startswith("| ")]
    assert len({len(row) for row in rows}) == 1
    tools = ("this gate", "pytest-benchmark", "asv", "pyperf", "benchstat", "criterion", "ClickHouse")
    assert all(any(tool in row[0] for row in rows) for tool in tools)
    assert "this gate alarmed in" in out


@full_only("two replays")
def test_the_table_does_not_depend_on_the_number_of_processes(tmp_path, replay):
    """The same seed, the same table."""
    shutil.copy(RECORDINGS / "12-cases.json.gz", tmp_path)
    one, two = (replay(tmp_path, "--gates", 3, "--jobs", jobs, "--budget", "3m")[1] for jobs in (1, 2))
    assert table(one) == table(two) != []


def table(out):
    """The lines of the table."""
    return [line for line in out.splitlines() if line.startswith("|")]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("nowhere",), "no recording; expected files named"),
        ((RECORDINGS, "--gates", "0"), "--gates 0: expected 1 or more"),
        ((RECORDINGS, "--jobs", "-1"), "--jobs -1: expected 1 or more"),
        ((RECORDINGS, "--alpha", "90%"), "--alpha 90%: expected at most 50%"),
        ((RECORDINGS, "--budget", "soon"), "--budget"),
        ((RECORDINGS, "--pack", "nowhere/x.json.gz"), "--pack"),
    ],
)
def test_bad_input_is_named(replay, args, why):
    """Exit code 2, one line."""
    code, out, err = replay(*args)
    assert (code, out) == (2, "")
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_recording_is_packed_once(tmp_path, replay):
    """What is there is not overwritten; what was packed can be replayed."""
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(RECORDINGS / "12-cases.json.gz", folder)
    target = tmp_path / "out.json.gz"
    code, out, _ = replay(folder, "--pack", target)
    assert code == 0
    assert str(target) in out
    assert target.read_bytes() == (folder / "12-cases.json.gz").read_bytes()
    code, _, err = replay(folder, "--pack", target)
    assert code == 2
    assert "expected a new file" in err
