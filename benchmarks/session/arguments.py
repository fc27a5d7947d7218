"""`--task-args`: reading the arguments of a workload's tasks from a module, a JSON file or a CSV file."""

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.errors import BadOption
from benchmarks.measure.call import described
from benchmarks.session.importing import import_object
from benchmarks.text.printable import visible

_MOST = 10_000_000


@dataclass(frozen=True)
class Arguments:
    """One value per task. If `spread` is true, each holds several parameters, by position (tuple) or by name (dict)."""

    values: Sequence[Any]
    spread: bool


def read_arguments(text: str) -> Arguments:
    """Read the arguments that the option's value names. Raises BadOption."""
    from_file = text.endswith((".json", ".csv"))
    if from_file:
        values = _from_file(Path(text))
    else:
        values = _from_module(text, import_object("--task-args", text, ", FILE.json or FILE.csv"))
    if not values:
        raise BadOption(f"--task-args {text!r}: empty; expected an argument for each task")
    kinds = {type(value) for value in values}
    # In a file, a dictionary names parameters; from Python, it is an argument like any other.
    several = kinds & ({tuple, dict} if from_file else {tuple})
    if several and len(kinds) > 1:
        raise BadOption(
            f"--task-args {text!r}: some tasks have several parameters and others have one; give all tasks the same"
        )
    return Arguments(values, bool(several))


def _from_module(text: str, source: Any) -> list[Any]:
    """Return the values of an iterable, or of what a function returns. Raises BadOption."""
    try:
        values = source() if callable(source) else source
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            kind = type(values).__name__
            raise BadOption(f"--task-args {text!r}: a value of type {kind}; expected a list of arguments")
        # The bound stops an endless generator.
        values = list(islice(values, _MOST + 1))
    except BadOption:
        raise
    except (Exception, SystemExit) as error:
        raise BadOption(f"--task-args {text!r}: creating them raised {visible(described(error))}") from None
    if len(values) > _MOST:
        raise BadOption(f"--task-args {text!r}: more than {_MOST:,} arguments")
    return values


def _from_file(path: Path) -> list[Any]:
    """Read a file in the working directory or beside the user's modules. Raises BadOption."""
    folders = [Path.cwd(), *map(Path, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))]
    try:
        file = next((folder / path for folder in folders if (folder / path).exists()), path)
        text = file.read_text(encoding="utf-8-sig")
        return _json(text) if path.suffix == ".json" else _csv(text)
    except OSError as error:
        where = "" if path.is_absolute() else f"; looked in {', '.join(dict.fromkeys(map(str, folders)))}"
        raise BadOption(f"--task-args {str(path)!r}: {error.strerror}{where}") from None
    except (ValueError, csv.Error, RecursionError) as error:
        raise BadOption(f"--task-args {str(path)!r}: {visible(error)}") from None


def _json(text: str) -> list[Any]:
    values = json.loads(text)
    if not isinstance(values, list):
        raise ValueError(f"a JSON {type(values).__name__}; expected a list with an entry for each task")
    return [tuple(value) if isinstance(value, list) else value for value in values]


def _csv(text: str) -> list[Any]:
    """Read one task per line; the first line names the parameters. Raises ValueError or csv.Error."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = reader.fieldnames or []
    if not all(name.isidentifier() for name in names) or len(set(names)) < len(names):
        raise ValueError(f"its first line is {', '.join(names)!r}; expected the function's parameters, each once")
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"line {reader.line_num} does not have {len(names)} values as the first line does")
        rows.append({name: _value(value) for name, value in row.items()})
    return rows


def _value(text: str) -> Any:
    """Return a number, true, false or null as Python has it, and any other text unchanged."""
    try:
        return json.loads(text)
    except ValueError:
        return text
