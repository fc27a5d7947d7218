"""Compare the timed rounds of sessions with `--resources` with those of sessions without it, in turns.

python -m evidence.sampling_cost [PAIRS] (default 10)
"""

import json
import math
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean, stdev

ROOT = Path(__file__).parents[1]
_CASES = ("--backends", "sequential,threading,loky,multiprocessing", "--n-jobs", "2", "--batch-sizes", "100")


def session(*more: str) -> tuple[dict[str, float], float]:
    """Return the mean logarithm of each case's rounds, and the seconds that the session took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-only", *_CASES, *more]
        began = time.perf_counter()
        subprocess.run(
            [*command, f"--history={folder}", "benchmarks/suite/test_summation.py"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        took_s = time.perf_counter() - began
        (path,) = Path(folder).glob("*/*.json")
        benchmarks = json.loads(path.read_text())["benchmarks"]
    return {entry["param"]: fmean(map(math.log, entry["stats"]["data"])) for entry in benchmarks}, took_s


def main() -> None:
    """Print the mean ratio of each case, with two standard errors."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    ratios: dict[str, list[float]] = {}
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(pairs):
        logs_by_kind = {}
        for sampled in random.sample([True, False], 2):
            logs_by_kind[sampled], took_s = session(*(["--resources"] if sampled else []))
            seconds[sampled].append(took_s)
        for name, value in logs_by_kind[True].items():
            ratios.setdefault(name, []).append(value - logs_by_kind[False][name])
    print("| case | timed rounds with / without |\n|---|---|")
    everything = [fmean(values) for values in zip(*ratios.values(), strict=True)]
    for name, logs in [*ratios.items(), ("all", everything)]:
        error = 2 * stdev(logs) / math.sqrt(len(logs))
        print(f"| {name} | {math.exp(fmean(logs)) - 1:+.1%} +- {error:.1%} |")
    print(f"\na session with: {fmean(seconds[True]):.1f} s, without: {fmean(seconds[False]):.1f} s")


if __name__ == "__main__":
    main()
