"""What the next pair measures, most suspicious cases first, and how much of it fits into the budget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.analysis.betting import MOST_GAIN
from benchmarks.analysis.hypotheses import CASES_SHARE, GROUP_PAIRS, Hypothesis, needed
from benchmarks.analysis.verdict import Verdict
from benchmarks.gate.hypotheses import GRID, Hypotheses, groups
from benchmarks.gate.record import GateCase, Record

# Seconds for starting two sessions and saving two runs.
PAIR_S = 2.5

# Until a pair was measured: what a case takes beside its calls, and how many calls it makes (the rounds of both sides,
# and as much again for the untimed ones).
_BESIDE_CALLS_S, _CALLS = 0.2, 16

# How many recent pairs predict a case's seconds, the least that all cases take in a pair, and a margin.
_RECENT_PAIRS, _LEAST_PAIR_S, _MARGIN = 5, 0.1, 1.1

# After so many pairs, an estimate that exceeds the effect by so many standard errors is hardly chance.
_CLEAR_PAIRS, _CLEAR_ERRORS = 3, 1.6

# Pairs of all cases until most of them wait, and the share of the cases that goes on from then on.
_WHOLE_PAIRS, _STAYING = 4, 1 / 8

# In how many pairs a suspect should be measured, and how many pairs others may fill at the least: fewer pairs of the
# suspects see less, and more of them leave more cases without a proof. Chosen on recordings, see
# docs/gate-validation.md.
_SUSPECT_PAIRS, _FEWEST_FILLED = 60, 8

# The normal quantile of the proof that a case is unchanged, 99 %.
_PROOF_ERRORS = 2.33

_OPEN = frozenset({Verdict.INCONCLUSIVE})


@dataclass(frozen=True)
class NextPairs:
    """Cases for the next pair, most wanted first, and for how many such pairs (`count`) the budget must suffice.

    No case means that nothing is left to measure. `fillers` may be measured beside them, if the budget still suffices
    for `filled_count` pairs.
    """

    cases: Sequence[GateCase]
    count: int
    fillers: Sequence[GateCase] = ()
    filled_count: int = 1


def next_pairs(record: Record, hypotheses: Hypotheses) -> NextPairs:
    """Return what a gate measures next.

    Cases that look unchanged or faster without proof fill what the suspects leave of a pair, those first that lack
    least.
    """
    chosen, waiting = next_cases(record, hypotheses)
    pairs = [tested.assessment.pairs for case in chosen if (tested := hypotheses.cases.get(case.nodeid))]
    wanted = max(_FEWEST_FILLED, _SUSPECT_PAIRS - min(pairs, default=0))
    return NextPairs(chosen, pairs_to_go(record, hypotheses), waiting, wanted)


def next_cases(record: Record, hypotheses: Hypotheses) -> tuple[list[GateCase], list[GateCase]]:
    """Return the cases of the next pair, most suspicious first, and the undecided ones that wait.

    Both lists are empty if everything is decided. Nothing waits once no case looks slower.
    """
    sound = record.sound_cases
    needs_more = {key.nodeid for key, hypothesis in hypotheses.resources.items() if _looks_worse(hypothesis)}
    undecided = [case for case in sound if _undecided(case, hypotheses, record) or case.nodeid in needs_more]
    suspects = {case.nodeid for case in undecided if _suspect(hypotheses.cases.get(case.nodeid))} | needs_more
    for name, members in groups(record.cases).items():
        # Not for the grid: whatever is measured tells about it, and all cases would leave no time for any of them.
        if name != GRID and (group := hypotheses.groups.get(name)) and _group_suspect(group):
            suspects.update(members)
    chosen = [case for case in sound if case.nodeid in suspects] or undecided
    waiting = [case for case in undecided if case not in chosen]
    return (
        sorted(chosen, key=lambda case: -_suspicion(hypotheses.cases.get(case.nodeid))),
        sorted(waiting, key=lambda case: _lacking(hypotheses.cases[case.nodeid])),
    )


def _undecided(case: GateCase, hypotheses: Hypotheses, record: Record) -> bool:
    """Return whether more pairs may change the verdict, which includes a case that looks clearly faster."""
    hypothesis = hypotheses.cases.get(case.nodeid)
    if hypothesis is None or hypothesis.verdict in _OPEN:
        return True
    assessment, effect = hypothesis.assessment, math.log1p(record.min_effect)
    looks_faster = assessment.at_most(_CLEAR_ERRORS, _CLEAR_ERRORS) < -effect
    return hypothesis.verdict is Verdict.UNCHANGED and looks_faster


def _suspect(hypothesis: Hypothesis | None) -> bool:
    return hypothesis is None or hypothesis.assessment.pairs < _CLEAR_PAIRS or not hypothesis.unlikely


def _group_suspect(group: Hypothesis) -> bool:
    return group.verdict in _OPEN and not group.unlikely and group.assessment.pairs < GROUP_PAIRS


def _looks_worse(resource: Hypothesis) -> bool:
    """Return whether a case seems to need more of a resource by min-effect or more; one pair says little of less."""
    return resource.verdict in _OPEN and resource.assessment.estimate > math.log1p(
        resource.thresholds.applied_min_effect
    )


def _suspicion(hypothesis: Hypothesis | None) -> float:
    return math.inf if hypothesis is None else hypothesis.assessment.at_most(2.0, 1.0)


def _lacking(waiting: Hypothesis) -> float:
    """Return how far a case is from the proof that it is unchanged: an upper guess of its mean."""
    mean = waiting.assessment.mean
    return mean.estimate + _PROOF_ERRORS * mean.error


def pairs_to_go(record: Record, hypotheses: Hypotheses) -> int:
    """Return how many pairs the verdict on the slowest case takes at best; 1 if no case is clearly slower.

    A pair must not take so long that the budget ends before such a verdict.
    """
    enough = needed(record.alpha, CASES_SHARE, max(1, len(record.cases)))
    effect = math.log1p(record.min_effect)
    lacking = [
        enough - hypothesis.assessment.slower
        for name, hypothesis in hypotheses.cases.items()
        if name not in record.failures
        and hypothesis.verdict in _OPEN
        and hypothesis.assessment.pairs >= _CLEAR_PAIRS
        and _clearly_slower(hypothesis, effect)
    ]
    return max(1, math.ceil(max(lacking, default=0.0) / MOST_GAIN))


def _clearly_slower(hypothesis: Hypothesis, effect: float) -> bool:
    scores = hypothesis.assessment.scores
    return any(score.estimate - _CLEAR_ERRORS * score.error > effect for score in scores)


def cases_that_fit(wanted: NextPairs, each_s: float, left_s: float) -> list[GateCase]:
    """Return the first cases of `wanted` that the time left allows; each of them takes `each_s` seconds in a pair.

    The first case may take all the time that is left; further ones only as much as leaves room for `wanted.count`
    pairs. Fillers come after all cases.
    """
    chosen: list[GateCase] = []
    spent_s = PAIR_S
    for case in wanted.cases:
        spent_s += each_s
        if spent_s > (left_s / wanted.count if chosen else left_s):
            break
        chosen.append(case)
    if len(chosen) == len(wanted.cases):
        for case in wanted.fillers:
            spent_s += each_s
            if spent_s > left_s / wanted.filled_count:
                break
            chosen.append(case)
    return chosen


def case_s(call_s: float) -> float:
    """Return what a case takes in a pair, in seconds, before one was measured; `call_s` is what a call takes."""
    return _BESIDE_CALLS_S + _CALLS * call_s


class PairCost(NamedTuple):
    """What a pair took, in seconds, and how many cases it measured."""

    seconds: float
    cases: int


def fitting(wanted: NextPairs, before: Sequence[PairCost], unmeasured_case_s: float, left_s: float) -> list[GateCase]:
    """Return as many of the wanted cases as the time left allows, judging by the pairs before.

    `unmeasured_case_s` is what a case is expected to take as long as there is no pair.
    """
    expected_s = unmeasured_case_s
    if recent := before[-_RECENT_PAIRS:]:
        seconds = sum(max(_LEAST_PAIR_S, pair.seconds - PAIR_S) for pair in recent)
        expected_s = seconds / sum(pair.cases for pair in recent)
    return cases_that_fit(wanted, expected_s * _MARGIN, left_s)


def expected_pairs(cases: int, case_s: float, left_s: float) -> int:
    """Return in how many pairs a suspicious case is measured in the time left, if there are so many cases."""
    all_s = PAIR_S + case_s * cases
    whole = min(_WHOLE_PAIRS, int(left_s / all_s))
    return whole + max(0, int((left_s - whole * all_s) / (PAIR_S + case_s * max(1.0, cases * _STAYING))))
