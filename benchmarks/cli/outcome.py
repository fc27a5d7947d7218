"""What a verb returns: a text, files, and an exit code. Only `__main__` prints and writes them."""

import argparse
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from types import FrameType
from typing import TYPE_CHECKING

from benchmarks.subprocesses import kill_all

if TYPE_CHECKING:
    from benchmarks.analysis.judgement import Judgement


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


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that the processes it started are ended as well.

    A second signal kills them at once without interrupting the end of the block, which ends them.
    """
    signals = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal signals
        signals += 1
        if signals > 1:
            kill_all()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            raise SystemExit(128 + number)

    # Windows has no SIGHUP. A job in a shell's background ignores SIGINT, and goes on ignoring it.
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers += [signal.SIGINT] if signal.getsignal(signal.SIGINT) is signal.default_int_handler else []
    handlers = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        # After a signal the process is about to exit; another one must not change its exit code.
        for number, handler in handlers.items() if not signals else ():
            signal.signal(number, handler)
