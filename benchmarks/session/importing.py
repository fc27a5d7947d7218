"""What a user names by module: imported, or refused in one line."""

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


# What a session itself imports.
_OURS = ("joblib", "numpy", "psutil", "pytest")


def add_path(text: str) -> None:
    """Have modules found in a folder, by this process and by every worker."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise BadOption(f"--workload-path {text!r}: no such folder; expected the one that modules of yours lie in")
    for name in _OURS:
        if (path / f"{name}.py").exists() or (path / name / "__init__.py").exists():
            said = f"there is a {name} in it, which would take the place of the installed one"
            raise BadOption(f"--workload-path {text!r}: {said}; give a folder without it")
    sys.path.insert(1, str(path))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH")]))


def imported(option: str, module: str) -> ModuleType:
    """The module that an option's value names; raises BadOption."""
    if not re.fullmatch(MODULE, module):
        raise BadOption(f"{option} {visible(module)!r}: expected the name of a module, such as package.module")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadOption(f"{option} {module!r}: {error}; {_hint(module, error.name)}") from None
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}"
        said = f"importing it raised {visible(described(error))} ({where})"
        raise BadOption(f"{option} {module!r}: {said}") from None


def loaded(option: str, address: str, otherwise: str) -> Any:
    """The object at `module:name`; `otherwise` is what else the option takes. Raises BadOption."""
    if not _ADDRESS.fullmatch(address):
        raise BadOption(f"{option} {visible(address)!r}: expected MODULE:NAME{otherwise}")
    module, _, names = address.partition(":")
    found: Any = imported(option, module)
    for name in names.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            where = getattr(found, "__file__", None) or type(found).__name__
            raise BadOption(f"{option} {address!r}: there is no {name} in {module} ({where})") from None
    return found


def _hint(module: str, missing: str | None) -> str:
    if module.split(".")[0] == "benchmarks":
        return "this suite's own package has that name: give --workload-path the folder itself, and the module alone"
    if missing and not f"{module}.".startswith(f"{missing}."):
        return f"{module} needs it: install it beside the suite"
    return "give its folder with --workload-path DIR, or install it beside the suite"
