"""The files that a verb is asked to write, refused before anything is done where they can't be."""

import argparse
import os
from pathlib import Path

from benchmarks.errors import SuiteError
from benchmarks.text.printable import visible

OUTPUTS = ("json", "markdown", "junit", "csv", "output")


def refuse_outputs(args: argparse.Namespace) -> None:
    """Raise SuiteError where an output could not be written, or where two would be the same."""
    asked = {name: getattr(args, name) for name in OUTPUTS if getattr(args, name, None) is not None}
    taken: dict[str, str] = {}
    for name, text in asked.items():
        if text == "" or "\0" in text:
            raise SuiteError(f"--{name} {visible(text)!r}: expected a file's name, or - for standard output")
        if text != "-":
            _refuse_unwritable(name, Path(text))
        place = text if text == "-" else str(Path(text).resolve())
        if place in taken:
            raise SuiteError(f"--{name} and --{taken[place]} both write to {visible(text)}; give each a file")
        taken[place] = name


def _refuse_unwritable(name: str, path: Path) -> None:
    writable = os.access(path if path.exists() else path.absolute().parent, os.W_OK)
    if path.is_dir() or not path.absolute().parent.is_dir() or not writable:
        raise SuiteError(f"--{name} {visible(path)}: can't be written; expected a file in a folder that exists")


def refuse_folder(name: str, folder: Path) -> None:
    """Raise SuiteError where a folder that need not be there yet could not be made or written to."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise SuiteError(f"--{name} {visible(folder)}: {visible(there)} is no folder that can be written to")
