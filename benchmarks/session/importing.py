"""Importing what a user names by its module, or refusing it in one line."""

import importlib
import os
import re
import sys
import traceback
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.call import described
from benchmarks.text.printable import visible

MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_ADDRESS = re.compile(f"{MODULE}:{MODULE}")

_INSTALL = "install it in this environment (of a gate's sides: with --base and --head)"

# Packages that a session itself imports.
_OURS = ("joblib", "numpy", "psutil", "pytest")


def module_folders(text: str) -> list[Path]:
    """Return the folder that `--workload-path` names, and its `src` if it has one. Raises BadOption."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise BadOption(f"--workload-path {text!r}: no such folder; expected the folder that contains your modules")
    folders = [path, *([path / "src"] if (path / "src").is_dir() else [])]
    for folder, name in product(folders, _OURS):
        if (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists():
            raise BadOption(
                f"--workload-path {text!r}: it contains {name}, which would hide the installed one; give a folder"
                " without it"
            )
    return folders


def add_path(text: str) -> None:
    """Let this process and every worker import modules from a folder and its `src`. Raises BadOption."""
    folders = [str(folder) for folder in module_folders(text)]
    sys.path[1:1] = folders
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [*folders, os.environ.get("PYTHONPATH")]))


def import_named(option: str, module: str) -> ModuleType:
    """Import the module that an option's value names. Raises BadOption."""
    if not re.fullmatch(MODULE, module):
        raise BadOption(f"{option} {visible(module)!r}: expected the name of a module, such as package.module")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadOption(f"{option} {module!r}: {error}; {_hint(module, error.name)}") from None
    except SyntaxError as error:  # which names file and line itself
        raise BadOption(f"{option} {module!r}: importing it raised {visible(described(error))}") from None
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}"
        where += _package_hint(frames[-1].filename) if "relative import" in str(error) else ""
        raise BadOption(f"{option} {module!r}: importing it raised {visible(described(error))} ({where})") from None


def import_object(option: str, address: str, otherwise: str) -> Any:
    """Import the object at `module:name`. `otherwise` says what else the option accepts. Raises BadOption."""
    if not _ADDRESS.fullmatch(address):
        raise BadOption(f"{option} {visible(address)!r}: expected MODULE:NAME{otherwise}")
    module, _, names = address.partition(":")
    value: Any = import_named(option, module)
    for name in names.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            where = getattr(value, "__file__", None) or type(value).__name__
            raise BadOption(f"{option} {address!r}: there is no {name} in {module} ({where})") from None
    return value


def _package_hint(filename: str) -> str:
    """Return how to name a module that belongs to a package."""
    file, names = Path(filename), [Path(filename).stem]
    while (file.parent / "__init__.py").exists():
        file = file.parent
        names.insert(0, file.name)
    if len(names) < 2:
        return ""
    folder = visible(str(file.parent))
    return f"; the module belongs to a package: give --workload-path {folder} and the name {'.'.join(names)}"


def _hint(module: str, missing: str | None) -> str:
    """Return the next step after a ModuleNotFoundError about `missing`."""
    if module.split(".")[0] == "benchmarks":
        return (
            "this suite's own package has that name: give the module's folder with --workload-path, and its name"
            " without a package"
        )
    if missing and not f"{module}.".startswith(f"{missing}."):
        return f"{module} needs it: {_INSTALL}"
    return f"give its folder with --workload-path DIR, or {_INSTALL}"
