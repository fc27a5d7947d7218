"""What a comparison tells its reader beside the verdicts: how the machine changed, and which cases stand out."""

import math
from collections.abc import Mapping, Sequence

from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.standouts import RatioEstimate, Standouts, log_error, standouts
from benchmarks.compare.machine_speed import LoopUse, MachineSpeed
from benchmarks.compare.next_step import next_step
from benchmarks.compare.sides import Side, Sides
from benchmarks.report.case_labels import case_labels
from benchmarks.text.formatting import counted

_MOST_NAMED = 4

# A machine that changed by less was as fast, for a reader.
_ABOUT_THE_SAME = 1.1


def answer(sides: Sides, speed: MachineSpeed | None, rows: Sequence[Row]) -> list[str]:
    """Return the sentences above the table; without a compared case, whether the sides have no case in common.

    The last one, of a comparison in which no test was possible, ends in a command on a line of its own.
    """
    compared = [row for row in rows if row.comparison and row.quantity is Quantity.TIME]
    if not compared:
        return _without_common_cases(sides)
    untested = any(row.comparison and row.comparison.shortage for row in compared)
    if not untested:
        return [_machine(speed)] if speed else []
    return [
        _machine(speed) if speed else _unknown_speed(sides),
        *_cases(sides, rows, compared, relative=speed is not None and speed.divided),
        f"This is not a verdict: runs measured apart can't tell the code from the machine. {next_step(sides)}",
    ]


def _without_common_cases(sides: Sides) -> list[str]:
    """Say so if no case is on both sides: a reader may have named the wrong run."""
    base, head = (list(side.cases.values()) for side in (sides.base, sides.head))
    if not base or not head or sides.base.cases.keys() & sides.head.cases.keys():
        return []
    of_base, of_head = (f"{counted(len(cases), 'case')}, such as {cases[0].name}" for cases in (base, head))
    return [
        f"No case is on both sides: base has {of_base}; head has {of_head}. Compare runs of the same tasks; the verb "
        "`runs` lists all of them."
    ]


def _machine(speed: MachineSpeed) -> str:
    """Say how fast the plain loop ran in head, and what is made of it."""
    rate = f"{1 / speed.loop_ratio:.2f}x"
    same = max(speed.loop_ratio, 1 / speed.loop_ratio) < _ABOUT_THE_SAME
    match speed.use:
        case LoopUse.DIVIDED:
            began = "The machine was about as fast as in base" if same else "The machine changed"
            return f"{began}: it ran the plain loop at {rate} of the speed there. head/base is relative to that loop."
        case LoopUse.FORCED:
            return (
                f"The plain loop ran at {rate} of its speed in base. The runs differ in a field that was forced, so "
                "times are compared as they were measured."
            )
        case LoopUse.OTHER_TASKS:
            return (
                f"The plain loop ran at {rate} of its speed in base: the machine or the tasks changed. "
                "Times are compared as they were measured."
            )


def _unknown_speed(sides: Sides) -> str:
    """Say that the machine may have changed; who uses another suite knows no plain loop."""
    if any(run.is_own for run in sides.runs):
        return "Not every run timed the plain loop, so the machine may have changed."
    return "The machine may have changed: no file says how fast it was."


def _cases(sides: Sides, rows: Sequence[Row], compared: Sequence[Row], relative: bool) -> list[str]:
    """Say what the cases have in common and which of them stand out."""
    base, head = _errors(sides.base), _errors(sides.head)
    found = standouts(
        {
            row.fullname: RatioEstimate(
                math.log(row.comparison.ratio), math.hypot(base.get(row.fullname, 0), head.get(row.fullname, 0))
            )
            for row in compared
            if row.comparison
        }
    )
    if found is None:
        return []
    labels = dict(zip([row.fullname for row in rows], case_labels([row.fullname for row in rows]), strict=True))
    typical = (
        f"{'Relative to the loop, the' if relative else 'The'} typical case took {found.typical:.2f} times as long as "
        f"in base (least {found.least:.2f}, most {found.most:.2f})."
    )
    return [" ".join([typical, *_standing_out(found, len(compared), labels)])]


def _standing_out(found: Standouts[str], count: int, labels: Mapping[str, str]) -> list[str]:
    sentences = [
        f"{len(cases)} of {count} cases changed {_span(cases)} times as much as the others: {_named(cases, labels)}."
        for cases in (found.slower, found.faster)
        if cases
    ]
    return sentences or ["No case stands out from the others."]


def _span(cases: Sequence[tuple[str, float]]) -> str:
    factors = sorted(f"{factor:.2g}" for _, factor in cases)
    return factors[0] if factors[0] == factors[-1] else f"{factors[0]} to {factors[-1]}"


def _named(cases: Sequence[tuple[str, float]], labels: Mapping[str, str]) -> str:
    names = [labels[case] for case, _ in cases[:_MOST_NAMED]]
    more = [f"{len(cases) - _MOST_NAMED} more"] if len(cases) > _MOST_NAMED else []
    *first, last = [*names, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _errors(side: Side) -> dict[str, float]:
    """Return the standard error of each case's mean logarithm, as its rounds show it."""
    rounds: dict[str, list[Sequence[float]]] = {}
    for run in side.runs:
        for case in run.cases.values():
            rounds.setdefault(case.fullname, []).append(case.rounds_s)
    return {fullname: log_error(samples) for fullname, samples in rounds.items()}
