"""What a verb returns: a text, files, and an exit code. Only `__main__` prints and writes them."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.errors import BadReference
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

if TYPE_CHECKING:
    from benchmarks.analysis.judgement import Judgement
    from benchmarks.report.html.figures import Section


class Exit(IntEnum):
    """The exit codes of every verb."""

    FINE = 0
    FAILED = 1  # REGRESSION, MISSING, BROKEN or OVER_LIMIT
    UNUSABLE = 2  # usage, or data that can't be read
    UNDECIDED = 3  # nothing comparable, or the comparison as a whole inconclusive


# The exit codes as the help of a verb lists them: of a verb that judges, of any other, and of an interrupted one.
JUDGEMENT_EXIT_CODES = """exit codes:
  0  success; no case regressed
  1  a case regressed, is missing, has a wrong result, or is over its limit
  2  invalid usage, or data that can't be read
  3  no case could be compared, or no verdict was possible"""
EXIT_CODES = """exit codes:
  0  success
  2  invalid usage, or data that can't be read"""
SIGNAL_EXIT_CODES = "  130, 129, 143  ended by Ctrl-C, SIGHUP, SIGTERM"


_MOST_UNREAD = 20


@dataclass(frozen=True)
class Outcome:
    """`text` for the terminal, `files` by the name the user gave (`-` is standard output), `warnings` for stderr."""

    text: str
    exit_code: Exit
    files: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def unread_files(errors: Sequence[str]) -> tuple[str, ...]:
    """Return the warnings about stored files that can't be read: the first few, and what to do."""
    if not errors:
        return ()
    more = [f"and {len(errors) - _MOST_UNREAD} more"] if len(errors) > _MOST_UNREAD else []
    return (*errors[:_MOST_UNREAD], *more, "`check` reads every file, and puts aside what is broken")


def judgement_outcome(args: argparse.Namespace, judgement: "Judgement", warnings: tuple[str, ...] = ()) -> Outcome:
    """Return a judgement as text, in the formats that were asked for, and with its exit code."""
    # Every verb imports this module, and only those that judge need the renderers.
    from benchmarks.report import data, junit, markdown

    renderers = {"json": data.render_json, "markdown": markdown.render, "junit": junit.render, "csv": data.render_csv}
    files = {path: render(judgement) for name, render in renderers.items() if (path := getattr(args, name))}
    code = judgement_exit_code(judgement, args.inconclusive)
    return Outcome(judgement_text(args, judgement), code, files, warnings)


def judgement_text(args: argparse.Namespace, judgement: "Judgement") -> str:
    """Return a judgement as text for the terminal of this command line."""
    from benchmarks.report import terminal
    from benchmarks.text.width import WIDTH

    return terminal.render(judgement, args.coloured, args.columns or WIDTH, all_rows=args.all)


def judgement_exit_code(judgement: "Judgement", inconclusive: str | None) -> Exit:
    """Return the exit code of a judgement; `inconclusive` is the value of `--inconclusive`: pass, fail or None."""
    if judgement.failed:
        return Exit.FAILED
    if not judgement.undecided:
        return Exit.FINE
    if inconclusive == "fail":
        return Exit.FAILED
    # Data that can't be compared at all never passes: that is more than inconclusive.
    return Exit.FINE if inconclusive == "pass" and judgement.compared else Exit.UNDECIDED


def page_outcome(args: argparse.Namespace, title: str, sections: Sequence["Section"]) -> Outcome:
    """Return a page, and the pictures that were asked for, as files to write."""
    from benchmarks.report.html.document import page

    pictures = _pictures(Path(args.pictures), sections) if args.pictures else {}
    if Path(args.output).resolve() in [Path(name).resolve() for name in pictures]:
        raise BadReference(f"--output {visible(args.output)}: also the name of a picture; give the page another name")
    charts = sum(len(section.all_figures) for section in sections)
    text = page(visible(title), sections, "Made by `python -m benchmarks report`; it needs no network.")
    size = f"{len(text.encode()) / 1000:,.0f} kB"
    line = f"{visible(args.output)}: {size}, {counted(charts, 'chart')}\n"
    return Outcome(line, Exit.FINE, {args.output: text, **pictures})


def _pictures(folder: Path, sections: Sequence["Section"]) -> dict[str, str]:
    """Return each chart as a standalone SVG file, by path."""
    from benchmarks.report.html.document import colours
    from benchmarks.report.html.drawing import standalone
    from benchmarks.report.html.layout import pictures

    elements = pictures(sections)
    return {str(folder / f"{name}.svg"): standalone(element, colours()) for name, element in elements.items()}
