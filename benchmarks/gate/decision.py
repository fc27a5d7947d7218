"""What a gate's record comes to: a finding for every case, backend and the grid, and what to measure next."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.analysis.evidence import MOST_GAIN
from benchmarks.analysis.judgement import Row
from benchmarks.analysis.quantity import Quantity
from benchmarks.analysis.turns_verdict import (
    CASES_SHARE,
    Finding,
    group_thresholds,
    judge_cases,
    judge_groups,
    needed,
)
from benchmarks.analysis.verdict import Thresholds, Verdict
from benchmarks.gate.needs import Need, judge_needs
from benchmarks.gate.record import GateCase, Record
from benchmarks.gate.tracks import Measured
from benchmarks.limits import Limit, limit_of, over_memory

GRID = "the whole grid"

# A backend that looks slower is measured whole for so long; 12 pairs are the fewest that can decide, see gate.md.
_GROUP_PAIRS = 20

# From so many pairs on, an estimate that exceeds the effect by so many standard errors is hardly chance.
_CLEAR_PAIRS, _CLEAR = 3, 1.6

_OPEN = frozenset({Verdict.INCONCLUSIVE})


@dataclass(frozen=True)
class Decision:
    """Findings by node id, by the name of a backend or GRID, and of what cases need beside time."""

    cases: Mapping[str, Finding]
    groups: Mapping[str, Finding]
    needs: Mapping[Need, Finding]


def decide(record: Record, measured: Measured, limits: Sequence[Limit]) -> Decision:
    """Judge everything that has been measured."""

    def thresholds(nodeid: str) -> Thresholds:
        limit = limit_of(limits, names(nodeid)).max_slowdown
        return Thresholds(record.alpha, record.min_effect, record.min_effect / 2, limit)

    sound = {nodeid: track for nodeid, track in measured.tracks.items() if nodeid not in record.trouble}
    return Decision(
        judge_cases(sound, len(record.cases), thresholds),
        judge_groups(sound, groups(record.cases), group_thresholds(record.alpha, record.min_effect)),
        judge_needs(record, measured.needs),
    )


def groups(cases: Sequence[GateCase]) -> dict[str, list[str]]:
    """The cases of each backend that has two or more, and all of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        found[case.backend].append(case.nodeid)
    several = {f"backend {name}": members for name, members in found.items() if len(members) > 1}
    return {**several, GRID: [case.nodeid for case in cases]}


def next_cases(record: Record, decision: Decision) -> list[GateCase]:
    """What to measure in the next pair, most suspicious first; empty where everything is decided.

    A case that looks unchanged but is not proved to be, or faster, waits until nothing looks slower.
    """
    sound = [case for case in record.cases if case.nodeid not in record.trouble]
    hungry = {need.nodeid for need, found in decision.needs.items() if _hungrier(found)}
    undecided = [
        case
        for case in sound
        if (found := decision.cases.get(case.nodeid)) is None or _open(found, record) or case.nodeid in hungry
    ]
    suspects = {
        case.nodeid
        for case in undecided
        if (found := decision.cases.get(case.nodeid)) is None or found.assessment.pairs < 3 or not found.unlikely
    } | hungry
    for name, members in groups(record.cases).items():
        group = decision.groups.get(name)
        # Not so for the grid: it is told by whatever is measured, and all cases would leave no time for anyone.
        if (
            name != GRID
            and group
            and group.verdict in _OPEN
            and not group.unlikely
            and group.assessment.pairs < _GROUP_PAIRS
        ):
            suspects.update(members)
    chosen = [case for case in sound if case.nodeid in suspects] or undecided
    return sorted(chosen, key=lambda case: -_suspicion(decision.cases.get(case.nodeid)))


def _hungrier(found: Finding) -> bool:
    """Whether a case seems to need more of something, by as much as matters: a pair says little of less."""
    return found.verdict in _OPEN and found.assessment.estimate > math.log1p(found.thresholds.matters)


