"""Importing modules that a user names, or refusing them in one line."""

import os
import sys

import pytest

from benchmarks.errors import BadOption
from benchmarks.session import importing
from benchmarks.session.importing import add_path, import_named, import_object


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Provide a folder, and restore the import path after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", "before")
    return tmp_path


def test_a_module_in_a_folder_is_found_by_this_process_and_by_workers(folder):
    """Workers inherit PYTHONPATH; the folder comes first there."""
    (folder / "own_module_of_a_test.py").write_text("def task(n):\n    return n\n")
    add_path(str(folder))
    assert import_object("--workload", "own_module_of_a_test:task", "")(3) == 3
    assert os.environ["PYTHONPATH"] == f"{folder}{os.pathsep}before"


def test_what_a_side_of_a_gate_has_installed_is_not_hidden(folder):
    """Both sides have the same folder: a module that a side has installed must be the side's own."""
    for name, value in (("installed", 1), ("given", 2)):
        (folder / name).mkdir()
        (folder / name / "module_of_two_folders.py").write_text(f"VALUE = {value}\n")
    (folder / "given" / "module_of_one_folder.py").write_text("VALUE = 3\n")
    sys.path.append(str(folder / "installed"))
    add_path(str(folder / "given"), installed_first=True)
    assert import_object("--workload", "module_of_two_folders:VALUE", "") == 1
    assert import_object("--workload", "module_of_one_folder:VALUE", "") == 3
    assert os.environ["PYTHONPATH"] == "before"


def test_a_folder_that_hides_an_installed_package_is_refused(folder):
    """Its joblib.py would be measured in place of joblib."""
    (folder / "joblib.py").write_text("")
    with pytest.raises(BadOption, match="joblib"):
        add_path(str(folder))
    with pytest.raises(BadOption, match="no such folder"):
        add_path(str(folder / "missing"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("json", "expected MODULE:NAME"),
        ("json:", "expected MODULE:NAME"),
        ("no.such.module:task", "No module named 'no'"),
        ("json:no_such", "there is no no_such in json"),
        ("benchmarks.no_such:task", "this suite's own package has that name"),
        ("json:dmps", "there is no dmps in json ("),
        ("json:dmps", "; did you mean dumps"),
        ("json:jsondecoder", "; did you mean JSONDecoder?"),
        ("json:JSONDecoder.decod", "there is no decod in json (JSONDecoder); did you mean decode"),
        ("json.decodr:JSONDecoder", "; did you mean json.decoder"),
        ("json.dumps", "expected MODULE:NAME; did you mean json:dumps?"),
        ("json/decoder.py:scanstring()", "did you mean json.decoder:scanstring?"),
        ("json.py:dumps", "give the module's name without .py: json"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(address, expected):
    """The message names the option, the address and the next step."""
    with pytest.raises(BadOption, match="--workload") as refused:
        import_object("--workload", address, "")
    assert expected in str(refused.value)


def test_a_module_that_fails_is_named_with_the_line(folder):
    """A module that calls sys.exit() is named, too: otherwise pytest would end silently."""
    (folder / "exits_on_import.py").write_text("import sys\nsys.exit(3)\n")
    add_path(str(folder))
    with pytest.raises(BadOption, match=r"importing it raised SystemExit.*exits_on_import.py, line 2"):
        import_named("--backend-module", "exits_on_import")


def test_what_only_a_script_defines_is_explained(folder):
    """A name below `if __name__ == "__main__":`, or in a function, is none of the module's."""
    (folder / "script_of_a_test.py").write_text('def run():\n    pass\n\n\nif __name__ == "__main__":\n    ALL = [1]\n')
    add_path(str(folder))
    with pytest.raises(BadOption, match="it is defined inside a block of that file: define it at the top level"):
        import_object("--task-args", "script_of_a_test:ALL", "")


def test_a_script_that_reads_the_command_line_is_named_with_its_own_line(folder):
    """And not with that of the library that ends the process."""
    (folder / "parses_on_import.py").write_text("import argparse\n\nargparse.ArgumentParser().error('no file')\n")
    add_path(str(folder))
    with pytest.raises(
        BadOption, match=r"SystemExit: 2 \(parses_on_import.py, line 3; put what runs as a script under"
    ):
        import_named("--workload", "parses_on_import")


def test_an_import_that_never_ends_is_cut_off(folder, monkeypatch):
    """A server or a whole program may start there."""
    monkeypatch.setattr(importing, "_MOST_S", 0.2)
    (folder / "hangs_on_import.py").write_text("import time\n\ntime.sleep(1000)\n")
    add_path(str(folder))
    with pytest.raises(BadOption, match=r"importing it took over 0.2 s: it has to end by itself; put what runs as a"):
        import_named("--workload", "hangs_on_import")


def test_a_module_that_is_not_python_is_named_with_the_line(folder):
    """The line is the module's, and not that of Python's importer."""
    (folder / "unfinished.py").write_text("x = 1\ndef (\n")
    add_path(str(folder))
    with pytest.raises(BadOption, match=r"importing it raised SyntaxError: .*\(unfinished.py, line 2\)$"):
        import_named("--workload", "unfinished")


def test_a_module_of_a_src_layout_is_found_in_its_project(folder):
    """The project's folder is enough; its `src` comes after it."""
    package = folder / "src" / "shop_of_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "prices.py").write_text("from .rates import RATE\n\n\ndef price(size):\n    return size * RATE\n")
    (package / "rates.py").write_text("RATE = 3\n")
    add_path(str(folder))
    assert import_object("--workload", "shop_of_a_test.prices:price", "")(2) == 6
    assert os.environ["PYTHONPATH"].split(os.pathsep)[:2] == [str(folder), str(folder / "src")]


def test_a_module_in_its_package_is_told_its_name(folder):
    """A relative import fails where the package's own folder is given."""
    package = folder / "shop_of_another_test"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "prices_of_another_test.py").write_text("from .rates import RATE\n")
    add_path(str(package))
    with pytest.raises(BadOption) as refused:
        import_named("--workload", "prices_of_another_test")
    expected = f"give --workload-path {folder} and the name shop_of_another_test.prices_of_another_test"
    assert expected in str(refused.value)


def test_a_src_folder_that_hides_an_installed_package_is_refused(folder):
    """As the folder itself."""
    (folder / "src" / "numpy").mkdir(parents=True)
    (folder / "src" / "numpy" / "__init__.py").touch()
    with pytest.raises(BadOption, match="it contains numpy"):
        add_path(str(folder))
