"""Options of a session that a verb has as well, and passes on to the sessions that it starts."""

import argparse
from pathlib import Path

from benchmarks.options import SUMMATION, forwarded_options


def add_forwarded_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Declare the options that `verb` passes on."""
    for option in forwarded_options(verb):
        # Only a session measures the summation if no workload is given; `recommend` then asks about described tasks.
        without_default = verb == "recommend" and option.default == SUMMATION
        text = option.help if without_default else option.full_help
        parser.add_argument(option.flag, metavar=option.metavar, help=text.replace("%", "%%"))


def session_options(args: argparse.Namespace, verb: str) -> list[str]:
    """Return the options that were given, as a session takes them; paths are absolute, because it runs elsewhere."""
    given = {option: getattr(args, option.name) for option in forwarded_options(verb)}
    return [f"{option.flag}={_absolute(option.name, value)}" for option, value in given.items() if value is not None]


def _absolute(name: str, value: str) -> str:
    is_path = name == "workload_path" or (name == "task_args" and value.endswith((".json", ".csv")))
    return str(Path(value).absolute()) if value and is_path else value
