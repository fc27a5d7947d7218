"""Other tools' rules on recorded pairs: each pair gives one run of base and one of head."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evidence.replay.effects import Slowed
from evidence.replay.recording import RecordedPair, Recording
from evidence.replay.rules import Rule, Times


@dataclass(frozen=True)
class Runs:
    """The pairs of a recording as arrays, for the cases that every pair measured with equally many rounds."""

    recording: Recording

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """Node ids, the rows of every array."""
        pairs = self.recording.pairs
        rounds = [{name: len(rounds.returned[0]) for name, rounds in pair.rounds.items()} for pair in pairs]
        most = max(max(counts.values(), default=0) for counts in rounds)
        names = [case.nodeid for case in self.recording.cases]
        return tuple(name for name in names if all(counts.get(name) == most for counts in rounds))

    @cached_property
    def _times(self) -> Times:
        """Pairs x sides x cases x rounds."""
        pairs = self.recording.pairs
        return np.array(
            [[[pair.rounds[case].returned[side] for case in self.cases] for side in (0, 1)] for pair in pairs]
        )

    def sides(self, places: Sequence[int], signs: Sequence[int], slower: Slowed) -> tuple[Times, Times]:
        """Return base's and head's times (cases x runs x rounds), with labels exchanged where a sign is -1."""
        order = [[0, 1] if sign > 0 else [1, 0] for sign in signs]
        both = np.stack([self._times[place][sides] for place, sides in zip(places, order, strict=True)], axis=2)
        factors = np.array([slower.factor if case in slower.cases else 1.0 for case in self.cases])
        return both[0], both[1] * factors[:, None, None]


def failing(rule: Rule, runs: Runs, slower: Slowed, coin: random.Random) -> frozenset[str]:
    """Return the cases that a rule calls slower on its usual number of random pairs, labels by a fair coin."""
    places = coin.sample(range(len(runs.recording.pairs)), rule.runs)
    base, head = runs.sides(places, [coin.choice((1, -1)) for _ in places], slower)
    return frozenset(case for case, said in zip(runs.cases, rule.slower(base, head), strict=True) if said)


def seconds(rule: Rule, recording: Sequence[RecordedPair]) -> float:
    """Return the seconds that a rule's pairs of all cases take."""
    return rule.runs * sum(pair.seconds for pair in recording) / len(recording)
