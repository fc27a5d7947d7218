"""False alarms of our gate on recorded pairs whose labels a coin has changed: thousands of gates, nothing else.

python -m evidence.gate_null [DIR] [--gates N] [--jobs N] [--seed N]

A gate takes one to two seconds of a core here. `replay` tries all rules and all effects on fewer gates.
"""

import argparse
import random
from functools import partial
from pathlib import Path

from benchmarks.report.html.parallel import processes
from evidence.proportions import wilson
from evidence.replay.effects import NOTHING, slowed
from evidence.replay.ours import Question, flipped, gate
from evidence.replay.recording import Recording, read_recordings


def alarm(recordings: list[Recording], seed: int, number: int) -> bool:
    """Return whether a pseudo-gate of identical code fails."""
    recording = recordings[number % len(recordings)]
    coin = random.Random(f"null {seed} {number}")
    return bool(gate(recording, flipped(recording, coin), slowed(recording, NOTHING, coin), Question()).failing)


def main() -> None:
    """Print the share and its interval, now and then."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("evidence/data/pairs/held-out"))
    parser.add_argument("--gates", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    alarms = 0
    with processes(args.jobs) as pool:
        trial = partial(alarm, read_recordings(args.folder), args.seed)
        for count, failed in enumerate(pool.map(trial, range(args.gates), chunksize=10), 1):
            alarms += failed
            if count % 250 == 0 or count == args.gates:
                low, high = wilson(alarms, count)
                print(f"{alarms} of {count} gates with a false alarm, {low:.2%} to {high:.2%}", flush=True)


if __name__ == "__main__":
    main()
