"""`probe`: measure what each part of a parallel call costs on this machine."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from benchmarks.advise.cost_model import CostModel, HeldOutCase, encode
from benchmarks.advise.costs import Costs
from benchmarks.advise.disturbance import disturbance
from benchmarks.advise.probe_session import MODELS
from benchmarks.advise.probing import probe
from benchmarks.cli.options import refuse_folder
from benchmarks.cli.outcome import Exit, Outcome
from benchmarks.cli.progress import Teller
from benchmarks.errors import AdviceError
from benchmarks.history.store import Store
from benchmarks.report.tables import table
from benchmarks.subprocesses import ended_by_signals
from benchmarks.text.folding import fold
from benchmarks.text.formatting import duration, size
from benchmarks.text.printable import visible

DESCRIPTION = """Measure what the parts of a parallel call cost on this machine (starting workers, a call, a batch,
a task, its arguments and its result), and store that cost model for `recommend`."""
EXAMPLE = "python -m benchmarks probe --json model.json"
EXIT_CODES = """exit codes:
  0  the machine was probed and its cost model stored
  2  invalid options, or the machine can't be measured"""

# The constants of each table by column title, and the number of units per value shown.
_TABLES = (
    {"start and end": ("start", 1.0), "a task": ("task", 1.0), "a batch": ("batch", 1.0)},
    {"a loaded batch": ("loaded", 1.0), "a MB sent": ("byte", 1e6)},
    {"1 s of work": ("held", 1.0), "1 s without the GIL": ("released", 1.0)},
)


def add_models_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--models`, which `recommend` has as well."""
    parser.add_argument("--models", metavar="DIR", help="folder of the cost models (default: .advice in this checkout)")


def models_folder(args: argparse.Namespace) -> Path:
    """Return the folder of `--models`, which need not exist. Raises AdviceError if it can't be made or written to."""
    folder = MODELS if args.models is None else Path(args.models).absolute()
    if args.models is not None and (not args.models or "\0" in args.models):
        raise AdviceError(f"--models {visible(args.models)!r}: expected the name of a folder")
    refuse_folder("models", folder)
    return folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `probe`."""
    add_models_argument(parser)
    parser.add_argument("--json", metavar="FILE", help="write the cost model as JSON; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Probe this machine. Raises SuiteError if it can't be measured."""
    with ended_by_signals(), Teller() as tell:
        model, path = probe(models_folder(args), tell)
    files = {args.json: encode(model)} if args.json else {}
    return Outcome("\n".join(lines(model, path, args.coloured)) + "\n", Exit.FINE, files)


def lines(model: CostModel, path: Path, coloured: bool) -> list[str]:
    """Return the constants with their intervals, and how well they predict cases that they were not fitted to."""
    costs = model.costs
    poll = f"joblib polls for results every {duration(costs.poll_s)}" if costs.poll_s else "joblib does not poll"
    memory = [f"{pool.name} {size(pool.memory_bytes)}" for pool in costs.pools if pool.memory_bytes is not None]
    why = disturbance(model)
    added = f"Memory that a pool adds (PSS of its processes): {', '.join(memory)}."
    return [
        *(fold(why) if why else ()),
        f"{model.machine}, joblib {model.versions.get('joblib')}; {poll}.",
        f"Times vary by {costs.noise:.0%} (standard deviation) for reasons that no constant explains.",
        "Each constant with its 90 % interval:",
        "",
        *(table(("pool", *shown), _rows(costs, shown), coloured, prose=False) for shown in _TABLES),
        "A loaded batch takes at least half a millisecond. `1 s of work` is the time that the pool takes for a second",
        "of work that holds the GIL.",
        *(fold(added) if memory else ()),
        "",
        *held_out_lines(model.checks),
        f"Stored in {path}; `recommend` uses it.",
    ]


def held_out_lines(held_out: tuple[HeldOutCase, ...]) -> list[str]:
    """Return the measured and predicted times of the cases that no constant was fitted to."""
    inside = sum(case.inside for case in held_out)
    rows = [
        (case.name, duration(case.measured_s), duration(case.predicted_s), _span(case.lo_s, case.hi_s))
        for case in held_out
    ]
    title = f"Cases not used for fitting: {inside} of {len(held_out)} are within their 90 % interval."
    return [title, table(("case", "measured", "predicted", "90 % interval"), rows, coloured=False, prose=False)]


def _rows(costs: Costs, shown: Mapping[str, tuple[str, float]]) -> list[list[str]]:
    """Return a row per pool; each constant as `108 ms (105 to 112 ms)`."""
    rows = []
    for pool in costs.pools:
        row = [pool.name]
        for constant, scale in shown.values():
            lo, hi = pool.interval(constant)
            row.append(f"{duration(getattr(pool.middle, constant) * scale)} ({_span(lo * scale, hi * scale)})")
        rows.append(row)
    return rows


def _span(lo: float, hi: float) -> str:
    """Format an interval of times, with one unit if both have the same or the first is 0."""
    first, last = duration(lo) if lo > 0 else "0", duration(hi)
    value, _, unit = first.partition(" ")
    return f"{value} to {last}" if not unit or last.endswith(f" {unit}") else f"{first} to {last}"
