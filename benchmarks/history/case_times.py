"""The times of a case in one run, and a case whose times can't be used."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.files.rounds import RoundsSummary, summarize_rounds

# Bencher takes names of 1 to 1024 characters; so do we.
LONGEST_NAME = 1024

# No call of a benchmark takes longer than four months, and no clock shows a picosecond; quotients stay finite.
SHORTEST_S, LONGEST_S = 1e-12, 1e7


@dataclass(frozen=True)
class CaseTimes:
    """The times of one case in one run.

    `key` identifies the case in any run. In a file of this suite it is the function's name without parameters, and the
    parameters' values; in any other file it is the full name without addresses in memory, because a parameter that is
    an object is stored as text with its address in it.

    `rounds_s` is empty if the file keeps statistics only, and if it has more rounds than `files.rounds.MOST_ROUNDS`;
    `many_rounds` then is their summary, and None otherwise. `facts` are the case's extra_info in a file of this suite,
    empty in any other. `timing` is the `timer`, and whether the garbage collector was off (`disable_gc`), as far as the
    file says so.
    """

    key: str
    name: str
    fullname: str
    param: str | None
    rounds_s: tuple[float, ...]
    mean_s: float
    median_s: float
    rounds: int
    facts: Mapping[str, Any]
    timing: Mapping[str, Any]
    many_rounds: RoundsSummary | None = None

    @cached_property
    def summary(self) -> RoundsSummary | None:
        """The summary of the rounds, None if the file has none."""
        return self.many_rounds or (summarize_rounds(self.rounds_s) if self.rounds_s else None)

    @property
    def work(self) -> tuple[Any, ...]:
        """What decides how much is done in a call and where, besides the parameters."""
        return tuple(
            self.facts.get(name) for name in ("phase", "workload", "tasks", "arguments", "longest", "calls", "cluster")
        )

    @cached_property
    def loop_log(self) -> float | None:
        """The mean logarithm of the seconds of the plain loops beside the case, None if there are none."""
        loops_s = self.facts.get("loop_s")
        if not isinstance(loops_s, list) or not loops_s or not all(map(_is_time, loops_s)):
            return None
        return math.fsum(map(math.log, loops_s)) / len(loops_s)

    @property
    def center_s(self) -> float:
        """The geometric mean of the rounds, or the stored arithmetic mean if the file has no rounds."""
        return self.summary.geometric_mean_s if self.summary else self.mean_s

    @property
    def fastest_s(self) -> float:
        """The fastest round, or the stored mean if the file has no rounds."""
        return self.summary.fastest_s if self.summary else self.mean_s

    @property
    def slowest_s(self) -> float:
        """The slowest round, or the stored mean if the file has no rounds."""
        return self.summary.slowest_s if self.summary else self.mean_s


@dataclass(frozen=True)
class UnusableCase:
    """A case whose numbers can't be used, and the reason, which is one line. It has no time and can't be compared.

    A case without a name is called by its place in the file, which is no name in another file.
    """

    key: str
    name: str
    fullname: str
    param: str | None
    reason: str
    has_name: bool = True


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and SHORTEST_S < value < LONGEST_S
