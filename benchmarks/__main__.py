"""`python -m benchmarks VERB`: parse, call, print, exit. The only place of the program that prints or exits."""

import argparse
import contextlib
import gc
import io
import os
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.cli.options import refuse_outputs
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import SuiteError
from benchmarks.history.store import Store, default_root
from benchmarks.text.printable import visible

VERBS = {
    "runs": "list the stored runs",
    "compare": "did this change make it slower? compare two runs, or several a side",
    "trend": "one case over all comparable runs",
    "check": "verify every stored file, put broken ones aside, make the index anew",
    "merge": "join the parts that --shard measured into one run",
    "prune": "delete old runs; pinned baselines stay",
    "baseline": "pin a run by a name",
    "report": "what a run or a gate found, as one page to look at",
    "gate": "measure base and head in turns: is head slower?",
    "calibrate": "measure this machine against itself: what can a gate see here?",
    "probe": "measure what each part of a parallel call costs on this machine",
    "recommend": "which backend, n_jobs and batch_size for these tasks?",
}

EXIT_CODES = """exit codes:
  0  fine
  1  a case regressed, is missing, has a wrong result, or is over its limit
  2  usage, or data that can't be read
  3  nothing comparable, or the comparison as a whole inconclusive
  130, 129, 143  ended by Ctrl-C, SIGHUP, SIGTERM"""


def main(argv: list[str]) -> int:
    """Run one verb; the exit code."""
    _prepare_streams()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Judge stored runs.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, text in VERBS.items():
        sub = verbs.add_parser(
            verb, help=text, description=text, epilog=EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        sub.add_argument(
            "--history", metavar="DIR", help="where runs are stored (default: .benchmarks in this checkout)"
        )
        # Only the verb that was asked for is imported: the others cost time.
        if verb == next((word for word in argv if word in VERBS), None):
            import_module(f"benchmarks.cli.{verb}").add_arguments(sub)
    args = parser.parse_args(argv)
    args.coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        refuse_outputs(args)
        outcome = import_module(f"benchmarks.cli.{args.verb}").run(args, Store(_root(args.history)))
        _write(outcome)
    except SuiteError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _refuse(f"{visible(error.filename or 'output')}: {error.strerror}")
    except Exception as error:
        # Python's own exit code would be 1, which says that something became slower.
        if sys.flags.dev_mode:
            raise
        return _refuse(f"a fault of this program, {type(error).__name__}: {visible(error)}; python -X dev shows where")
    return int(outcome.exit_code)


def _root(history: str | None) -> Path:
    root = default_root() if history is None else Path(history)
    if history is not None and not root.is_dir():
        raise SuiteError(f"--history {visible(history)}: no such folder; expected the one that runs were stored in")
    return root


def _write(outcome: Outcome) -> None:
    """Print, and write the files that were asked for; what goes to standard output takes the text's place there."""
    for name, content in outcome.files.items():
        if name != "-":
            try:
                Path(name).write_text(content, encoding="utf-8")
            except OSError as error:
                raise SuiteError(f"{visible(name)}: {error.strerror}") from None
    sys.stdout.write(outcome.files.get("-", outcome.text))
    sys.stdout.flush()
    for warning in outcome.warnings:
        sys.stderr.write(f"{warning}\n")


def _prepare_streams() -> None:
    """Names may hold any character, whatever the terminal's encoding; and a stream may have been closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as we run
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse(why: str) -> int:
    sys.stderr.write(f"error: {why}\n")
    return int(Exit.UNUSABLE)


if __name__ == "__main__":
    # A verb lives for a moment and makes no cycles worth collecting; looking for them takes a quarter of that moment.
    gc.disable()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader has left, as `head` does; nothing is wrong with the answer.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
