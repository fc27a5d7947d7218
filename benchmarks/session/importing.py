"""Importing what a user names by its module, or refusing it in one line."""

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.call import described
from benchmarks.measure.deadline import CaseTimeout, guarded
from benchmarks.text.printable import visible

MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_ADDRESS = re.compile(f"{MODULE}:{MODULE}")

_INSTALL = "install it in this environment (of a gate's sides: with --base and --head)"

_SCRIPT = "put what runs as a script under `if __name__ == '__main__':`"

# An import that takes longer is taken for a program that never ends: large libraries take some seconds.
_MOST_S = 60.0

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


def add_path(text: str, installed_first: bool = False) -> None:
    """Let this process and every worker import modules from a folder and its `src`. Raises BadOption.

    With `installed_first`, the folder has only what is not installed: both sides of a gate have the same folder, and it
    must not hide what each side has installed.
    """
    folders = [str(folder) for folder in module_folders(text)]
    if installed_first:
        # Workers get this process's path; in PYTHONPATH the folders would come first.
        sys.path += folders
        return
    sys.path[1:1] = folders
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [*folders, os.environ.get("PYTHONPATH")]))


def import_named(option: str, module: str) -> ModuleType:
    """Import the module that an option's value names. Raises BadOption."""
    if not re.fullmatch(MODULE, module):
        raise BadOption(f"{option} {visible(module)!r}: expected the name of a module, such as package.module")
    try:
        with guarded(_MOST_S, lambda: None, lambda: None):
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadOption(f"{option} {module!r}: {error}; {_hint(module, error.name)}") from None
    except CaseTimeout:
        said = f"importing it took over {_MOST_S:g} s: it has to end by itself; {_SCRIPT}"
        raise BadOption(f"{option} {module!r}: {said}") from None
    except SyntaxError as error:  # which names file and line itself
        raise BadOption(f"{option} {module!r}: importing it raised {visible(described(error))}") from None
    except (Exception, SystemExit) as error:
        frame = _frame_of_user(error)
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        where += _package_hint(frame.filename) if "relative import" in str(error) else ""
        where += f"; {_SCRIPT}" if isinstance(error, SystemExit) else ""
        raise BadOption(f"{option} {module!r}: importing it raised {visible(described(error))} ({where})") from None


def _frame_of_user(error: BaseException) -> traceback.FrameSummary:
    """Return the last frame of an error's traceback in the user's modules, the very last one if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    folders = tuple(f"{folder}{os.sep}" for folder in _user_folders())
    return next((frame for frame in reversed(frames) if folders and frame.filename.startswith(folders)), frames[-1])


def _user_folders() -> list[str]:
    """Return the folders of the user's modules, which `add_path` has put into PYTHONPATH."""
    return list(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))


def import_object(option: str, address: str, otherwise: str) -> Any:
    """Import the object at `module:name`. `otherwise` says what else the option accepts. Raises BadOption."""
    if not _ADDRESS.fullmatch(address):
        raise BadOption(f"{option} {visible(address)!r}: expected MODULE:NAME{otherwise}{_meant_address(address)}")
    module, _, names = address.partition(":")
    value: Any = import_named(option, module)
    for name in names.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            where = getattr(value, "__file__", None) or getattr(value, "__qualname__", type(value).__name__)
            meant = _meant(_like(name, _names_in(value))) or _inner_name(name, value)
            raise BadOption(f"{option} {address!r}: there is no {name} in {module} ({where}){meant}") from None
    return value


def _like(name: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that a misspelt one is like, and first those that differ in upper case only."""
    alike = [each for each in names if each.lower() == name.lower()]
    return alike or get_close_matches(name, names, n=3)


def _meant(names: Iterable[str]) -> str:
    return f"; did you mean {listed}?" if (listed := " or ".join(names)) else ""


def _names_in(value: Any) -> list[str]:
    """Return the names that a module or another object has, without modules and special names."""
    names = (name for name in dir(value) if not name.startswith("__"))
    return [name for name in names if not isinstance(getattr(value, name, None), ModuleType)]


def _inner_name(name: str, value: Any) -> str:
    """Say so if a module's file defines a name, but not for others: in a function, or where only a script gets."""
    file = Path(getattr(value, "__file__", None) or "")
    if file.suffix != ".py" or not file.is_file():
        return ""
    defined = rf"^[ \t]+((async )?def {name}\b|class {name}\b|{name} *(:[^=\n]+)?=[^=])"
    if not re.search(defined, file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE):
        return ""
    return "; it is defined inside a block of that file: define it at the top level"


def _meant_address(address: str) -> str:
    """Return how a file's path, or a name with dots only, is written as MODULE:NAME."""
    module, colon, name = address.partition(":") if ":" in address else address.rpartition(".")
    module = module.removeprefix("./").removesuffix(".py").replace("/", ".")
    meant = f"{module}:{name.removesuffix('()')}"
    return f"; did you mean {meant}?" if colon and _ADDRESS.fullmatch(meant) else ""


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
    if module.endswith(".py"):
        return f"give the module's name without .py: {module.removesuffix('.py')}"
    parent = module.rpartition(".")[0]
    folders = getattr(sys.modules.get(parent), "__path__", _user_folders())
    like = _like(module.rpartition(".")[2], _modules_in(folders))
    meant = _meant(f"{parent}.{name}" if parent else name for name in like)
    return f"give its folder with --workload-path DIR, or {_INSTALL}{meant}"


def _modules_in(folders: Iterable[str]) -> list[str]:
    """Return the names of the modules and packages in some folders."""
    files = [file for folder in map(Path, folders) if folder.is_dir() for file in folder.iterdir()]
    return sorted({file.stem for file in files if file.suffix == ".py" or (file / "__init__.py").exists()})
