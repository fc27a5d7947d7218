"""The two sides of a comparison: their runs, and what counts as one measurement of a case."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.analysis.samples import Sample
from benchmarks.analysis.sittings import sittings, took_turns
from benchmarks.history.run import CaseTimes, Run, geometric_mean_s


@dataclass(frozen=True)
class Side:
    """Runs of one side, oldest first. `own_cases_only`: a subset run that was named answers for its own cases."""

    runs: tuple[Run, ...]
    own_cases_only: bool

    @property
    def cases(self) -> dict[str, CaseTimes]:
        """Every case that any run has, as the newest run describes it."""
        return {key: case for run in self.runs for key, case in run.cases.items()}

    @property
    def sittings(self) -> list[list[int]]:
        """The places of its runs by session; runs that do not say when they were made count as one session."""
        times = [run.when for run in self.runs]
        known: list[datetime] = [when for when in times if when is not None]
        return sittings(known) if len(known) == len(times) else [list(range(len(times)))]


def interleaved(base: Side, head: Side) -> bool:
    """Whether the runs of both sides took turns."""
    when = [(run.when, label) for side, label in ((base, False), (head, True)) for run in side.runs]
    known = sorted((moment, label) for moment, label in when if moment is not None)
    return len(known) == len(when) and took_turns([label for _, label in known])


def units(base: Side, head: Side, side: Side) -> list[list[int]]:
    """The places of a side's runs by what counts as one measurement: a run where both took turns, else a session."""
    return [[place] for place in range(len(side.runs))] if interleaved(base, head) else side.sittings


def samples(base: Side, head: Side, keys: Collection[str]) -> tuple[dict[str, Sample], dict[str, Sample]]:
    """A sample a case and side: of runs where they took turns, otherwise of sessions."""
    groups = [units(base, head, side) for side in (base, head)]
    raw = {key: _raw(key, base, head) for key in keys}
    return (
        {key: _sample(key, base, groups[0], raw[key]) for key in keys},
        {key: _sample(key, head, groups[1], raw[key]) for key in keys},
    )


def _sample(key: str, side: Side, groups: Sequence[Sequence[int]], raw: bool) -> Sample:
    units = []
    for group in groups:
        times = [side.runs[place].cases[key] for place in group if key in side.runs[place].cases]
        logs = [math.log(geometric_mean_s(case.rounds_s) if raw else case.mean_s) for case in times]
        units += [math.fsum(logs) / len(logs)] if logs else []
    return Sample(tuple(units))


def _raw(key: str, base: Side, head: Side) -> bool:
    """Whether every run has the case's raw rounds: otherwise arithmetic means are compared, on both sides."""
    return all(run.cases[key].rounds_s for run in (*base.runs, *head.runs) if key in run.cases)
