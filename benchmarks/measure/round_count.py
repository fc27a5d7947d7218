"""How many rounds of a case are worth their time: as many as decide something."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf

# A case that takes so many times as long as the plain loop does not become the fastest in further rounds.
_HOPELESS = 3.0

# Two rounds show how far they vary; a round that is long averages over the machine's changes of speed.
_ROUNDS_IF_HOPELESS, _ROUNDS_IF_LONG = 2, 3
_LONG_S = 0.25

# With fewer rounds than this, a median is a single time.
_FEWEST = 2


@dataclass(frozen=True)
class Within:
    """Spends the seconds that are left evenly on `cases_left`, the current case among them."""

    left_s: float
    cases_left: int

    def rounds(self, most: int, alias_of: str | None, round_s: float, loop_s: float | None) -> int:
        """Return the number of rounds, from 2 to `most`, for which there is time; see `Sparing.rounds`."""
        return _affordable(most, self.left_s / max(1, self.cases_left), round_s, loop_s)


@dataclass(frozen=True)
class Sparing:
    """Spends rounds where they decide something, and within a case's share of the session's time.

    `cases` are the ids of the session's cases, such as `loky-n2-b10`; `share_s` is in seconds.
    """

    cases: Collection[str]
    share_s: float = inf

    def rounds(self, most: int, alias_of: str | None, round_s: float, loop_s: float | None) -> int:
        """Return the number of rounds, at most `most`, of a case whose untimed round took `round_s` seconds.

        `alias_of` is the id of the case that really runs, None if it is the case itself. `loop_s` are the seconds of
        the plain loop beside the case, None without one.
        """
        if alias_of in self.cases:
            return 1
        if loop_s is not None and round_s > _HOPELESS * loop_s:
            most = min(most, _ROUNDS_IF_HOPELESS)
        elif round_s > _LONG_S:
            most = min(most, _ROUNDS_IF_LONG)
        return _affordable(most, self.share_s, round_s, loop_s)


def _affordable(most: int, share_s: float, round_s: float, loop_s: float | None) -> int:
    """Return how many rounds fit a share of the time, from 2 to `most`.

    The untimed round and the loop before it have been spent, and the loop after it will be.
    """
    left_s = share_s - round_s - 2 * (loop_s or 0.0)
    return min(most, max(_FEWEST, int(min(left_s / max(round_s, 1e-9), most))))


class Shares:
    """Shares the time of a session among its cases by their weights; what a case does not use is for the next ones."""

    def __init__(self, budget_s: float, weights: Mapping[str, float]) -> None:
        self._budget_s = budget_s
        self._left = dict(weights)

    def take_s(self, name: str, passed_s: float) -> float:
        """Return the seconds for the case `name`, which begins now, `passed_s` seconds after the first one."""
        weights = sum(self._left.values())
        return max(0.0, self._budget_s - passed_s) * self._left.pop(name, 0.0) / max(weights, 1e-9)
