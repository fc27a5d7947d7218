"""`baseline set RUN [--name main]`, `baseline list`, `baseline unset NAME`."""

import argparse
import os
from contextlib import closing

from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.errors import BadReference
from benchmarks.history.baseline import in_ci, objections
from benchmarks.history.index import Index, facts
from benchmarks.history.marks import pin, read_marks, unpin
from benchmarks.history.references import find
from benchmarks.history.run import read_run
from benchmarks.history.store import Store
from benchmarks.text.printable import visible

DESCRIPTION = """Pin a run under a name, so that `baseline:NAME` stands for it in other verbs; list the pinned runs,
or remove a name. `prune` does not delete a pinned run."""
EXAMPLE = """python -m benchmarks baseline set latest --name main
python -m benchmarks baseline list
python -m benchmarks baseline unset main"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `baseline`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="set|unset|list")
    action = _action(actions, "set", "pin a run as a baseline", "set latest --name main")
    action.add_argument("run", metavar="RUN", help="the run: a number (12), a name, latest, latest~2, or a stored file")
    action.add_argument("--name", default="main", help="name of the baseline (default: main)")
    action.add_argument("--allow-partial", action="store_true", help="pin the run although it is partial")
    gone = _action(actions, "unset", "remove the name of a baseline; the run stays", "unset main")
    gone.add_argument("name", metavar="NAME", help="name of the baseline")
    _action(actions, "list", "list the pinned runs", "list")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, example: str
) -> argparse.ArgumentParser:
    """Declare an action with its own help."""
    action = actions.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  python -m benchmarks baseline {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Here as well, because every other verb takes it at the end.
    action.add_argument("--history", metavar="DIR", default=argparse.SUPPRESS, help="where runs are stored")
    return action


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Pin, unpin or list; raises SuiteError."""
    return {"set": _set, "unset": _unset, "list": _list}[args.action](args, store)


def _set(args: argparse.Namespace, store: Store) -> Outcome:
    with closing(Index(store)) as index:
        runs = find(args.run, index, read_marks(store))
    if len(runs) != 1 or runs[0].entry is None:
        raise BadReference(f"'{visible(args.run)}': expected one run of {store.root}; `runs` lists them")
    known = facts(read_run(runs[0].path))
    # Pinning a rejected run accepts it.
    if why := objections(known, None, args.allow_partial, strict=in_ci(os.environ)):
        raise BadReference(f"{runs[0].label} can't be a baseline: {'; '.join(why)}")
    pin(store, args.name, runs[0].entry.file)
    dirty = (f"{runs[0].label} was measured on a dirty working tree",) if known["dirty"] else ()
    return Outcome(f"baseline {args.name} is {runs[0].label}\n", Exit.FINE, warnings=dirty)


def _unset(args: argparse.Namespace, store: Store) -> Outcome:
    unpin(store, args.name)
    return Outcome(f"baseline {args.name} is removed; the run stays\n", Exit.FINE)


def _list(args: argparse.Namespace, store: Store) -> Outcome:
    pinned = read_marks(store).baselines
    lines = [f"{visible(name)}: {visible(reference)}" for name, reference in sorted(pinned.items())]
    return Outcome("\n".join(lines or ["no baseline is pinned; `baseline set RUN` pins one"]) + "\n", Exit.FINE)
