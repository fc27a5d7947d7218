"""The table of a replay: for each rule its false alarms, the effects it detects, and the time it takes."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.report.html.parallel import processes
from evidence.proportions import wilson
from evidence.replay.effects import EFFECTS, NOTHING, Effect, slowed
from evidence.replay.others import Runs, failing, seconds
from evidence.replay.ours import Question, flipped, gate
from evidence.replay.recording import Recording
from evidence.replay.rules import RULES, Rule

# One pseudo-gate: whether a false alarm was raised, whether the effect was seen, seconds.
Outcome = tuple[bool, bool, float]


@dataclass(frozen=True)
class Line:
    """A rule's outcomes by effect, and its number of runs per side, None if the rule decides it itself."""

    name: str
    runs: int | None
    outcomes: dict[Effect, list[Outcome]]


def lines(recordings: Sequence[Recording], asked: Question, gates: int, seed: int, jobs: int) -> Iterator[Line]:
    """Try every rule on `gates` pseudo-gates per effect, dealt evenly among the recordings."""
    with processes(jobs) as pool:
        trials: list[tuple[str, int | None, Callable[[Effect, int], Outcome]]] = [
            ("this gate", None, partial(_ours, recordings, asked, seed))
        ]
        most = min(len(recording.pairs) for recording in recordings)
        runs = [Runs(recording) for recording in recordings]
        trials += [(rule.name, rule.runs, partial(_theirs, runs, rule, seed)) for rule in RULES if rule.runs <= most]
        for name, a_side, trial in trials:
            yield Line(
                name,
                a_side,
                {effect: list(pool.map(partial(trial, effect), range(gates), chunksize=4)) for effect in EFFECTS},
            )


def _ours(recordings: Sequence[Recording], asked: Question, seed: int, effect: Effect, number: int) -> Outcome:
    recording = recordings[number % len(recordings)]
    coin = random.Random(f"{seed} {effect} {number}")
    slower = slowed(recording, effect, coin)
    ended = gate(recording, flipped(recording, coin), slower, asked)
    return bool(ended.failing), bool(ended.failing & slower.rows), ended.seconds


def _theirs(runs: Sequence[Runs], rule: Rule, seed: int, effect: Effect, number: int) -> Outcome:
    one = runs[number % len(runs)]
    coin = random.Random(f"{seed} {effect} {number}")
    slower = slowed(one.recording, effect, coin)
    found = failing(rule, one, slower, coin)
    return bool(found), bool(found & slower.rows), seconds(rule, one.recording.pairs)


def in_order_of_time(recordings: Sequence[Recording], asked: Question) -> tuple[int, int]:
    """Run gates on pairs in order of time, with their labels, each pair used once at most: (alarms, gates)."""
    nothing = slowed(recordings[0], NOTHING, random.Random(0))
    alarms = gates = 0
    for recording in recordings:
        left = [(pair, 1) for pair in recording.pairs]
        while left:
            ended = gate(recording, left, nothing, asked)
            # The last gate may have run out of pairs early: it counts if it got most of its budget.
            if ended.pairs == 0 or (ended.pairs == len(left) and ended.seconds < 0.8 * asked.budget_s):
                break
            alarms, gates, left = alarms + bool(ended.failing), gates + 1, left[ended.pairs :]
    return alarms, gates


def render(found: Sequence[Line]) -> str:
    """Render the table as Markdown."""
    effects = [effect for effect in EFFECTS if effect != NOTHING]
    titles = ["rule", "runs per side", "false alarms", "95 % interval", *map(str, effects), "minutes"]
    rows = [titles, ["---"] * len(titles), *(_row(line, effects) for line in found)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(line: Line, effects: Sequence[Effect]) -> list[str]:
    null = line.outcomes[NOTHING]
    alarms = sum(alarm for alarm, _, _ in null)
    low, high = wilson(alarms, len(null))
    seen = [sum(seen for _, seen, _ in line.outcomes[effect]) / len(line.outcomes[effect]) for effect in effects]
    minutes = median(spent for _, _, spent in null) / 60
    return [
        line.name,
        str(line.runs or "up to it"),
        f"{alarms} of {len(null)}",
        f"{low:.1%} to {high:.1%}",
        *(f"{share:.0%}" for share in seen),
        f"{minutes:.1f}",
    ]
