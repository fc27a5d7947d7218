"""The rows about instructions: a verdict of its own beside that on time."""

import math
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.analysis.instructions import FLOOR, MIN_EFFECT, Counts, differs, instruction_ratio, repeated
from benchmarks.analysis.judgement import Judgement, Row, worst_first
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.unpaired import Comparison
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.hypotheses import case_names
from benchmarks.gate.record import Record

_BLIND = (
    "Instructions are those of one call in the session's own process, its threads included: blind to sleeps, joblib's "
    "poll, pipes, contention, and whatever worker processes do. They take no share of alpha: "
    f"a difference counts if it is more than {FLOOR * 100:g} % in counts that repeat, in two processes a side."
)


def with_instructions(judgement: Judgement, record: Record) -> Judgement:
    """Return the judgement with a row for each case whose instructions were counted."""
    if not record.instructions:
        return judgement
    rows = [_row(nodeid, counted) for nodeid, counted in record.instructions.items() if counted]
    return replace(judgement, rows=worst_first([*judgement.rows, *rows]), notes=(_BLIND, *judgement.notes))


def _row(nodeid: str, counted: Sequence[Counts]) -> Row:
    verdict, note = instruction_verdict(counted)
    base, head = repeated(counted[0].base), repeated(counted[0].head)
    name = f"{case_names(nodeid)[1]} {Quantity.INSTRUCTIONS.value}"
    comparison = _comparison(counted) if base and head else None
    return Row(name, nodeid, verdict, base, head, comparison, MIN_EFFECT, note, Quantity.INSTRUCTIONS)


def instruction_verdict(counted: Sequence[Counts]) -> tuple[Verdict, str]:
    """Return the verdict on a case that was counted in one pair of processes or in two, and what to say of it."""
    ratios = [instruction_ratio(counts) for counts in counted]
    if None in ratios:
        return Verdict.INCONCLUSIVE, "the counts of its calls don't repeat"
    known = [ratio for ratio in ratios if ratio is not None]
    if not differs(known[0]):
        return Verdict.UNCHANGED, ""
    if len(known) < 2:
        return Verdict.INCONCLUSIVE, "not counted a second time"
    if not all(differs(ratio) and (ratio > 1) == (known[0] > 1) for ratio in known):
        return Verdict.INCONCLUSIVE, "another count did not confirm it"
    change = math.prod(known) ** (1 / len(known)) - 1
    return (Verdict.REGRESSION if change > 0 else Verdict.IMPROVEMENT), f"{change * 100:+.1f} % instructions"


def _comparison(counted: Sequence[Counts]) -> Comparison:
    ratio = instruction_ratio(counted[0])
    assert ratio is not None
    calls = [sum(map(len, sides)) for sides in zip(*counted, strict=True)]
    return Comparison(ratio, None, None, None, calls[0], calls[1], MIN_EFFECT, None)
