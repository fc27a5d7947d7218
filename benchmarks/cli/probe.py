"""`probe`: what each part of a parallel call costs on this machine."""

import argparse
import textwrap
from collections.abc import Mapping
from pathlib import Path

from benchmarks.advise.fitting import Check
from benchmarks.advise.model import Costs
from benchmarks.advise.probing import probe
from benchmarks.advise.stored import Probed, encode
from benchmarks.cli.models import add_models_argument, models
from benchmarks.cli.outcome import Exit, Outcome, ended_by_signals
from benchmarks.cli.progress import Teller
from benchmarks.history.store import Store
from benchmarks.report.tables import WIDTH, table
from benchmarks.text.formatting import duration, size

EXAMPLE = "python -m benchmarks probe --json model.json"

# A table each, by title: the constant, and how many of its units there are in what is shown.
_TABLES = (
    {"start and end": ("start", 1.0), "a task": ("task", 1.0), "a batch": ("batch", 1.0)},
    {"a loaded batch": ("loaded", 1.0), "a MB sent": ("byte", 1e6)},
    {"1 s of work": ("held", 1.0), "1 s without the GIL": ("released", 1.0)},
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `probe` takes."""
    add_models_argument(parser)
    parser.add_argument("--json", metavar="FILE", help="write it as JSON as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Probe this machine; raises SuiteError where it can't be measured."""
    with ended_by_signals(), Teller() as tell:
        found, path = probe(models(args), tell)
    files = {args.json: encode(found)} if args.json else {}
    return Outcome("\n".join(lines(found, path, args.coloured)) + "\n", Exit.FINE, files)


def lines(found: Probed, path: Path, coloured: bool) -> list[str]:
    """The constants with their intervals, and how well they tell what they were not made of."""
    costs = found.costs
    poll = f"joblib looks for results every {duration(costs.poll_s)}" if costs.poll_s else "joblib does not poll"
    held = [f"{pool.name} {size(pool.memory_bytes)}" for pool in costs.pools if pool.memory_bytes is not None]
    return [
        f"{found.machine}, joblib {found.versions.get('joblib')}; {poll}.",
        f"Times vary by {costs.noise:.0%} (standard deviation) for reasons that no constant knows.",
        "Each constant with its 90 % interval:",
        "",
        *(table(("pool", *shown), _rows(costs, shown), coloured, prose=False) for shown in _TABLES),
        "A loaded batch takes half a millisecond or more. `1 s of work` is what a second of work that holds the",
        "GIL takes in the pool.",
        *(textwrap.wrap(f"Memory that a pool adds (PSS of all processes): {', '.join(held)}.", WIDTH) if held else ()),
        "",
        *fit_lines(found.checks),
        f"Kept as {path}: `recommend` answers from it.",
    ]


def fit_lines(checks: tuple[Check, ...]) -> list[str]:
    """Cases that the model was not made of."""
    inside = sum(check.inside for check in checks)
    rows = [
        (check.name, duration(check.measured_s), duration(check.predicted_s), _span(check.lo_s, check.hi_s))
        for check in checks
    ]
    said = f"Not used for the constants, and what they say of it: {inside} of {len(checks)} in the 90 % interval."
    return [said, table(("case", "measured", "predicted", "90 % interval"), rows, coloured=False, prose=False)]


def _rows(costs: Costs, shown: Mapping[str, tuple[str, float]]) -> list[list[str]]:
    """A row a pool; each constant as `108 ms (105 to 112 ms)`."""
    rows = []
    for pool in costs.pools:
        row = [pool.name]
        for constant, scale in shown.values():
            lo, hi = pool.interval(constant)
            row.append(f"{duration(getattr(pool.middle, constant) * scale)} ({_span(lo * scale, hi * scale)})")
        rows.append(row)
    return rows


def _span(lo: float, hi: float) -> str:
    """Two times, in one unit where they have one in common; 0 has any."""
    first, last = duration(lo) if lo > 0 else "0", duration(hi)
    value, _, unit = first.partition(" ")
    return f"{value} to {last}" if not unit or last.endswith(f" {unit}") else f"{first} to {last}"
