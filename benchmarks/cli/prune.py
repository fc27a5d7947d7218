"""`prune --keep N`: list the old runs that exceed N; with `--delete`, delete them."""

import argparse
from collections import defaultdict
from contextlib import closing

from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import BadReference
from benchmarks.files.durable import trouble
from benchmarks.files.system import sync_folder
from benchmarks.history.index import Entry, Index
from benchmarks.history.marks import forget, read_marks
from benchmarks.history.store import Store
from benchmarks.text.formatting import counted
from benchmarks.text.printable import visible

DESCRIPTION = """List the runs that are older than the newest N of their machine; with --delete, delete them. Pinned
baselines, broken files and files without a number stay."""
EXAMPLE = "python -m benchmarks prune --keep 200 --delete"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `prune`."""
    parser.add_argument(
        "--keep", metavar="N", type=int, required=True, help="number of runs to keep per machine, the newest ones"
    )
    parser.add_argument(
        "--delete", action="store_true", help="delete the runs; without this option they are only listed"
    )


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Delete all but the newest runs of each machine; pinned, broken and unnumbered files stay."""
    if args.keep < 1:
        raise BadReference(f"--keep {args.keep}: expected at least 1; an empty history has nothing to compare with")
    marks = read_marks(store)
    with closing(Index(store)) as index:
        machines: dict[str, list[Entry]] = defaultdict(list)
        for entry in index.entries:
            # A file without a number was not written by a session.
            if entry.error is None and entry.file.number is not None:
                machines[entry.facts["machine"]].append(entry)
    old = [entry for entries in machines.values() for entry in entries[: -args.keep]]
    pinned = [entry for entry in old if marks.names_of(entry.file)]
    going = [entry for entry in old if entry not in pinned]
    lines = [f"{visible(entry.file.reference)}: pinned: kept" for entry in pinned]
    lines += [visible(entry.file.reference) for entry in going]
    if args.delete:
        _delete(store, going)
        lines.append(f"deleted {counted(len(going), 'run')}")
    else:
        lines.append(
            f"would delete {counted(len(going), 'run')}: add --delete to do it" if going else "nothing to delete"
        )
    return Outcome("\n".join(lines) + "\n", Exit.FINE)


def _delete(store: Store, entries: list[Entry]) -> None:
    with store.writing():
        for entry in entries:
            try:
                entry.file.path.unlink(missing_ok=True)
            except OSError as error:
                raise trouble(entry.file.path, error) from None
        for folder in {entry.file.path.parent for entry in entries}:
            sync_folder(folder)
    if read_marks(store).rejected:
        forget(store, {entry.file.reference for entry in entries})
