"""What our gate detects of realistic slowdowns of recorded pairs: power, wrong UNCHANGED, rows proved unchanged.

python -m evidence.gate_power [DIR] [--gates N] [--jobs N] [--seed N]

A delay passes through joblib's poll if the case has one; the time until the last batch had completed grows by the delay
itself. Some slowdowns hit only some calls. `python -m evidence.replay` tries the rules of other tools as well.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.report.html.parallel import processes
from evidence.proportions import wilson
from evidence.replay.effects import NOTHING, REAL, Effect, slowed
from evidence.replay.ours import Question, flipped, gate
from evidence.replay.recording import Recording, read_recordings


@dataclass(frozen=True)
class Outcome:
    """A pseudo-gate: whether it alarmed, whether on a row that is slower, whether it called a slower case unchanged."""

    alarmed: bool
    seen: bool
    wrongly_unchanged: bool
    unchanged: int
    pairs: int


def outcome(recordings: Sequence[Recording], seed: int, effect: Effect, number: int) -> Outcome:
    """Run one pseudo-gate."""
    recording = recordings[number % len(recordings)]
    coin = random.Random(f"{seed} {effect} {number}")
    slower = slowed(recording, effect, coin)
    ended = gate(recording, flipped(recording, coin), slower, Question())
    # A backend's slowdown of 3 % is below a case's min-effect: to call its cases unchanged is right.
    wrong = ended.unchanged & slower.cases if effect.size >= Question.min_effect else frozenset()
    rows = slower.rows - slower.cases if effect.where == "backend" else slower.rows
    return Outcome(bool(ended.failing), bool(ended.failing & rows), bool(wrong), len(ended.unchanged), ended.pairs)


def line(effect: Effect, outcomes: Sequence[Outcome]) -> str:
    """Return a row of the table, in Markdown."""
    count = len(outcomes)
    hits = sum(each.alarmed if effect == NOTHING else each.seen for each in outcomes)
    low, high = wilson(hits, count)
    cells = (
        str(effect),
        f"{hits} of {count} ({low:.1%} to {high:.1%})",
        f"{sum(each.wrongly_unchanged for each in outcomes) / count:.1%}",
        f"{sum(each.unchanged for each in outcomes) / count:.1f}",
        f"{sum(each.pairs for each in outcomes) / count:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print a row per effect: alarms of identical code, else how often the slowdown was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("evidence/data/pairs/held-out"))
    parser.add_argument("--gates", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="recordings with this in their name")
    parser.add_argument("--slowdown", default="", help="slowdowns with this in their name, such as 'backend'")
    args = parser.parse_args()
    recordings = [each for each in read_recordings(args.folder) if not args.only or args.only in each.name]
    print("| slowdown | seen (of identical code: alarms) | wrongly UNCHANGED | rows UNCHANGED | pairs |")
    print("|---|---|---|---|---|")
    with processes(args.jobs) as pool:
        for effect in (each for each in (NOTHING, *REAL) if args.slowdown in str(each)):
            trial = partial(outcome, recordings, args.seed, effect)
            print(line(effect, list(pool.map(trial, range(args.gates), chunksize=4))), flush=True)


if __name__ == "__main__":
    main()
