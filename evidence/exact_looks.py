"""What exact sign-flip tests at a few fixed numbers of pairs would add to the bet, on recorded pairs of one case.

python -m evidence.exact_looks [--trials N] [--jobs N] [--seed N]

Each trial draws pairs of a random case, exchanges their labels by a coin, and slows head down; the case has its share
of alpha in a gate of 52 cases. A plan gives shares of that to the bet and to each look, so that together they err as
often as the bet alone. A look is exact for a case that was in every pair: of all 2^n signs of what its pairs say, it
counts those that say at least as much. What a pair says is the mean of its scores, weighted as in the bet, each in
terms of its usual size. The gate ends after a fixed number of pairs, and the floor holds as usual.
"""

import argparse
import math
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.analysis.hypotheses import CASES_SHARE, needed
from benchmarks.analysis.paired import Assessment, assess
from benchmarks.report.html.parallel import processes
from evidence.replay.effects import Effect, slowed_cases
from evidence.replay.ours import Question, flipped
from evidence.replay.recording import Recording, read_recordings

# After how many pairs a gate may end.
ENDS = (14, 16, 18, 22, 26, 30)

# The bet's share, and that of each look by its number of pairs.
PLANS = {
    "the bet": (1.0, {}),
    "0.4, looks at 16, 22, 30": (0.4, {16: 0.2, 22: 0.2, 30: 0.2}),
    "0.4, looks at 18, 22, 26, 30": (0.4, {18: 0.15, 22: 0.15, 26: 0.15, 30: 0.15}),
    "0.5, looks at 18, 26": (0.5, {18: 0.25, 26: 0.25}),
    "0.4, a look at 22": (0.4, {22: 0.6}),
    "only a look at 22": (0.0, {22: 1.0}),
    "only a look at 30": (0.0, {30: 1.0}),
}
EFFECTS = (Effect("case", 0.05, "delay"), Effect("case", 0.10, "delay"), Effect("case", 0.10, "some"))
CASES = 52

# Sizes are rounded to so many parts of their sum: the rounded statistic is as exact a test as any other.
_PARTS = 4000


def sign_flip_p(values: Sequence[float]) -> float:
    """Return the share of all choices of signs under which the sum is at least as large."""
    total = math.fsum(map(abs, values))
    parts = [round(value / total * _PARTS) for value in values]
    middle = sum(map(abs, parts))
    chance = np.zeros(2 * middle + 1)
    chance[middle] = 1.0
    for part in map(abs, parts):
        moved = np.zeros_like(chance)
        moved[part:] += chance[: len(chance) - part] / 2
        moved[: len(chance) - part] += chance[part:] / 2
        chance = moved
    return float(chance[middle + sum(parts) :].sum())


def said(seen: Assessment) -> list[float]:
    """Return what each pair says: odd in the labels, because the usual size of a score knows no signs."""
    values = [np.array(score.values.values) / np.sqrt(np.mean(np.square(score.values.values))) for score in seen.scores]
    shares = [score.share for score in seen.scores]
    return list(sum(share * value for share, value in zip(shares, values, strict=True)))


def trial(recording: Recording, effect: Effect, seed: int, number: int) -> dict[str, list[bool]]:
    """Return by plan whether the slowdown was seen in a gate of each length."""
    asked, coin = Question(), random.Random(f"{seed} {effect} {number}")
    case = coin.choice(recording.cases).nodeid
    slower, dealt = slowed_cases(recording, effect, (case,), coin), flipped(recording, coin)
    pairs = []
    for _ in range(max(ENDS)):
        pair, sign = next(dealt)
        rounds = pair.rounds[case]
        pairs.append(slower.applied(case, rounds if sign > 0 else rounds.exchanged()).ratios())
    after = {count: assess(pairs[:count], math.log1p(asked.min_effect)) for count in ENDS}
    enough = needed(asked.alpha, CASES_SHARE, CASES)
    looks = {count: -math.log(sign_flip_p(said(after[count]))) for count in ENDS}

    def seen(end: int, bet: float, shares: dict[int, float]) -> bool:
        if after[end].largest < math.log1p(asked.min_effect / 2):
            return False
        by_bet = bet > 0 and after[end].slower >= enough - math.log(bet)
        return by_bet or any(looks[at] >= enough - math.log(share) for at, share in shares.items() if at <= end)

    return {plan: [seen(end, *shares) for end in ENDS] for plan, shares in PLANS.items()}


def main() -> None:
    """Print a table per recording and effect: how often a slowdown is seen, by plan and length of the gate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", type=int, default=150)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    recordings = {each.name: each for each in read_recordings(Path("evidence/data/pairs/tuning"))}
    with processes(args.jobs) as pool:
        for name in ("completed-loaded", "short-calls"):
            for effect in EFFECTS:
                run = partial(trial, recordings[name], effect, args.seed)
                outcomes = list(pool.map(run, range(args.trials), chunksize=5))
                print(f"\n{name}, {effect}\n\n| share of the bet | {' | '.join(map(str, ENDS))} |")
                print("|---" * (len(ENDS) + 1) + "|")
                for plan in PLANS:
                    shares = [sum(each[plan][at] for each in outcomes) / args.trials for at in range(len(ENDS))]
                    print(f"| {plan} | {' | '.join(f'{share:.0%}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
