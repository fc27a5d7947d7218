"""Whether what a gate says it would have seen is seen: claims of gates, put into fresh gates of the same recording.

python -m evidence.gate_promises [DIR] [--gates N] [--jobs N] [--seed N] [--only NAME]

Each trial runs a gate of identical code and takes one of its claims: of the column `sees` for a random case of each
band, and what its first lines say of one case and of one backend in 80 % and 95 % of gates. The claimed slowdown is
then put into another gate, as a delay of every call that goes through joblib's poll.
"""

import argparse
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.gate.hypotheses import GRID, groups
from benchmarks.gate.proof import Seen, proof
from benchmarks.report.html.parallel import processes
from evidence.proportions import wilson
from evidence.replay.effects import NOTHING, Effect, slowed, slowed_cases
from evidence.replay.ours import Ended, Question, flipped, gate
from evidence.replay.recording import Recording, read_recordings

# Slowdowns by their upper ends; the first band is what `sees` says at the least.
_BANDS = ((0.0505, "sees: min-effect (5 %)"), (0.10, "sees: up to 10 %"), (0.25, "sees: up to 25 %"))
_BEYOND = "sees: more than 25 %"

# A claim: its kind, the rows that should fail, the cases that are slower, and by how much.
Claim = tuple[str, str, Sequence[str], float]


def claims(recording: Recording, ended: Ended, coin: random.Random) -> Iterator[Claim]:
    """Yield one claim of each kind that a gate makes."""
    by_band: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, tested in ended.hypotheses.cases.items():
        sees = tested.comparison().detectable_effect
        if sees is not None:
            by_band[next((band for end, band in _BANDS if sees <= end), _BEYOND)].append((name, sees))
    for band, found in by_band.items():
        name, sees = coin.choice(found)
        yield band, name, [name], sees
    seen = proof(ended.hypotheses, len(recording.cases))
    name = coin.choice(recording.cases).nodeid
    yield from ((kind, name, [name], slowdown) for kind, slowdown in _of("one case", seen.case))
    members = {name: nodeids for name, nodeids in groups(recording.cases).items() if name != GRID}
    if seen.backend:
        name = coin.choice([*members])
        yield from ((kind, name, members[name], slowdown) for kind, slowdown in _of("one backend", seen.backend))


def _of(what: str, seen: Seen) -> Iterator[tuple[str, float]]:
    for share, slowdown in (("80 %", seen.by_most), ("95 %", seen.by_nearly_all)):
        if slowdown is not None:
            yield f"first lines: {what}, {share}", slowdown


def trial(recordings: Sequence[Recording], seed: int, number: int) -> list[tuple[str, float, bool]]:
    """Return the kind, the size, and whether it was seen, of each claim of one gate."""
    recording = recordings[number % len(recordings)]
    coin = random.Random(f"promises {seed} {number}")
    first = gate(recording, flipped(recording, coin), slowed(recording, NOTHING, coin), Question())
    found = []
    for kind, row, cases, slowdown in claims(recording, first, coin):
        where = "backend" if "backend" in kind else "case"
        slower = slowed_cases(recording, Effect(where, slowdown, "delay"), cases, coin)
        ended = gate(recording, flipped(recording, coin), slower, Question())
        found.append((kind, slowdown, row in ended.failing))
    return found


def main() -> None:
    """Print a row for each kind of claim."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("evidence/data/pairs/tuning"))
    parser.add_argument("--gates", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="recordings with this in their name")
    args = parser.parse_args()
    recordings = [each for each in read_recordings(args.folder) if not args.only or args.only in each.name]
    by_kind: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    with processes(args.jobs) as pool:
        for found in pool.map(partial(trial, recordings, args.seed), range(args.gates)):
            for kind, slowdown, seen in found:
                by_kind[kind].append((slowdown, seen))
                sys.stderr.write(f"{kind}: {slowdown:.1%} {'seen' if seen else 'not seen'}\n")
    print("| claim | mean slowdown | seen | 95 % interval |\n|---|---|---|---|")
    for kind, tried in sorted(by_kind.items()):
        hits, count = sum(seen for _, seen in tried), len(tried)
        low, high = wilson(hits, count)
        mean = math.fsum(slowdown for slowdown, _ in tried) / count
        print(f"| {kind} | {mean:.1%} | {hits} of {count} | {low:.0%} to {high:.0%} |")


if __name__ == "__main__":
    main()
