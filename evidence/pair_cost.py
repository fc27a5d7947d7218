"""What a pair costs in two checkouts, in alternation: its wall time, what is not timed of it, and processor time.

python evidence/pair_cost.py CHECKOUT CHECKOUT [--cases EVERY] [--pairs N] [--python PYTHON] [--phases]

Each pair is identical code: PYTHON (which has joblib and the harness) on both sides, every EVERY-th case of a recording
with its recorded size. A checkout is measured by its own gate, with its own suite. `--phases` also prints in which
phases the sessions of each checkout spent their time (see `pair_phases`).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RECORDING = "completed-loaded"

# Runs in a process of its own, in which `benchmarks` is the checkout's.
ONE_PAIR = """
import json, random, sys, time
from pathlib import Path
from benchmarks.cores import affinity
from benchmarks.gate.environments import BuiltSide
from benchmarks.gate.pair import Pair, run_pair
from benchmarks.gate.pair_loop import shuffled
from benchmarks.gate.record import GateCase
from benchmarks.gate.record_folder import logs_of, runs_of
from benchmarks.gate.sizing import write_plan
from benchmarks.history.run import read_run
tree, folder, python, seed = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
evidence, options = sys.argv[5], sys.argv[6:]
coin = random.Random(seed)
order = shuffled([GateCase(**case) for case in json.load(sys.stdin)], coin)
plan = write_plan(folder, order, {case.nodeid: coin.choice([*affinity()]) for case in order if case.workers == 1})
side = BuiltSide(python, tree, {}, "", {"PYTHONPATH": evidence} if options else {}, ())
logs_of(folder).mkdir()
pair = Pair("pair-001", order, plan, options, coin)
end = run_pair({"base": side, "head": side}, folder, pair, time.monotonic() + 600)
runs = [read_run(file.path) for file in runs_of(folder).files()]
print(end.seconds, end.seconds - sum(sum(case.rounds_s) for run in runs for case in run.cases.values()))
for log in logs_of(folder).glob("*.txt"):
    print(*[line for line in log.read_text().splitlines() if line.startswith('{"phases"')])
sys.exit(end.void_reason or 0)
"""

# By name, the seconds of a phase and how often it happened.
Phases = dict[str, list[float]]

SECONDS = ("wall time", "outside of the rounds", "processor time")


def one_pair(tree: Path, cases: str, python: str, seed: str, options: list[str]) -> tuple[list[float], list[Phases]]:
    """Return the seconds of a pair in the order of SECONDS, and both sides' phases."""
    with tempfile.TemporaryDirectory() as folder:
        evidence = str(Path(__file__).parent)
        command = [sys.executable, "-c", ONE_PAIR, str(tree), folder, python, seed, evidence, *options]
        before = os.times()
        done = subprocess.run(command, input=cases, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{tree}: {done.stderr[-2000:]}")
    after = os.times()
    processor_s = after.children_user + after.children_system - before.children_user - before.children_system
    seconds, *logs = done.stdout.splitlines()
    return [*map(float, seconds.split()), processor_s], [json.loads(log)["phases"] for log in logs if log]


def main() -> None:
    """Print a line per pair, then the ratios of the second checkout to the first."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import msgspec

    from evidence.replay.recording import read_recordings

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trees", nargs=2, type=lambda path: Path(path).absolute())
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--cases", type=int, default=1)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--phases", action="store_true")
    args = parser.parse_args()
    recordings = read_recordings(Path(__file__).parent / "data" / "pairs" / "tuning")
    recorded = next(each for each in recordings if each.name == RECORDING)
    cases = json.dumps(msgspec.to_builtins(recorded.cases[:: args.cases]))
    options = ["-p", "pair_phases"] if args.phases else []
    ratios, phases = [], {tree: [] for tree in args.trees}
    for number in range(args.pairs):
        found = {}
        for tree in random.sample(args.trees, 2):
            found[tree], of_sides = one_pair(tree, cases, args.python, str(number), options)
            phases[tree] += of_sides
            shown = (f"{what} {seconds:.1f} s" for what, seconds in zip(SECONDS, found[tree], strict=True))
            print(f"{tree.name}: {', '.join(shown)}", flush=True)
        first, second = (found[tree] for tree in args.trees)
        ratios.append([after / before for before, after in zip(first, second, strict=True)])
    for what, values in zip(SECONDS, zip(*ratios, strict=True), strict=True):
        print(f"{what}: {statistics.median(values):.2f} of the first ({min(values):.2f} to {max(values):.2f})")
    for tree, of_sessions in phases.items():
        names = {name: sum(each.get(name, [0.0])[0] for each in of_sessions) for each in of_sessions for name in each}
        for name, seconds in sorted(names.items(), key=lambda item: -item[1]):
            print(f"{tree.name}: {name}: {seconds / len(of_sessions):.2f} s")


if __name__ == "__main__":
    main()
