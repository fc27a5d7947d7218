"""What a pseudo-gate should detect: nothing, or a slowdown of one case or one backend, as a change would make it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.gate.hypotheses import GRID, groups
from benchmarks.gate.measurements import PairRounds, RoundsOfBoth
from evidence.replay.recording import Recording

# joblib looks at its results every 10 ms; a sleep of 10 ms takes so long here.
_POLL_S = 0.0104

_WITHOUT_POLL = "SequentialBackend"

# The share of the calls that a slowdown of some calls hits.
_SOME = 0.1


@dataclass(frozen=True)
class Effect:
    """A slowdown of the mean call by `size` (0.05 is 5 %); `where` is nowhere, case or backend.

    `how`: "delay" adds the same time to every call inside dispatch or a task, so that it passes through joblib's poll;
    "some" makes one call in ten take longer; "factor" multiplies every time, which no real change does, and is what
    other tools' rules are tried with as well.
    """

    where: str
    size: float
    how: str = "factor"

    def __str__(self) -> str:
        if self.where == "nowhere":
            return "identical code"
        if self.how == "some":
            return f"a tenth of one {self.where}'s calls x{1 + self.size / _SOME:g}"
        return f"one {self.where} +{self.size:.0%}" + (", through the poll" if self.how == "delay" else "")


NOTHING = Effect("nowhere", 0.0)

FACTORS = tuple(Effect(where, size) for where in ("case", "backend") for size in (0.03, 0.05, 0.10, 0.25))
REAL = (
    *(Effect("case", size, "delay") for size in (0.05, 0.10, 0.25)),
    Effect("backend", 0.03, "delay"),
    *(Effect("case", size, "some") for size in (0.10, 0.20)),
)
EFFECTS = (NOTHING, *FACTORS)


@dataclass(frozen=True)
class Slowed:
    """The cases that are slower, how, and the rows of a judgement that may rightly say so.

    `polled` are the cases whose results joblib waits for in steps of its poll: all but those of the sequential backend.
    """

    effect: Effect
    cases: frozenset[str]
    rows: frozenset[str]
    polled: frozenset[str]
    coin: random.Random

    @property
    def factor(self) -> float:
        """What the mean call's time is multiplied by."""
        return 1 + self.effect.size

    def applied(self, nodeid: str, rounds: PairRounds) -> PairRounds:
        """Return the rounds with head slowed, if the case is."""
        if nodeid not in self.cases or not self.effect.size:
            return rounds
        base, head = rounds.returned
        done = rounds.completed
        if self.effect.how == "some":
            factors = [self.factor + (1 / _SOME - 1) * self.effect.size if self._hit() else 1.0 for _ in head]
        else:
            factors = [self.factor] * len(head)
        if self.effect.how != "delay" or nodeid not in self.polled:
            return PairRounds((base, _times(head, factors)), done and (done[0], _times(done[1], factors)))
        delay_s = self.effect.size * sum(head) / len(head)
        later = tuple(seconds + self._polls(delay_s) * _POLL_S for seconds in head)
        completed: RoundsOfBoth | None = done and (done[0], tuple(seconds + delay_s for seconds in done[1]))
        return PairRounds((base, later), completed)

    def _hit(self) -> bool:
        return self.coin.random() < _SOME

    def _polls(self, delay_s: float) -> int:
        """Return how many more polls a call waits: on average as long as the delay."""
        whole, rest = divmod(delay_s / _POLL_S, 1)
        return int(whole) + (self.coin.random() < rest)


def _times(seconds: tuple[float, ...], factors: list[float]) -> tuple[float, ...]:
    return tuple(each * factor for each, factor in zip(seconds, factors, strict=True))


def slowed(recording: Recording, effect: Effect, coin: random.Random) -> Slowed:
    """Choose a case or backend of the recording by the coin."""
    known = groups(recording.cases)
    backends = [name for name in known if name != GRID]
    if effect.where == "nowhere" or (effect.where == "backend" and not backends):
        return slowed_cases(recording, NOTHING, (), coin)
    if effect.where == "case":
        return slowed_cases(recording, effect, (coin.choice(recording.cases).nodeid,), coin)
    return slowed_cases(recording, effect, known[coin.choice(backends)], coin)


def slowed_cases(recording: Recording, effect: Effect, cases: Iterable[str], coin: random.Random) -> Slowed:
    """Slow these cases down; the coin decides which of their calls wait for another poll."""
    chosen = frozenset(cases)
    rows = {name for name, members in groups(recording.cases).items() if chosen & set(members)}
    polled = frozenset(case.nodeid for case in recording.cases if case.backend != _WITHOUT_POLL)
    return Slowed(effect, chosen, chosen | rows if effect.where == "backend" else chosen, polled, coin)
