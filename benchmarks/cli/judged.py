"""What every verb that judges has in common: its options for output, its exit code, the files it writes."""

import argparse

from benchmarks.analysis.judgement import Judgement
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.report import csv_rows, json_document, junit, markdown, terminal

_RENDERERS = {
    "json": json_document.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "csv": csv_rows.render,
}


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the exit code of what could not be judged, and a file for each format."""
    parser.add_argument(
        "--inconclusive",
        choices=("pass", "fail"),
        help="where no case could be judged, exit with 0 or 1 instead of 3; what is incomparable never passes",
    )
    for name in _RENDERERS:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write it as {name} as well; - is standard output")


def outcome(args: argparse.Namespace, judgement: Judgement, warnings: tuple[str, ...] = ()) -> Outcome:
    """The judgement as text and files, with its exit code."""
    files = {getattr(args, name): render(judgement) for name, render in _RENDERERS.items() if getattr(args, name)}
    code = exit_code(judgement, args.inconclusive)
    return Outcome(terminal.render(judgement, args.coloured), code, files, warnings)


def exit_code(judgement: Judgement, inconclusive: str | None) -> Exit:
    """The exit code; `inconclusive` is pass, fail or None."""
    if judgement.failed:
        return Exit.FAILED
    if not judgement.undecided:
        return Exit.FINE
    if inconclusive == "fail":
        return Exit.FAILED
    # Foreign data never passes: what can't be compared at all is more than inconclusive.
    return Exit.FINE if inconclusive == "pass" and judgement.compared else Exit.UNDECIDED