def _open(found: Finding, record: Record) -> bool:
    """Whether more pairs may change a verdict: also of what is not slower, for certain, and looks clearly faster."""
    seen, effect = found.assessment, math.log1p(record.min_effect)
    faster = found.verdict is Verdict.UNCHANGED and seen.estimate + _CLEAR * seen.error < -effect
    return found.verdict in _OPEN or faster


def pairs_to_go(record: Record, decision: Decision) -> int:
    """How many pairs the verdict on the slowest still takes, at best; 1 where nothing is slower for all that is known.

    A pair must not take so long that the budget ends before such a verdict.
    """
    enough = needed(record.alpha, CASES_SHARE, max(1, len(record.cases)))
    effect = math.log1p(record.min_effect)
    lacking = [
        enough - found.assessment.slower
        for name, found in decision.cases.items()
        if name not in record.trouble
        and found.verdict in _OPEN
        and found.assessment.pairs >= _CLEAR_PAIRS
        and found.assessment.estimate - _CLEAR * found.assessment.error > effect
    ]
    return max(1, math.ceil(max(lacking, default=0.0) / MOST_GAIN))


def _suspicion(found: Finding | None) -> float:
    return math.inf if found is None else found.assessment.estimate + 2 * found.assessment.error


def rows(record: Record, measured: Measured, decision: Decision, limits: Sequence[Limit]) -> list[Row]:
    """A row for every case, backend and the grid."""
    found = [_trouble(nodeid, side, why, record) for nodeid, (side, why) in record.trouble.items()]
    found += [
        _case(case.nodeid, decision.cases.get(case.nodeid), measured, record, limits)
        for case in record.cases
        if case.nodeid not in record.trouble
    ]
    for name, finding in decision.groups.items():
        matters = finding.thresholds.matters
        found.append(Row(name, name, finding.verdict, None, None, finding.comparison(), matters, finding.note))
    return found + [_need(need, finding, measured, limits) for need, finding in decision.needs.items()]


def _need(need: Need, found: Finding, measured: Measured, limits: Sequence[Limit]) -> Row:
    """A row about what a case needs beside time; memory over its limit in every pair is over it for certain."""
    sides = measured.needs.sides[need]
    base, head = (math.exp(math.fsum(map(math.log, side)) / len(side)) for side in (sides.base, sides.head))
    called = names(need.nodeid)
    ceiling = limit_of(limits, called).max_pss_bytes if need.quantity is Quantity.PSS else None
    over = over_memory(sides.head, ceiling, "pair")
    verdict = found.verdict if over is None else Verdict.OVER_LIMIT
    name, matters = f"{called[1]} {need.quantity.value}", found.thresholds.matters
    return Row(name, need.nodeid, verdict, base, head, found.comparison(), matters, over or "", need.quantity)


def _case(nodeid: str, found: Finding | None, measured: Measured, record: Record, limits: Sequence[Limit]) -> Row:
    _, name, _ = names(nodeid)
    if found is None:
        return Row(name, nodeid, Verdict.INCONCLUSIVE, None, None, None, record.min_effect, "not measured in time")
    logs = measured.logs_s[nodeid]
    base_s, head_s = (math.exp(math.fsum(logs[side]) / len(logs[side])) for side in ("base", "head"))
    verdict, note = found.verdict, found.note
    if verdict is Verdict.OVER_LIMIT:
        note = f"max_slowdown is {found.thresholds.matters:.3g}"
    return Row(name, nodeid, verdict, base_s, head_s, found.comparison(), found.thresholds.matters, note)


def _trouble(nodeid: str, side: str, why: str, record: Record) -> Row:
    verdict = Verdict.BROKEN if side == "head" else Verdict.INCOMPARABLE
    _, name, _ = names(nodeid)
    return Row(name, nodeid, verdict, None, None, None, record.min_effect, f"{side}: {why}")


def names(nodeid: str) -> tuple[str, str, str]:
    """What a pattern may match: the case's id in brackets, its name, or with the file's path."""
    name = nodeid.rpartition("::")[2]
    return name.partition("[")[2].removesuffix("]"), name, nodeid
