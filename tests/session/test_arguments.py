"""`--task-args`: arguments from a module, a JSON file or a CSV file."""

import json
import sys
from types import ModuleType

import pytest

from benchmarks.errors import BadOption
from benchmarks.session.arguments import read_arguments


@pytest.fixture
def module(monkeypatch):
    """Provide an empty module `own_arguments`, which the test fills."""
    module = ModuleType("own_arguments")
    monkeypatch.setitem(sys.modules, "own_arguments", module)
    return module


def test_a_list_or_a_function_that_returns_one(module):
    """Each value is the argument of one task; a dictionary from Python is an argument like any other."""
    module.VALUES, module.make = [1, 2], lambda: iter([{"a": 1}])
    assert read_arguments("own_arguments:VALUES").values == [1, 2]
    made = read_arguments("own_arguments:make")
    assert (made.values, made.spread) == ([{"a": 1}], False)


def test_a_tuple_holds_several_parameters(module):
    """Its items are passed by position."""
    module.VALUES = [(1, 2), (3, 4)]
    assert read_arguments("own_arguments:VALUES").spread


def test_files_hold_parameters_by_position_or_by_name(tmp_path):
    """The items of a JSON list are passed by position; the first line of a CSV file names the parameters."""
    (tmp_path / "a.json").write_text(json.dumps([[1, "x"], [2, "y"]]))
    (tmp_path / "a.csv").write_text("n,label\n1,x\n2.5,true\n")
    from_json, from_csv = (read_arguments(str(tmp_path / name)) for name in ("a.json", "a.csv"))
    assert (from_json.values, from_json.spread) == ([(1, "x"), (2, "y")], True)
    assert from_csv.values == [{"n": 1, "label": "x"}, {"n": 2.5, "label": True}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], "empty"),
        ("text", "a value of type str; expected a list"),
        (7, "a value of type int; expected a list"),
        ([1, (2, 3)], "some tasks have several parameters and others have one"),
        (lambda: 1 / 0, "creating them raised ZeroDivisionError"),
    ],
)
def test_what_is_no_list_of_arguments_is_refused(module, value, expected):
    """The message names the option and what was found."""
    module.VALUES = value
    with pytest.raises(BadOption, match="--task-args 'own_arguments:VALUES'") as refused:
        read_arguments("own_arguments:VALUES")
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", "{}", "a JSON dict; expected a list"),
        ("a.json", "[1,", "Expecting value"),
        ("a.csv", "n,n\n1,2\n", "expected the function's parameters, each once"),
        ("a.csv", "n,m\n1\n", "line 2 does not have"),
        ("missing.csv", None, "No such file"),
    ],
)
def test_a_file_that_holds_no_arguments_is_refused(tmp_path, name, content, expected):
    """The error is one line, without a traceback."""
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(BadOption) as refused:
        read_arguments(str(tmp_path / name))
    assert expected in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_beside_the_modules_is_found(tmp_path, monkeypatch):
    """tox starts sessions in the suite's folder; a file there comes first."""
    here, there = tmp_path / "suite", tmp_path / "mine"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", str(there))
    (there / "a.json").write_text("[1, 2]")
    assert read_arguments("a.json").values == [1, 2]
    (here / "a.json").write_text("[3]")
    assert read_arguments("a.json").values == [3]
    with pytest.raises(BadOption) as refused:
        read_arguments("b.json")
    assert str(refused.value).endswith(f"No such file or directory; looked in {here}, {there}")
