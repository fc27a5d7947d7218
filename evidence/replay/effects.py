"""What a pseudo-gate should detect: nothing, or a slowdown of one case or one backend."""

import random
from dataclasses import dataclass

from benchmarks.gate.hypotheses import GRID, groups
from evidence.replay.recording import Recording

SIZES = (0.03, 0.05, 0.10, 0.25)


@dataclass(frozen=True)
class Effect:
    """An effect that is put in: `where` is nowhere, case or backend; `size` is 0.05 for 5 %."""

    where: str
    size: float

    def __str__(self) -> str:
        return "identical code" if self.where == "nowhere" else f"one {self.where} +{self.size:.0%}"


NOTHING = Effect("nowhere", 0.0)

EFFECTS = (NOTHING, *(Effect(where, size) for where in ("case", "backend") for size in SIZES))


@dataclass(frozen=True)
class Slowed:
    """The cases that are slower, by which factor, and the rows of a judgement that may rightly say so."""

    factor: float
    cases: frozenset[str]
    rows: frozenset[str]


def slowed(recording: Recording, effect: Effect, coin: random.Random) -> Slowed:
    """Choose a case or backend of the recording by the coin."""
    known = groups(recording.cases)
    backends = [name for name in known if name != GRID]
    if effect.where == "nowhere" or (effect.where == "backend" and not backends):
        return Slowed(1.0, frozenset(), frozenset())
    if effect.where == "case":
        cases = frozenset({coin.choice(recording.cases).nodeid})
    else:
        cases = frozenset(known[coin.choice(backends)])
    rows = {name for name, members in known.items() if cases & set(members)} if effect.where == "backend" else set()
    return Slowed(1 + effect.size, cases, cases | rows)
