"""Importing what a user names by its module, or refusing it in one line."""

import importlib
import os
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.call import described
from benchmarks.text.printable import visible

MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_ADDRESS = re.compile(f"{MODULE}:{MODULE}")

# Packages that a session itself imports.
_OURS = ("joblib", "numpy", "psutil", "pytest")


def add_path(text: str) -> None:
    """Let this process and every worker import modules from a folder. Raises BadOption."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise BadOption(f"--workload-path {text!r}: no such folder; expected the folder that contains your modules")
    for name in _OURS:
        if (path / f"{name}.py").exists() or (path / name / "__init__.py").exists():
            raise BadOption(
                f"--workload-path {text!r}: it contains {name}, which would hide the installed one; give a folder"
                " without it"
            )
    sys.path.insert(1, str(path))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH")]))


def import_named(option: str, module: str) -> ModuleType:
    """Import the module that an option's value names. Raises BadOption."""
    if not re.fullmatch(MODULE, module):
        raise BadOption(f"{option} {visible(module)!r}: expected the name of a module, such as package.module")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadOption(f"{option} {module!r}: {error}; {_hint(module, error.name)}") from None
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}"
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


def _hint(module: str, missing: str | None) -> str:
    """Return the next step after a ModuleNotFoundError about `missing`."""
    if module.split(".")[0] == "benchmarks":
        return (
            "this suite's own package has that name: give the module's folder with --workload-path, and its name"
            " without a package"
        )
    if missing and not f"{module}.".startswith(f"{missing}."):
        return f"{module} needs it: install it in this environment"
    return "give its folder with --workload-path DIR, or install it in this environment"
