"""`python -m benchmarks VERB`: parse the command line, run the verb, print its outcome, exit with its code.

Verbs return their outcome instead of printing it; only lines of progress are written elsewhere (`cli.progress`).
"""

import argparse
import contextlib
import gc
import io
import os
import stat
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size

from benchmarks.cli.options import refuse_among_runs, refuse_outputs
from benchmarks.cli.outcome import EXIT_CODES, JUDGEMENT_EXIT_CODES, SIGNAL_EXIT_CODES, Exit, Outcome
from benchmarks.cli.progress import tell_as_it_is, write
from benchmarks.errors import SuiteError
from benchmarks.history.store import Store, default_root
from benchmarks.text.printable import visible

# Each verb is a module of `benchmarks.cli`, whose DESCRIPTION begins the verb's own help.
VERBS = {
    "runs": "list the stored runs",
    "compare": "compare stored runs, one or several per side: did a case become slower?",
    "trend": "show one case over all comparable runs",
    "check": "verify every stored file, move broken ones to quarantine and rebuild the index",
    "merge": "join the runs of all shards (pytest's --shard) into one run",
    "prune": "delete old runs; pinned baselines stay",
    "baseline": "pin a run as a baseline, under a name",
    "report": "render a run or a gate record as one HTML page",
    "gate": "measure base and head in turns, and decide whether head is slower",
    "bisect": "find the commit or the release since which a case is slower",
    "calibrate": "measure this machine against itself, to know which slowdowns a gate can detect",
    "probe": "measure what each part of a parallel call costs on this machine",
    "recommend": "recommend a backend, n_jobs and batch_size for your tasks",
}


def main(argv: list[str]) -> int:
    """Run one verb and return its exit code."""
    _prepare_streams()
    args = make_parser(argv).parse_args(argv)
    args.coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    args.columns = get_terminal_size().columns if sys.stdout.isatty() else None
    try:
        refuse_outputs(args)
        store = Store(_root(args.history))
        refuse_among_runs(args, store.root)
        outcome = import_module(f"benchmarks.cli.{args.verb}").run(args, store)
        try:
            _write_files(outcome)
        finally:  # minutes of measuring may have led to this text
            _print(outcome)
    except SuiteError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{visible(error.filename or 'output')}: {error.strerror or visible(error)}")
    except Exception as error:
        # Python itself would exit with 1, which means that a case regressed.
        if sys.flags.dev_mode:
            raise
        return _refuse(f"internal error, {type(error).__name__}: {visible(error)}; python -X dev shows the traceback")
    return int(outcome.exit_code)


def make_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser that knows all verbs, and the options of the verb that `argv` names."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare stored benchmark runs of joblib, gate a change, and choose a joblib configuration.",
        epilog=(
            "`python -m benchmarks VERB --help` describes a verb, with an example.\n\n"
            f"{JUDGEMENT_EXIT_CODES}\n{SIGNAL_EXIT_CODES}"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    named = next((word for word in argv if word in VERBS), None)
    for verb, text in VERBS.items():
        # Importing all verbs would more than double the start-up time.
        if verb == named:
            _add_verb(verbs, verb, text)
        else:
            verbs.add_parser(verb, help=text)
    return parser


def _add_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, text: str) -> None:
    """Declare a verb with its options; its help ends in an example and the exit codes."""
    module = import_module(f"benchmarks.cli.{verb}")
    exit_codes = getattr(module, "EXIT_CODES", EXIT_CODES)
    parser = verbs.add_parser(
        verb,
        help=text,
        description=module.DESCRIPTION,
        epilog=f"example:\n{textwrap.indent(module.EXAMPLE, '  ')}\n\n{exit_codes}\n{SIGNAL_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--history", metavar="DIR", help="where runs are stored (default: .benchmarks in this checkout)"
    )
    module.add_arguments(parser)


def _root(history: str | None) -> Path:
    root = default_root() if history is None else Path(history)
    if history == "":
        raise SuiteError("--history '': an empty name; expected the folder in which runs are stored")
    if history is not None and not root.is_dir():
        raise SuiteError(f"--history {visible(history)}: no such folder; expected the folder in which runs are stored")
    return root


def _write_files(outcome: Outcome) -> None:
    """Write the requested files, each atomically. Raises SuiteError."""
    for name, content in outcome.files.items():
        if name == "-":
            continue
        path = Path(name)
        try:
            if path.exists() and not path.is_file():  # a pipe or a device
                path.write_text(content, encoding="utf-8")
            else:
                _replace(path.resolve(), content)
        except OSError as error:
            raise SuiteError(f"{visible(name)}: {error.strerror}") from None


def _replace(path: Path, content: str) -> None:
    """Write a file through a temporary one beside it, which is removed if there is no room."""
    writing = path.with_name(f".{path.name}.writing")
    try:
        writing.write_text(content, encoding="utf-8")
        if path.exists():
            writing.chmod(stat.S_IMODE(path.stat().st_mode))
        writing.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            writing.unlink()
        raise


def _print(outcome: Outcome) -> None:
    """Print the text; a file named `-` is printed instead."""
    write(sys.stdout, outcome.files.get("-", outcome.text))
    for warning in outcome.warnings:
        tell_as_it_is(warning)


def _prepare_streams() -> None:
    """Make stdout and stderr accept every character, whatever their encoding, and replace closed ones."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as we run
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse(why: str) -> int:
    tell_as_it_is(f"error: {why}")
    return int(Exit.UNUSABLE)


if __name__ == "__main__":
    # A verb runs for a fraction of a second and leaves no cycles worth collecting; the collector takes a quarter of it.
    gc.disable()
    code: str | int | None
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except SystemExit as left:  # from argparse, whose text may still be in the buffer
        code = left.code
    try:
        write(sys.stdout, "")
    except OSError as error:
        code = _refuse(f"output: {error.strerror}")
    sys.exit(code)
