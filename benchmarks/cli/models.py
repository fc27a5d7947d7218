"""Where cost models are kept: an option of the verbs that measure or use them."""

import argparse
from pathlib import Path

from benchmarks.advise.probing import WORK
from benchmarks.cli.options import refuse_folder
from benchmarks.errors import AdviceError
from benchmarks.text.printable import visible


def add_models_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--models`."""
    parser.add_argument(
        "--models", metavar="DIR", help="where cost models are kept (default: .advice in this checkout)"
    )


def models(args: argparse.Namespace) -> Path:
    """The folder, which need not be there; raises AdviceError where it can't be made or written to."""
    folder = WORK if args.models is None else Path(args.models).absolute()
    if args.models is not None and (not args.models or "\0" in args.models):
        raise AdviceError(f"--models {visible(args.models)!r}: expected the name of a folder")
    refuse_folder("models", folder)
    return folder
