"""The two sides of a comparison: their runs, and what counts as one measurement of a case."""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.sittings import sittings, took_turns
from benchmarks.analysis.unpaired import K
from benchmarks.history.case_times import CaseTimes, UnusableCase
from benchmarks.history.run import Run


@dataclass(frozen=True)
class Side:
    """Runs of one side, oldest first. `own_cases_only` is True if every run is a subset run that the user named."""

    runs: tuple[Run, ...]
    own_cases_only: bool

    @cached_property
    def cases(self) -> dict[str, CaseTimes]:
        """Every case that any run has, as the newest run describes it."""
        return {key: case for run in self.runs for key, case in run.cases.items()}

    @cached_property
    def unusable(self) -> dict[str, UnusableCase]:
        """Every case whose numbers can't be used in any of the runs, with the newest reason."""
        return {key: case for run in self.runs for key, case in run.unusable.items()}

    @property
    def sittings(self) -> list[list[int]]:
        """The indices of the runs by sitting; if the time of any run is unknown, they count as one sitting."""
        times = [run.when for run in self.runs]
        known: list[datetime] = [when for when in times if when is not None]
        return sittings(known) if len(known) == len(times) else [list(range(len(times)))]


@dataclass(frozen=True)
class Sides:
    """Base and head."""

    base: Side
    head: Side

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs of both sides."""
        return (*self.base.runs, *self.head.runs)

    @property
    def interleaved(self) -> bool:
        """Whether the runs of both sides took turns."""
        runs = [(run.when, side is self.head) for side in (self.base, self.head) for run in side.runs]
        known = sorted((when, is_head) for when, is_head in runs if when is not None)
        return len(known) == len(runs) and took_turns([is_head for _, is_head in known])

    def units(self, side: Side) -> list[list[int]]:
        """Return the indices of a side's runs, grouped by unit: one run if the sides took turns, else a sitting."""
        return [[index] for index in range(len(side.runs))] if self.interleaved else side.sittings

    def samples(
        self, keys: Iterable[K], value: Callable[[Run, K], float | None]
    ) -> tuple[dict[K, Sample], dict[K, Sample]]:
        """Return base's and head's samples of the keys for which both have a value.

        `value` is what a run measured, in seconds or bytes, None if nothing. A unit's value is the geometric mean over
        its runs.
        """
        keys = list(keys)
        units = [
            [[side.runs[index] for index in group] for group in self.units(side)] for side in (self.base, self.head)
        ]
        base, head = ({key: _logs(groups, key, value) for key in keys} for groups in units)
        both = [key for key in keys if base[key] and head[key]]
        return {key: Sample(base[key]) for key in both}, {key: Sample(head[key]) for key in both}

    def times(self, keys: Collection[str], by_loop: bool) -> tuple[dict[str, Sample], dict[str, Sample]]:
        """Return the samples of the cases' times.

        A run's time is the geometric mean of a case's rounds. Where any run lacks the rounds, it is the stored
        arithmetic mean, on both sides. With `by_loop`, it is divided by the time of the run's plain loop, which every
        run must have.
        """
        with_rounds = {key: all(run.cases[key].summary for run in self.runs if key in run.cases) for key in keys}

        def time_s(run: Run, key: str) -> float | None:
            case = run.cases.get(key)
            if case is None:
                return None
            seconds = case.center_s if with_rounds[key] else case.mean_s
            return seconds / math.exp(run.loop_log) if by_loop and run.loop_log is not None else seconds

        return self.samples(keys, time_s)


def _logs(units: Iterable[Iterable[Run]], key: K, value: Callable[[Run, K], float | None]) -> tuple[float, ...]:
    """Return the mean logarithm of each unit that has a value for the key."""
    means = []
    for runs in units:
        logs = [math.log(measured) for run in runs if (measured := value(run, key)) is not None]
        means += [math.fsum(logs) / len(logs)] if logs else []
    return tuple(means)
