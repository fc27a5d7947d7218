"""Where cost models are kept: an option of the verbs that measure or use them."""

import argparse
import os
from pathlib import Path

from benchmarks.advise.errors import AdviceError
from benchmarks.advise.probing import WORK
from benchmarks.history.reading import visible


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
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise AdviceError(f"--models {visible(folder)}: {visible(there)} is no folder that can be written to")
    return folder
