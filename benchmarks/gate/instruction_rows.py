"""The rows about instructions: a verdict of its own beside that on time."""

import math
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.analysis.instructions import Counts, count_ratio, repeated
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import untested
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.record import Record
from benchmarks.limits import case_names

_BLIND = (
    "Instructions are counted for one call, in the session's own process and its threads. They are blind to sleeps, "
    "joblib's poll, pipes, contention and worker processes. They take no share of alpha: a difference counts if, in "
    "two processes per side, it exceeds the differences between counts of the same calls (`sees`)."
)


def with_instructions(judgement: Judgement, record: Record) -> Judgement:
    """Return the judgement with a row for each case whose instructions were counted."""
    if not record.instructions:
        return judgement
    rows = [_row(nodeid, counted) for nodeid, counted in record.instructions.items() if counted]
    return replace(judgement, rows=worst_first([*judgement.rows, *rows]), notes=(_BLIND, *judgement.notes))


def _row(nodeid: str, counted: Sequence[Counts]) -> Row:
    verdict, note = instruction_verdict(counted)
    base, head, change = repeated(counted[0].base), repeated(counted[0].head), count_ratio(counted[0])
    name = f"{case_names(nodeid)[1]} {Quantity.INSTRUCTIONS.value}"
    sees = 2 * (change.floor if change else 0.0)
    calls = [sum(map(len, sides)) for sides in zip(*counted, strict=True)]
    comparison = untested(change.ratio, calls[0], calls[1], None, sees) if change else None
    base_mean, head_mean = (side.mean if side else None for side in (base, head))
    return Row(name, nodeid, verdict, base_mean, head_mean, comparison, sees, note, Quantity.INSTRUCTIONS)


def instruction_verdict(counted: Sequence[Counts]) -> tuple[Verdict, str]:
    """Return the verdict on a case that was counted in one pair of processes or in two, and what to say of it."""
    ratios = [ratio for counts in counted if (ratio := count_ratio(counts)) is not None]
    if len(ratios) < len(counted):
        return Verdict.INCONCLUSIVE, "the counts of its calls don't repeat"
    if not ratios[0].differs:
        return Verdict.UNCHANGED, ""
    if len(ratios) < 2:
        return Verdict.INCONCLUSIVE, "not counted a second time"
    if not all(each.differs and (each.ratio > 1) == (ratios[0].ratio > 1) for each in ratios):
        return Verdict.INCONCLUSIVE, "a second count did not confirm it"
    change = math.prod(each.ratio for each in ratios) ** (1 / len(ratios)) - 1
    return (Verdict.REGRESSION if change > 0 else Verdict.IMPROVEMENT), f"{change * 100:+.1f} % instructions"
