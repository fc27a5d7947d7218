"""Options by which a verb names somebody's own work, and how its sessions, which run elsewhere, are told of it."""

import argparse
from collections.abc import Mapping
from pathlib import Path


def add_workload_arguments(parser: argparse.ArgumentParser, work: str, place: str) -> None:
    """Declare the work, its arguments and where its module lies; `work` and `place` begin and end the help."""
    parser.add_argument("--workload", metavar="NAME", help=f"{work} or MODULE:FUNCTION")
    parser.add_argument("--task-args", metavar="WHERE", help="its arguments: MODULE:NAME, FILE.json or FILE.csv")
    parser.add_argument("--workload-path", metavar="DIR", help=f"where its module lies, if {place}")


def session_options(values: Mapping[str, str | None]) -> list[str]:
    """Options of these names with their values, where they have one; paths are made absolute."""
    return [
        f"--{name.replace('_', '-')}={_elsewhere(name, value)}" for name, value in values.items() if value is not None
    ]


def _elsewhere(name: str, value: str) -> str:
    is_path = name == "workload_path" or (name == "task_args" and value.endswith((".json", ".csv")))
    return str(Path(value).absolute()) if value and is_path else value
