"""Records that were changed are refused with exit code 2 and one line."""

import json
from types import SimpleNamespace

import pytest

from benchmarks.__main__ import main
from benchmarks.gate.record_folder import little_room
from tests.gate.records import measured


@pytest.fixture
def recompute(tmp_path, capsys):
    """Judges a record again after `change` was done to its gate.json: (exit code, stdout, stderr)."""
    measured(tmp_path, (0.01,) * 4)

    def verb(change=None, *args):
        path = tmp_path / "gate.json"
        if change is not None:
            path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        code = main(["gate", "--recompute", str(tmp_path), *args])
        out, err = capsys.readouterr()
        return code, out, err

    return verb


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    """A session that can't write its log ends with an exit code alone."""
    assert little_room(tmp_path) == ""
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=12_345))
    assert little_room(tmp_path) == "; its disk has only 12 kB left"


def test_a_folder_without_a_record_is_not_looked_for_among_the_runs(tmp_path, capsys):
    """The message says what the folder lacks."""
    code = main(["report", str(tmp_path), "--history", str(tmp_path)])
    assert (code, capsys.readouterr().err) == (
        2,
        f"error: {tmp_path}: no gate.json in this folder; expected the record of a gate, or a run\n",
    )


def test_a_sound_record_is_judged(recompute):
    """Eight pairs of identical code contain no regression."""
    code, out, _ = recompute()
    assert code in (0, 3)
    assert "8 pairs of processes" in out


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 99}, "format 99; expected 3"),
        ({"sides": None}, "sides is None; expected `object`, got `null`"),
        ({"sides": {"base": {"spec": []}}}, "missing required field `head`"),
        (
            {"sides": {"base": {"spec": "x"}, "head": {"spec": []}}},
            "sides.base.spec is 'x'; expected `array`, got `str`",
        ),
        ({"alpha": 0}, "gate.json: alpha is "),
        ({"alpha": None}, "gate.json: alpha is "),
        ({"min_effect": -1}, "gate.json: min_effect is "),
        ({"min_effect": 10**400}, "gate.json: min_effect is "),
        ({"spent_s": "x"}, "gate.json: spent_s is "),
        ({"trouble": None}, "gate.json: trouble is "),
        ({"trouble": {"a": 1}}, "trouble[...]: expected"),
        ({"pairs": 3}, "pairs is 3; expected `array`"),
        ({"cases": [{"nodeid": None, "backend": "x", "workers": 1, "scale": 1}]}, "cases[0].nodeid is None"),
        ({"cases": [{"nodeid": "x", "backend": [], "workers": 1, "scale": 1}]}, "cases[0].backend is []"),
        ({"purpose": "lunch"}, "purpose is 'lunch'"),
        ({"purpose": "calibrate"}, "measured by `calibrate`; expected a record of `gate`"),
        ({"unknown": 1}, "unknown field `unknown`"),
        ({"work": ["-p", "evil"]}, "'-p' is none of --backend-module, --backends, "),
        ({"work": ["-p=evil"]}, "'-p=evil' is none of "),
        ({"work": ["--backends"]}, "'--backends' is none of "),
        ({"work": ["--backends=loky", "--backends=threading"]}, "'--backends=threading' is none of "),
        ({"work": ["--override-ini=addopts=-pevil"]}, "'--override-ini=addopts=-pevil' is none of "),
        ({"work": ["--history=/elsewhere"]}, "'--history=/elsewhere' is none of "),
        ({"work": ["evil.py"]}, "'evil.py' is none of "),
        ({"work": ["\u001b[2J"]}, "'\\\\x1b[2J' is none of "),
    ],
)
def test_a_changed_record_is_refused(recompute, change, why):
    """The message names the value that is wrong."""
    code, out, err = recompute(change)
    assert (code, out) == (2, "")
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_record_is_resumed_with_known_options_alone(tmp_path, capsys):
    """Nothing is built and no session starts with an option that a gate does not pass on."""
    measured(tmp_path, (0.01,) * 4)
    path = tmp_path / "gate.json"
    sound = json.loads(path.read_text())
    changes = [
        {"work": ["-p", "evil"]},
        {"interpreter": "--directory=/"},
        {"sides": {**sound["sides"], "head": {"spec": ["joblib==1.5.3\n--index-url http://x"]}}},
        {"sides": {**sound["sides"], "head": {"spec": ["git:--output=x"]}}},
    ]
    for change in changes:
        path.write_text(json.dumps({**sound, "state": "interrupted", **change}))
        assert main(["gate", "--resume", str(tmp_path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "error: " in err.splitlines()[-1]
        assert not (tmp_path / "logs").exists()


def test_a_missing_or_doubled_run_file_is_refused(tmp_path, recompute):
    """The message names the run."""
    first = next(tmp_path.glob("runs/*/*_pair-001-base.json"))
    content = first.read_bytes()
    first.unlink()
    code, _, err = recompute()
    assert code == 2
    assert "0 run files of pair-001-base; expected one" in err
    first.write_bytes(content)
    first.with_name("0099_pair-001-base.json").write_bytes(content)
    code, _, err = recompute()
    assert code == 2
    assert "2 run files of pair-001-base; expected one" in err


def test_another_run_under_the_right_name_is_refused(tmp_path, recompute):
    """Another pair's run file under the right name is refused by its digest."""
    first, second = (next(tmp_path.glob(f"runs/*/*_pair-00{number}-base.json")) for number in (1, 2))
    first.write_bytes(second.read_bytes())
    code, _, err = recompute()
    assert code == 2
    assert "pair-001-base.json: not the file that was measured" in err


@pytest.mark.parametrize(
    "args",
    [
        ("--alpha", "5%"),
        ("--base", "joblib==1.5.3"),
        ("--budget", "2m"),
        ("--resume", "x"),
        ("--explain", "loky-n2-b10", "x"),
        ("-k", "loky"),
        ("--head-python", "3"),
        ("--both-env", "A=1"),
    ],
)
def test_a_record_knows_what_was_asked(recompute, args):
    """Options that would be ignored are refused."""
    code, _, err = recompute(None, *args)
    assert code == 2
    assert f"error: {args[0]} and --recompute: " in err
    assert f"; leave {args[0]} out" in err


def test_outputs_do_not_overwrite_the_record(tmp_path, recompute):
    """An output inside the record is refused, and the record stays as it was."""
    before = (tmp_path / "gate.json").read_bytes()
    code, _, err = recompute(None, "--json", str(tmp_path / "gate.json"))
    assert code == 2
    assert "inside the record" in err
    assert (tmp_path / "gate.json").read_bytes() == before
