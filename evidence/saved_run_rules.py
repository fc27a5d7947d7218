"""How often rules for "did it get slower?" raise a false alarm on saved runs of identical code, and what ours sees.

python -m evidence.saved_run_rules [--splits N] [--seed N] [FOLDER]

The runs in FOLDER (evidence/data/recordings) are dealt into base and head, as many a side as a rule wants, by a seeded
coin or as consecutive blocks. A false alarm is a split in which a rule calls at least one case slower. The rules of
other tools are those of `replay`.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import log
from pathlib import Path

import numpy as np

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.unpaired import compare, holm
from benchmarks.analysis.verdict import Verdict, judge
from evidence.proportions import wilson
from evidence.replay.rules import RULES, one_run
from evidence.replay.rules import Rule as OtherRule
from evidence.rules import OURS, Recorded, Rule, ours, ours_by_session, recorded, theirs, verdicts

RECORDINGS = Path(__file__).parent / "data" / "recordings"

Split = tuple[list[int], list[int]]


def dealt(runs: int, runs_per_side: int, splits: int, seed: int) -> Iterator[Split]:
    """Yield random splits."""
    coin = random.Random(seed)
    for _ in range(splits):
        places = coin.sample(range(runs), 2 * runs_per_side)
        yield places[:runs_per_side], places[runs_per_side:]


def blocks(runs: int, runs_per_side: int) -> Iterator[Split]:
    """Yield every place where so many consecutive runs are followed by as many."""
    for first in range(runs - 2 * runs_per_side + 1):
        middle = first + runs_per_side
        yield list(range(first, middle)), list(range(middle, middle + runs_per_side))


# Figures.


def alarm_row(name: str, runs_per_side: int, rule: Rule, splits: Iterable[Split]) -> str:
    """Return a row that says how many splits have a false alarm."""
    alarms = [rule(base, head) for base, head in splits]
    low, high = wilson(sum(alarms), len(alarms))
    share = f"{sum(alarms) / len(alarms):.2%} | {low:.2%} to {high:.2%}"
    return f"| {name} | {runs_per_side} | {len(alarms)} | {sum(alarms)} | {share} |"


def random_rules(data: Recorded) -> Iterator[tuple[str, int, Rule]]:
    """Yield names, runs per side and rules that are tried on random splits."""
    for runs_per_side in (3, 4, 6, 8, 12):
        yield "ours, one unit per run", runs_per_side, ours(data)
    for rule in (*RULES, OtherRule("github-action-benchmark 200%", 1, partial(one_run, np.mean, 1.0))):
        yield rule.name, rule.runs, theirs(data, rule)


def print_alarms(data: Recorded, splits: int, seed: int) -> None:
    """Print the table of false alarms."""
    print("| rule | runs per side | splits | alarms | share | 95 % interval |\n|---|---|---|---|---|---|")
    for name, runs_per_side, rule in random_rules(data):
        print(alarm_row(name, runs_per_side, rule, dealt(len(data.runs), runs_per_side, splits, seed)), flush=True)
    consecutive = (("ours, blocks, one unit per run", ours(data)), ("ours, blocks, by session", ours_by_session(data)))
    for name, rule in consecutive:
        for runs_per_side in (3, 6, 12):
            print(alarm_row(name, runs_per_side, rule, blocks(len(data.runs), runs_per_side)), flush=True)


def seen(base: dict[str, Sample], head: dict[str, Sample], factor: float) -> dict[str, bool]:
    """Return whether our rule calls each case a regression when it alone is slower by a factor.

    The same as the full rule for one case after the other, but each p-value is computed once: a slower case changes
    only its own, before Holm's adjustment.
    """
    level = OURS.alpha / len(base)
    unchanged = {case: compare(base[case], head[case], level).p_slower for case in base}
    found = {}
    for case, sample in base.items():
        slower = compare(sample, raised(head[case], factor), level)
        p = holm({**unchanged, case: slower.p_slower})[case]
        found[case] = judge(slower.ratio, p, None, OURS, slower.below, slower.above) is Verdict.REGRESSION
    return found


def raised(sample: Sample, factor: float) -> Sample:
    """Return the sample with every duration multiplied."""
    return Sample(tuple(value + log(factor) for value in sample.logs))


def power_row(data: Recorded, splits: Sequence[Split], factor: float, seed: int) -> str:
    """Return a row with the share of splits in which a slower case is seen, over all cases."""
    coin, times = random.Random(seed), dict.fromkeys(data.cases, 0)
    for places in splits:
        base, head = map(data.samples, places)
        found = seen(base, head, factor)
        # The short cut of `seen` must not drift from the rule: one case per split is judged in full.
        case = coin.choice(data.cases)
        full = verdicts(base, {**head, case: raised(head[case], factor)})[case]
        assert found[case] == (full is Verdict.REGRESSION), f"{case}: the full rule says {full}"
        times = {name: count + found[name] for name, count in times.items()}
    shares = [count / len(splits) for count in times.values()]
    mean, often = sum(shares) / len(shares), sum(share >= 0.8 for share in shares)
    return f"| {len(splits[0][0])} | {factor - 1:.0%} | {len(splits)} | {mean:.1%} | {often} of {len(shares)} |"


def print_power(data: Recorded, splits: int, seed: int) -> None:
    """Print the table of slowdowns that are seen."""
    print("| runs per side | one case slower by | splits | seen, mean over cases | cases seen in 80 % of splits |")
    print("|---|---|---|---|---|")
    for runs_per_side in (6, 12):
        deals = list(dealt(len(data.runs), runs_per_side, splits, seed))
        for factor in (1.10, 1.25, 1.50):
            print(power_row(data, deals, factor, seed), flush=True)


def main() -> None:
    """Print both tables, with what they do not say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=RECORDINGS)
    parser.add_argument("--splits", metavar="N", type=int, default=2000, help="random splits a row (%(default)s)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the random splits (%(default)s)")
    options = parser.parse_args()
    data = recorded(options.folder)
    print(f"{len(data.runs)} runs of identical code, {len(data.cases)} cases, {data.rounds_s.shape[2]} rounds each.")
    print("A false alarm is a split in which at least one case is called slower.\n")
    print_alarms(data, options.splits, options.seed)
    print("\nSplits share runs (blocks overlap): the intervals say how well the splits of this one recording were")
    print("sampled, not what another recording would give.\n")
    print_power(data, options.splits, options.seed)
    print("\nThe slowdown multiplies recorded durations, and with them nothing but the centre moves. That overstates")
    print("power on short calls: a real slowdown adds time with a spread of its own.")


if __name__ == "__main__":
    main()
