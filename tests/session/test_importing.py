"""Importing modules that a user names, or refusing them in one line."""

import os
import sys

import pytest

from benchmarks.errors import BadOption
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
