"""Python interpreters of this machine: find the one that a side asks for, and say what it is."""

import os
from pathlib import Path

from benchmarks.errors import GateError
from benchmarks.gate.commands import output_of
from benchmarks.text.printable import visible

# Prints an interpreter's name, such as `CPython 3.13.0 free-threading`.
_NAME = """
import platform, sysconfig
free = " free-threading" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
print(platform.python_implementation(), platform.python_version() + free)
"""


def find_interpreter(uv: str, option: str, wanted: str, folder: Path) -> str:
    """Return the path of the interpreter that `option` asks for: a version, a name or a path, as uv takes them.

    Raises GateError that says how to get it if this machine has none. Nothing is downloaded.
    """
    if wanted.startswith("-"):
        raise GateError(f"{option} {visible(wanted)}: expected a version or the path of an interpreter")
    command = [uv, "python", "find", "--no-python-downloads", "--no-project", wanted]
    try:
        return output_of(option, command, folder, _pyenv_path()).decode().strip()
    except GateError:
        get = f"install it (`uv python install {visible(wanted)}`), or give the path of an interpreter"
        raise GateError(f"{option} {visible(wanted)}: no such interpreter on this machine; {get}") from None


def _pyenv_path() -> dict[str, str]:
    """Return a PATH that ends in pyenv's interpreters: its shims fail for versions that are not activated."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = sorted(root.glob("versions/*/bin"), reverse=True)
    return {"PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders)])}


def interpreter_name(python: Path) -> str:
    """Return an interpreter's implementation and version, such as `CPython 3.13.0`. Raises GateError."""
    return output_of(f"{visible(python)}", [str(python), "-I", "-c", _NAME], python.parent).decode().strip()
