"""The options that several verbs take: how they are declared and how their values are read.

Every reader raises SuiteError, naming the option, if the value is invalid.
"""

import argparse
import os
from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path

from benchmarks.errors import SuiteError
from benchmarks.options import DEFAULT_ALPHA, DEFAULT_BUDGET, DEFAULT_MIN_EFFECT, SUMMATION, forwarded_options
from benchmarks.text.parsing import parse_percent, parse_span
from benchmarks.text.printable import visible

# The formats of a judgement besides the terminal's, each with an option of its own.
FORMATS = ("json", "markdown", "junit", "csv")

# Options whose value is a file to write.
OUTPUTS = (*FORMATS, "output")


def add_rule_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--min-effect` and `--alpha`; they are None if not given, as a gate's record has its own."""
    # argparse expects a per cent sign in a help text to be doubled.
    parser.add_argument(
        "--min-effect", metavar="P%", help=f"the slowdown that matters (default: {DEFAULT_MIN_EFFECT}%)"
    )
    parser.add_argument(
        "--alpha", metavar="P%", help=f"probability of any false REGRESSION (default: {DEFAULT_ALPHA}%)"
    )


def add_limits_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--limits`."""
    parser.add_argument("--limits", metavar="FILE", help="per-case limits (TOML)")


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a verb that judges: a file for each format, and the exit code of an open question."""
    parser.add_argument(
        "--inconclusive",
        choices=("pass", "fail"),
        help="exit with 0 or 1 instead of 3 if no case could be judged; cases that are not comparable never pass",
    )
    add_all_argument(parser, "the table")
    for name in FORMATS:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"also write the result as {name}; - is standard output")


def add_all_argument(parser: argparse.ArgumentParser, rows: str) -> None:
    """Declare `--all`; `rows` says of what."""
    parser.add_argument("--all", action="store_true", help=f"print every row of {rows}, even inconspicuous ones")


def add_forwarded_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Declare the session options that `verb` passes on to the sessions it starts."""
    for option in forwarded_options(verb):
        # Only a session measures the summation if no workload is given; `recommend` then asks about described tasks.
        without_default = verb == "recommend" and option.default == SUMMATION
        text = option.help if without_default else option.full_help
        parser.add_argument(option.flag, metavar=option.metavar, help=text.replace("%", "%%"))


def alpha(text: str | None = None) -> float:
    """Return the value of --alpha as a fraction; the default for None."""
    return percent("--alpha", DEFAULT_ALPHA if text is None else text, most=0.5)


def min_effect(text: str | None = None) -> float:
    """Return the value of --min-effect as a fraction; the default for None."""
    return percent("--min-effect", DEFAULT_MIN_EFFECT if text is None else text)


def budget_s(text: str | None = None) -> float:
    """Return the value of --budget in seconds; the default for None."""
    return parsed("--budget", DEFAULT_BUDGET if text is None else text, parse_span)


def percent(option: str, text: str, most: float = 10.0) -> float:
    """Return a percentage such as 5% as a fraction, at most `most`."""
    value = parsed(option, text, parse_percent)
    if value > most:
        raise SuiteError(f"{option} {text}: expected at most {most:.0%}")
    return value


def parsed(option: str, text: str, parse: Callable[[str], float]) -> float:
    """Return what `parse` makes of an option's value; its ValueError becomes a SuiteError."""
    try:
        return parse(text)
    except ValueError as error:
        raise SuiteError(f"{option}: {error}") from None


def session_options(args: argparse.Namespace, verb: str) -> list[str]:
    """Return the session options that were given, as a session takes them.

    Paths are made absolute, because the session runs in another folder.
    """
    given = {option: getattr(args, option.name) for option in forwarded_options(verb)}
    folder = getattr(args, "workload_path", None)
    return [
        f"{option.flag}={_absolute(option.name, value, folder)}" for option, value in given.items() if value is not None
    ]


def _absolute(name: str, value: str, folder: str | None) -> str:
    """Return the value of an option with absolute paths; a file of arguments may be beside the modules in `folder`."""
    if name == "task_args" and value.endswith((".json", ".csv")):
        beside = Path(folder or ".", value)
        return str((beside if beside.exists() and not Path(value).exists() else Path(value)).absolute())
    return str(Path(value).absolute()) if value and name == "workload_path" else value


def refuse_outputs(args: argparse.Namespace) -> None:
    """Raise SuiteError if an output can't be written, or if two outputs are the same file."""
    given = {name: getattr(args, name) for name in OUTPUTS if getattr(args, name, None) is not None}
    options_by_file: dict[str, str] = {}
    for name, text in given.items():
        if text == "" or "\0" in text:
            raise SuiteError(f"--{name} {visible(text)!r}: expected a file's name, or - for standard output")
        if text != "-":
            _refuse_unwritable(name, Path(text))
        file = text if text == "-" else str(Path(text).resolve())
        if file in options_by_file:
            raise SuiteError(
                f"--{name} and --{options_by_file[file]} both write to {visible(text)}; give each its own file"
            )
        options_by_file[file] = name


def refuse_overwriting(args: argparse.Namespace, runs: Collection[Path]) -> None:
    """Raise SuiteError if an output would overwrite one of the runs that a verb reads."""
    places = {path.resolve() for path in runs}
    for name in OUTPUTS:
        text = getattr(args, name, None)
        if text is not None and Path(text).resolve() in places:
            raise SuiteError(f"--{name} {visible(text)}: would overwrite a run; write it elsewhere")


def refuse_among_runs(args: argparse.Namespace, root: Path) -> None:
    """Raise SuiteError if an output would be taken for a run of the history in `root`."""
    for name in OUTPUTS:
        path = Path(getattr(args, name, None) or "-")
        if path.suffix == ".json" and path.resolve().is_relative_to(root.resolve()):
            raise SuiteError(f"--{name} {visible(path)}: inside the history, where .json files are runs")


def _refuse_unwritable(name: str, path: Path) -> None:
    writable = os.access(path if path.exists() else path.absolute().parent, os.W_OK)
    if path.is_dir() or not path.absolute().parent.is_dir() or not writable:
        raise SuiteError(f"--{name} {visible(path)}: can't be written; expected a file in a folder that exists")


def refuse_folder(name: str, folder: Path) -> None:
    """Raise SuiteError if a folder, which need not exist, can't be created or written to."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise SuiteError(f"--{name} {visible(folder)}: {visible(existing)} is not a writable folder")


def require_page_packages(environment: str, *modules: str) -> None:
    """Raise SuiteError if one of these modules of `report.html` can't be imported.

    Only pages need the packages of the dependency group report. A verb calls this before it measures or reads
    anything; `environment` is the tox environment that has them.
    """
    try:
        for name in modules:
            import_module(f"benchmarks.report.html.{name}")
    except ImportError as error:
        raise SuiteError(f"{error}: install the dependency group report, or use `tox run -e {environment}`") from None
