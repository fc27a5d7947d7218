"""What judging a gate of 100 cases and 54 pairs costs: python -m evidence.gate_judging [--repeat N]."""

import argparse
import random
import time
from statistics import median

from benchmarks.analysis import hypotheses
from benchmarks.analysis.hypotheses import judge_cases, judge_groups
from benchmarks.analysis.pair_ratios import PairRatios, pair_ratios
from benchmarks.analysis.verdict import Thresholds

CASES, PAIRS = 100, 54


def _pair(rng: random.Random) -> PairRatios:
    head, completed = ([rng.lognormvariate(0.01, 0.09) for _ in range(7)] for _ in range(2))
    return pair_ratios((1.0,) * 7, head, ((1.0,) * 7, completed))


def main() -> None:
    """Print the seconds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    rng = random.Random(1)
    tracks = {f"case {place}": [_pair(rng) for _ in range(PAIRS)] for place in range(CASES)}
    groups = {f"backend {place}": [f"case {number}" for number in range(place, CASES, 4)] for place in range(4)}
    plain = Thresholds.of_case(alpha=0.01, min_effect=0.05, limit=None)
    seconds = []
    for _ in range(args.repeat):
        hypotheses._assess.cache_clear()
        hypotheses._case_values.cache_clear()
        began = time.perf_counter()
        found = judge_cases(tracks, CASES, lambda name: plain) | judge_groups(
            tracks, groups, Thresholds.of_group(0.01, 0.05)
        )
        for hypothesis in found.values():
            hypothesis.comparison()
        seconds.append(time.perf_counter() - began)
    print(f"{CASES} cases, {PAIRS} pairs: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})")


if __name__ == "__main__":
    main()
