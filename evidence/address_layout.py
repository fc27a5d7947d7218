"""Whether pairs agree better with address-space layout randomisation switched off: A/A pairs of both kinds in turns.

python -m evidence.address_layout MINUTES [--python PYTHON]

PYTHON has joblib and the harness; `setarch -R` (util-linux) switches randomisation off for a session and its workers.
"""

import argparse
import math
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.scores import typical
from benchmarks.cores import affinity
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.measurements import rounds_of_both
from benchmarks.gate.pair import Pair, run_pair
from benchmarks.gate.pair_loop import shuffled
from benchmarks.gate.record import GateCase, SideName
from benchmarks.gate.record_folder import logs_of, runs_of
from benchmarks.gate.sizing import write_plan
from benchmarks.history.run import read_run
from evidence.replay.recording import read_recordings

ROOT = Path(__file__).parents[1]
KINDS = ("random", "fixed")
CASES = ("sequential", "no_op[threading]", "summation[threading-n2-b100]")


def interpreter(kind: str, python: str, folder: Path) -> Path:
    """Return the interpreter, or a script that starts it without randomisation."""
    if kind == "random":
        return Path(python)
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nexec setarch -R {python} "$@"\n')
    script.chmod(0o755)
    return script


def measured(folder: Path, name: str, python: Path, cases: list[GateCase]) -> dict[str, PairRatios]:
    """Measure a pair of identical code; none of its cases if it is void."""
    coin = random.Random(name)
    order = shuffled(cases, coin)
    cpus = {case.nodeid: coin.choice([*affinity()]) for case in order if case.workers == 1}
    side = BuiltSide(python, ROOT, {}, "", {}, ())
    sides: dict[SideName, BuiltSide] = {"base": side, "head": side}
    end = run_pair(sides, folder, Pair(name, order, write_plan(folder, order, cpus), [], coin), time.monotonic() + 300)
    if end.void_reason:
        return {}
    runs = {file.name: file.path for file in runs_of(folder).files()}
    both = rounds_of_both(*(read_run(runs[f"{name}-{side}"]) for side in ("base", "head")))
    return {nodeid: rounds.ratios() for nodeid, rounds in both.items()}


def main() -> None:
    """Print by case the standard deviation of what a pair says, of both kinds, and the ratio over all cases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("minutes", type=float)
    parser.add_argument("--python", default=sys.executable)
    args = parser.parse_args()
    recordings = read_recordings(ROOT / "evidence" / "data" / "pairs" / "tuning")
    recorded = next(each for each in recordings if each.name == "completed-loaded")
    cases = [case for case in recorded.cases if any(name in case.nodeid for name in CASES)]
    seen: dict[str, dict[str, list[PairRatios]]] = {kind: defaultdict(list) for kind in KINDS}
    until = time.monotonic() + 60 * args.minutes
    with tempfile.TemporaryDirectory() as place:
        folders = {kind: Path(place) / kind for kind in KINDS}
        for folder in folders.values():
            logs_of(folder).mkdir(parents=True)
        pythons = {kind: interpreter(kind, args.python, folders[kind]) for kind in KINDS}
        number = 0
        while time.monotonic() < until:
            number += 1
            for kind in random.sample(KINDS, 2):
                for nodeid, ratios in measured(folders[kind], f"pair-{number:03}", pythons[kind], cases).items():
                    seen[kind][nodeid].append(ratios)
    logs = []
    for nodeid in seen["random"]:
        of = {kind: statistics.stdev(typical([pair.returned for pair in seen[kind][nodeid]]).values) for kind in KINDS}
        logs.append(math.log(of["fixed"] / of["random"]))
        print(f"{nodeid.rpartition('::')[2]}: random {of['random']:.3f}, fixed {of['fixed']:.3f}")
    print(f"{number} pairs of each kind; fixed over random: {math.exp(statistics.fmean(logs)):.2f}")


if __name__ == "__main__":
    main()
