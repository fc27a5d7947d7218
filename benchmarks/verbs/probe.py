"""`probe`: what each part of a parallel call costs on this machine."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.advise.fitting import Check
from benchmarks.advise.model import Constants, PoolCosts
from benchmarks.advise.probing import probe
from benchmarks.advise.stored import Probed
from benchmarks.history.store import Store
from benchmarks.report.amounts import size
from benchmarks.report.durations import duration
from benchmarks.report.tables import table
from benchmarks.verbs.measuring import ended_by_signals
from benchmarks.verbs.models import add_models_argument, models
from benchmarks.verbs.outcome import Exit, Outcome
from benchmarks.verbs.telling import Teller

_TITLES = ("pool", "start and end", "a task", "a batch", "a MB sent", "1 s of work", "without GIL", "memory")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `probe` takes."""
    add_models_argument(parser)
    parser.add_argument("--json", metavar="FILE", help="write it as JSON as well; - is standard output")


def run(args: argparse.Namespace, store: Store) -> Outcome:
    """Probe this machine; raises HistoryError where it can't be measured."""
    with ended_by_signals(), Teller() as tell:
        found, path = probe(models(args), tell)
    files = {args.json: json.dumps(asdict(found), indent=1) + "\n"} if args.json else {}
    return Outcome("\n".join(lines(found, path, args.coloured)) + "\n", Exit.FINE, files)


def lines(found: Probed, path: Path, coloured: bool) -> list[str]:
    """The constants with their intervals, and how well they tell what they were not made of."""
    costs = found.costs
    poll = f"joblib looks for results every {duration(costs.poll_s)}" if costs.poll_s else "joblib does not poll"
    rows = [row for pool in costs.pools for row in (_middles(pool), _intervals(pool))]
    return [
        f"{found.machine}, joblib {found.versions.get('joblib')}; {poll}.",
        f"Times vary by {costs.noise:.0%} (standard deviation) for reasons that no constant knows.",
        "",
        table(_TITLES, rows, coloured).rstrip("\n"),
        "",
        "The second line of a pool has the 90 % interval of each constant. `1 s of work` is how long a second of",
        "work that holds the GIL takes in the pool, `without GIL` one that does not.",
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


def _middles(pool: PoolCosts) -> tuple[str, ...]:
    memory = size(pool.memory_bytes) if pool.memory_bytes is not None else "unknown"
    return (pool.name, *_constants(pool.middle), memory)


def _constants(one: Constants) -> tuple[str, ...]:
    times = one.start, one.task, one.batch, one.byte * 1e6, one.held, one.released
    return tuple(map(duration, times))


def _intervals(pool: PoolCosts) -> tuple[str, ...]:
    scales = {"start": 1.0, "task": 1.0, "batch": 1.0, "byte": 1e6, "held": 1.0, "released": 1.0}
    bounds = {name: pool.interval(name) for name in scales}
    return ("", *(_span(lo * scales[name], hi * scales[name]) for name, (lo, hi) in bounds.items()), "")


def _span(lo: float, hi: float) -> str:
    """Two times in one unit where they have one in common."""
    first, last = duration(lo), duration(hi)
    value, unit = first.split(" ")
    return f"{value} to {last}" if last.endswith(f" {unit}") else f"{first} to {last}"
