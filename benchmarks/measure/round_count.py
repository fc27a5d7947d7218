"""How many rounds of a case are worth their time: as many as decide something."""

from collections.abc import Collection
from dataclasses import dataclass

# A case that takes so many times as long as the plain loop does not become the fastest in further rounds.
_HOPELESS = 3.0

# Two rounds show how far they vary; what is slow without a loop beside it is a phase, whose spread matters more.
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
        """Return the number of rounds, from 2 to `most`, for which there is time; see `Sparing.rounds`.

        Of the case's share, its untimed round and the loop before it have been spent, and the loop after it will be.
        """
        left_s = self.left_s / max(1, self.cases_left) - round_s - 2 * (loop_s or 0.0)
        return min(most, max(_FEWEST, int(left_s / max(round_s, 1e-9))))


@dataclass(frozen=True)
class Sparing:
    """Spends rounds where they decide something; `cases` are the ids of the session's cases, such as `loky-n2-b10`."""

    cases: Collection[str]

    def rounds(self, most: int, alias_of: str | None, round_s: float, loop_s: float | None) -> int:
        """Return the number of rounds, at most `most`, of a case whose untimed round took `round_s` seconds.

        `alias_of` is the id of the case that really runs, None if it is the case itself. `loop_s` are the seconds of
        the plain loop beside the case, None without one.
        """
        if alias_of in self.cases:
            return 1
        if loop_s is not None:
            return min(most, _ROUNDS_IF_HOPELESS) if round_s > _HOPELESS * loop_s else most
        return min(most, _ROUNDS_IF_LONG) if round_s > _LONG_S else most
