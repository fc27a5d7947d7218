"""The search for the first slow candidate, as `git bisect` does it: halve what is left, skip what can't be decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Answer(Enum):
    """What a candidate turned out to be."""

    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Search:
    """Candidates 0 (good) to `last` (bad), and the `answers` so far for those between."""

    last: int
    answers: Mapping[int, Answer]

    @property
    def good(self) -> int:
        """The last candidate before the first bad one that is known to be good."""
        return max((number for number in self._with(Answer.GOOD) if number < self.bad), default=0)

    @property
    def bad(self) -> int:
        """The first candidate that is known to be bad."""
        return min(self._with(Answer.BAD), default=self.last)

    @property
    def following(self) -> int | None:
        """The candidate to try next, nearest to the middle; None if all between good and bad are answered."""
        open_ones = [number for number in range(self.good + 1, self.bad) if number not in self.answers]
        middle = (self.good + self.bad) / 2
        return min(open_ones, key=lambda number: abs(number - middle), default=None)

    @property
    def suspects(self) -> range:
        """The candidates of which one is the first bad one: the bad one, and those before it that were skipped."""
        return range(self.good + 1, self.bad + 1)

    @property
    def steps_left(self) -> int:
        """About how many more candidates have to be tried."""
        return (self.bad - self.good - 1).bit_length()

    def _with(self, answer: Answer) -> list[int]:
        return [number for number, given in self.answers.items() if given is answer]
