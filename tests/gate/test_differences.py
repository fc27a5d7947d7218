"""Interpreters and variables of a side: what is taken, what is refused, and what an output says of them."""

import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from benchmarks.__main__ import main
from benchmarks.errors import GateError
from benchmarks.gate.differences import difference_remarks, setting
from benchmarks.gate.environments import BuiltSide, nothing_differs
from benchmarks.gate.interpreters import find_interpreter, interpreter_name
from benchmarks.gate.sessions import running
from benchmarks.gate.specs import parse_side
from benchmarks.gate.variables import parse_variables
from tests.gate.records import record
from tests.run_session import ROOT


def test_variables_are_parsed():
    """A value may be empty and may contain further signs."""
    assert parse_variables("--head-env", ["A=1", "B=", "C=x=y"]) == {"A": "1", "B": "", "C": "x=y"}


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["A"], "'A': expected NAME=VALUE"),
        (["=1"], "expected NAME=VALUE"),
        (["1A=x"], "expected NAME=VALUE"),
        (["A=1", "A=2"], "A: given twice, as '1' and '2'"),
        (["PYTHONHASHSEED=0"], "the gate draws it for each pair"),
        (["PYTHONPATH=x"], "would tie a side to another interpreter or tree"),
        (["PYTEST_ADDOPTS=-x"], "would tie a side to another interpreter or tree"),
        (["A=\x1b[1m"], "can't be printed"),
    ],
)
def test_a_variable_that_cannot_be_set_is_refused(texts, why):
    """The message names the option and the variable."""
    with pytest.raises(GateError, match=r"^--head-env") as refused:
        parse_variables("--head-env", texts)
    assert why in str(refused.value)


def test_a_variable_is_set_once(capsys):
    """One for both sides and one for a side contradict each other."""
    assert main(["gate", "--both-env", "A=1", "--head-env", "A=2"]) == 2
    assert "--head-env A: --both-env sets it as well" in capsys.readouterr().err


def test_a_session_gets_its_sides_variables(tmp_path, monkeypatch):
    """They replace the user's, and the other side does not see them."""
    monkeypatch.setenv("SHOP_REGION", "north")
    command = [sys.executable, "-c", "import os; print(os.environ['SHOP_REGION'])"]
    for variables, expected in (({}, "north"), ({"SHOP_REGION": "south"}, "south")):
        side = BuiltSide(Path(sys.executable), tmp_path, {}, "", variables, ())
        with running(command, side, tmp_path / "log", 0) as process:
            process.wait(60)
        assert (tmp_path / "log").read_text().strip() == expected


def test_an_interpreter_is_found_by_its_path(tmp_path):
    """It is called by its implementation and version."""
    found = find_interpreter(find_uv_bin(), "--python", sys.executable, tmp_path)
    version = ".".join(map(str, sys.version_info[:3]))
    assert version in interpreter_name(Path(found))


def test_a_missing_interpreter_is_refused(tmp_path):
    """The one line says how to get it; nothing is downloaded."""
    with pytest.raises(GateError) as refused:
        find_interpreter(find_uv_bin(), "--head-python", "3.99", tmp_path)
    message = str(refused.value)
    assert message.startswith("--head-python 3.99: no such interpreter on this machine; install it (`uv python install")
    assert len(message.splitlines()) == 1


def test_an_interpreter_is_a_difference():
    """The same packages on two interpreters, or with other variables, are something to compare."""
    plain = parse_side("--base", [])
    assert nothing_differs(plain, parse_side("--head", []), ROOT)
    assert not nothing_differs(plain, parse_side("--head", [], "3.12"), ROOT)
    assert not nothing_differs(plain, parse_side("--head", [], None, {"A": "1"}), ROOT)


def test_what_differs_is_said():
    """The header has what one side has alone, the remarks what both have and what nobody asked for."""
    asked = record()
    base, head = asked.sides.base, asked.sides.head
    assert (setting(asked, "base"), difference_remarks(asked)) == ("", [])
    base.interpreter_name, head.interpreter_name = "CPython 3.13.0", "CPython 3.12.1"
    base.variables, head.variables = {"A": "1"}, {"A": "1", "B": "2"}
    base.packages |= {"numpy": "2.4.6"}
    assert setting(asked, "base") == " on CPython 3.13.0"
    assert setting(asked, "head") == " on CPython 3.12.1 with B=2"
    common, packages = difference_remarks(asked)
    assert common == "Set for both sides: A=1."
    assert "numpy 2.4.6 in base, missing in head" in packages
