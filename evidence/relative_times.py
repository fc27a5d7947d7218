"""What it brings to compare saved runs relative to their plain loops, and how often a case stands out by chance.

python -m evidence.relative_times [--part tuning|held-out] [--splits N] [--seed N] [FILE]

FILE (evidence/data/sessions.json.gz) has sessions of identical code in order of time, recorded on a busy machine: the
rounds of each case, and the plain loops just before and after it. The rule was chosen on the first TUNING of them, and
the held-out part was looked at once, afterwards. A false alarm is a comparison of six sessions with six others in which
at least one case is called slower; a slowdown is a case whose times in head are multiplied.
"""

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, hypot, log
from pathlib import Path

import numpy as np

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.saved_runs import judge_saved
from benchmarks.analysis.standouts import RatioEstimate, log_error, standouts
from benchmarks.analysis.unpaired import Comparison, compare, holm
from benchmarks.analysis.verdict import Verdict
from evidence.rules import OURS, recorded
from evidence.saved_run_rules import RECORDINGS, Split, blocks, dealt, raised

RECORDING = Path(__file__).parent / "data" / "sessions.json.gz"

# Sessions on which the rule was chosen.
TUNING = 24

A_SIDE = 6
SLOWDOWNS = (1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Sessions:
    """Natural logarithms of seconds, by session, case and round, and of the loops by session, case and place."""

    cases: tuple[str, ...]
    rounds: np.ndarray
    loops: np.ndarray

    def part(self, name: str | None) -> "Sessions":
        """Return the sessions for tuning, the others, or all."""
        chosen = {"tuning": slice(TUNING), "held-out": slice(TUNING, None), None: slice(None)}[name]
        return Sessions(self.cases, self.rounds[chosen], self.loops[chosen])


def read_sessions(path: Path) -> Sessions:
    """Return recorded sessions."""
    with gzip.open(path, "rt") as file:
        document = json.load(file)
    rounds, loops = (
        np.log(np.array([session[key] for session in document["sessions"]])) for key in ("rounds", "loops")
    )
    return Sessions(tuple(document["cases"]), rounds, loops)


# What is compared, a logarithm by session and case.


def _as_measured(data: Sessions) -> np.ndarray:
    return data.rounds.mean(axis=2)


def _own_loop(data: Sessions) -> np.ndarray:
    return _as_measured(data) - data.loops.mean(axis=2)


def _session_loop(data: Sessions) -> np.ndarray:
    return _as_measured(data) - data.loops.mean(axis=(1, 2))[:, None]


def _both(data: Sessions) -> np.ndarray:
    return (_own_loop(data) + _session_loop(data)) / 2


TIMES: dict[str, Callable[[Sessions], np.ndarray]] = {
    "as measured": _as_measured,
    "over the loop beside the case": _own_loop,
    "over half of that and half of the session's": _both,
    "over the session's": _session_loop,
}

# The last of these, as far as the times as measured agree.
OURS_NAME, _OURS_TIMES = "the same, as far as the times as measured agree (ours)", _session_loop


@dataclass(frozen=True)
class Compared:
    """One way to take times, and the times as measured: logarithms by session and case.

    `agreeing` says that a case is slower only as far as both say so, which is our rule.
    """

    cases: tuple[str, ...]
    times: np.ndarray
    measured: np.ndarray
    agreeing: bool

    def comparisons(self, split: Split, slowdown: float = 1.0) -> dict[str, tuple[Comparison, float]]:
        """Return each case's comparison, before Holm's adjustment, and its ratio as measured; head's are multiplied."""
        base, head = split
        found = {}
        for column, case in enumerate(self.cases):
            before, after = Sample(tuple(self.times[base, column])), Sample(tuple(self.times[head, column]))
            ratio = float(self.measured[head, column].mean() - self.measured[base, column].mean()) + log(slowdown)
            level = OURS.alpha / len(self.cases)
            measured = ratio if self.agreeing else None
            one = compare(before, raised(after, slowdown), level, measured)
            found[case] = one, exp(ratio) if self.agreeing else one.ratio
        return found

    def alarms(self, splits: Sequence[Split]) -> int:
        """Return in how many splits any case is called slower."""
        return sum(any(self._slower(split, 1.0, alone=False).values()) for split in splits)

    def share_seen(self, splits: Sequence[Split], slowdown: float) -> float:
        """Return the share of cases that are called slower if each of them alone is."""
        return float(np.mean([list(self._slower(split, slowdown, alone=True).values()) for split in splits]))

    def detectable_effect(self, splits: Sequence[Split]) -> float:
        """Return the slowdown that is seen in 80 % of comparisons, the median over cases and splits."""
        found = [one.detectable_effect for split in splits for one, _ in self.comparisons(split).values()]
        return float(np.median(found))

    def _slower(self, split: Split, slowdown: float, alone: bool) -> dict[str, bool]:
        """Return which cases are called slower: all of them multiplied at once, or each alone among the unchanged."""
        unchanged, found = self.comparisons(split), self.comparisons(split, slowdown)
        p_values = {case: one.p_slower for case, (one, _) in (unchanged if alone else found).items()}
        together = holm(p_values)

        def slower(case: str) -> bool:
            one, ratio = found[case]
            p = holm({**p_values, case: one.p_slower})[case] if alone else together[case]
            return judge_saved(replace(one, p_slower=p, p_faster=None), OURS, ratio) is Verdict.REGRESSION

        return {case: slower(case) for case in self.cases}


def row(name: str, data: Compared, splits: Sequence[Split]) -> str:
    """Return a row of the table for one way to take times."""
    consecutive = list(blocks(len(data.times), A_SIDE))
    shares = [f"{data.share_seen(splits, slowdown):.0%}" for slowdown in SLOWDOWNS]
    deviation = np.median(data.times.std(axis=0, ddof=1))
    alarms = f"{data.alarms(consecutive)} of {len(consecutive)} | {data.alarms(splits)} of {len(splits)}"
    return f"| {name} | {deviation:.3f} | {alarms} | {' / '.join(shares)} | {data.detectable_effect(splits):+.0%} |"


def lines(data: Sessions, splits: int, seed: int) -> Iterator[str]:
    """Return the table of times."""
    deals = list(dealt(len(data.rounds), A_SIDE, splits, seed))
    seen_by = " / ".join(f"{slowdown - 1:+.0%}" for slowdown in SLOWDOWNS)
    yield f"{len(data.rounds)} sessions of identical code, {len(data.cases)} cases, {A_SIDE} sessions against {A_SIDE}"
    yield f"| times | sd | alarms, consecutive blocks | alarms, random | {seen_by} seen | seen in 80 % (median) |"
    yield "|---|---|---|---|---|---|"
    for name, compared in ways(data).items():
        yield row(name, compared, deals)


def ways(data: Sessions) -> dict[str, Compared]:
    """Return every way to take times by its name; ours comes last."""
    measured = _as_measured(data)
    found = {name: Compared(data.cases, times(data), measured, agreeing=False) for name, times in TIMES.items()}
    return {**found, OURS_NAME: Compared(data.cases, _OURS_TIMES(data), measured, agreeing=True)}


def chance(name: str, times: np.ndarray, rounds: np.ndarray) -> str:
    """Say in how many pairs of runs of identical code a case stands out, base and head being dealt by a coin."""
    pairs = list(combinations(range(len(times)), 2))
    found = [standing_out(times, rounds, *random.Random(place).sample(pair, 2)) for place, pair in enumerate(pairs)]
    share = sum(map(bool, found)) / len(pairs)
    return f"{name}: a case stands out in {share:.0%} of {len(pairs)} pairs, {sum(found) / len(pairs):.2f} in the mean."


def standing_out(times: np.ndarray, rounds: np.ndarray, base: int, head: int) -> int:
    """Return how many cases stand out between two runs, from what is compared and from the logarithms of rounds."""
    errors = {run: [log_error([case]) for case in np.exp(rounds[run])] for run in (base, head)}
    found = standouts(
        {
            case: RatioEstimate(times[head, case] - times[base, case], hypot(errors[base][case], errors[head][case]))
            for case in range(times.shape[1])
        }
    )
    return 0 if found is None else len(found.slower) + len(found.faster)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, default=RECORDING)
    parser.add_argument("--part", choices=("tuning", "held-out"), help="sessions to use (default: all)")
    parser.add_argument("--splits", metavar="N", type=int, default=100, help="random splits (%(default)s)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the random splits (%(default)s)")
    options = parser.parse_args()
    data = read_sessions(options.file).part(options.part)
    print("\n".join(lines(data, options.splits, options.seed)))
    print(chance("These sessions", _session_loop(data), data.rounds))
    quiet = np.log(recorded(RECORDINGS).rounds_s)
    print(chance("The runs of saved_run_rules", quiet.mean(axis=2), quiet))


if __name__ == "__main__":
    main()
