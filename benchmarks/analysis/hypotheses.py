"""Test the hypotheses of a gate (each case, each backend, the whole grid) under one alpha."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import exp, expm1, inf, log, log1p

from benchmarks.analysis.grouped import CaseValues, assess_together, case_values
from benchmarks.analysis.pair_ratios import PairRatios
from benchmarks.analysis.paired import Assessment, Usual, assess, usual_variances
from benchmarks.analysis.power import Chance, smallest_seen
from benchmarks.analysis.unpaired import POWER, Comparison, K
from benchmarks.analysis.verdict import Thresholds, Verdict, judge

# The shares of alpha for times of cases, for backends and the grid, and for resources (kept even if none are measured).
CASES_SHARE = 0.6
GROUPS_SHARE = 0.2
RESOURCES_SHARE = 0.2

# A case waits once its estimates, so many standard errors added, are below the effect that is aimed at: fewer leave
# more time to the others, and give away power; see docs/gate-validation.md for what was tried.
_TYPICAL_ERRORS, _MEAN_ERRORS, _FEWEST_PAIRS = 1.6, 0.8, 3

# A backend that looks slower is measured whole for so many pairs; 12 are the fewest that can decide.
GROUP_PAIRS = 20

# In how many of the pairs of the case that was measured most often a slower case would have been measured at the least:
# it is noticed after some pairs, and others look slower now and then.
_MEASURED_SHARE = 0.9

# What each pair says of a case; None where the pair did not measure it.
Track = Sequence[PairRatios | None]


# An interval whose bound is this close to the estimate rules it out: noise is never so small.
_RULED_OUT = 1e-3


@dataclass(frozen=True)
class Hypothesis:
    """The claim that a case, a backend or the grid became slower, with its assessment and verdict.

    `unlikely` is True where a slowdown of min-effect is unlikely. `comparison` computes the numbers of the report; it
    is a function because that takes longer than the verdict. `chance` is the probability that such a gate would call a
    slowdown (a log-ratio) of every call a regression. A group's regression that disappears without its largest case is
    `driven_by` that case.
    """

    assessment: Assessment
    thresholds: Thresholds
    verdict: Verdict
    unlikely: bool
    comparison: Callable[[], Comparison]
    chance: Chance
    driven_by: str | None = None


def needed(alpha: float, share: float, hypotheses: int) -> float:
    """Return the log-wealth that rejects one of `hypotheses` hypotheses that split `share` of alpha evenly."""
    return -log(alpha * share / hypotheses)


def judge_cases(
    tracks: Mapping[K, Track], total: int, thresholds: Callable[[K], Thresholds], share: float = CASES_SHARE
) -> dict[K, Hypothesis]:
    """Judge every track that has a pair.

    `total` is the number of hypotheses that the gate set out with; together they get `share` of alpha.
    """
    rounds = {name: tuple(pair for pair in track if pair) for name, track in tracks.items()}
    limits = {name: thresholds(name) for name, pairs in rounds.items() if pairs}
    assessments = {name: _assess(rounds[name], log1p(of_case.applied_min_effect)) for name, of_case in limits.items()}
    most = max(map(len, rounds.values()), default=0)
    # Only reports need it.
    usual = cache(lambda: usual_variances(assessments.values()))
    return {
        name: _hypothesis(assessment, limits[name], needed(limits[name].alpha, share, total), most, usual)
        for name, assessment in assessments.items()
    }


@lru_cache(maxsize=4096)
def _assess(rounds: tuple[PairRatios, ...], effect: float) -> Assessment:
    """Assess a case; cached, because a case without a new pair has no new assessment."""
    return assess(rounds, effect)


def judge_groups(
    tracks: Mapping[str, Track], groups: Mapping[str, Sequence[str]], thresholds: Thresholds
) -> dict[str, Hypothesis]:
    """Judge every group of two or more cases; find regressions that depend on one case alone."""
    said = {name: _said(track) for name, track in tracks.items() if any(track)}
    effect = log1p(thresholds.applied_min_effect)
    enough = needed(thresholds.alpha, GROUPS_SHARE, len(groups))
    most = max((len(track) for track in tracks.values()), default=0)
    hypotheses = {}
    for group, names in groups.items():
        members = [name for name in names if name in said]
        if len(members) < 2:
            continue
        seen = assess_together([said[name] for name in members], effect)
        hypothesis = _hypothesis(seen, thresholds, enough, min(most, GROUP_PAIRS), _no_usual)
        if hypothesis.verdict is Verdict.REGRESSION:
            hypothesis = _without_largest(hypothesis, members, said, enough)
        hypotheses[group] = hypothesis
    return hypotheses


def _without_largest(
    hypothesis: Hypothesis,
    members: Sequence[str],
    said: Mapping[str, Sequence[CaseValues | None]],
    enough: float,
) -> Hypothesis:
    effect = hypothesis.assessment.effect
    largest = max(members, key=lambda name: assess_together([said[name]], effect).estimate)
    rest = assess_together([said[name] for name in members if name != largest], effect)
    if _hypothesis(rest, hypothesis.thresholds, enough, 0, _no_usual).verdict is Verdict.REGRESSION:
        return hypothesis
    return replace(hypothesis, driven_by=largest)


def _said(track: Track) -> list[CaseValues | None]:
    values = iter(_case_values(tuple(pair for pair in track if pair)))
    return [next(values) if pair else None for pair in track]


_case_values = lru_cache(maxsize=4096)(case_values)


def _no_usual() -> None:
    """A group's noise is its own: it is an average already."""


def _hypothesis(
    seen: Assessment, thresholds: Thresholds, enough: float, most: int, usual: Callable[[], Usual | None]
) -> Hypothesis:
    effect = seen.effect
    scale = exp(enough) * thresholds.alpha  # a wealth of exp(enough) is a p of alpha
    p_slower, p_faster = (min(1.0, scale * exp(-wealth)) for wealth in (seen.slower, seen.faster))
    verdict = judge(
        exp(seen.largest if seen.slower >= seen.faster else seen.smallest),
        p_slower,
        p_faster,
        thresholds,
        below=lambda ratio: seen.below(log(ratio)),
        above=lambda ratio: seen.above(log(ratio)),
    )
    unlikely = seen.pairs >= _FEWEST_PAIRS and seen.at_most(_TYPICAL_ERRORS, _MEAN_ERRORS) < effect

    def chance(log_ratio: float) -> float:
        # A case that waits would have been measured as often as any, `most` times, had it looked slower; but it waits
        # once it is below min-effect, so that no smaller effect is promised.
        return seen.chance(log_ratio, enough, int(most * _MEASURED_SHARE), usual()) if log_ratio >= effect else 0.0

    def comparison() -> Comparison:
        detectable = smallest_seen([chance], POWER)
        lo, hi = _interval(seen)
        return Comparison(
            ratio=exp(seen.estimate),
            interval=(exp(lo), exp(hi)),
            p_slower=p_slower,
            p_faster=p_faster,
            n_base=seen.pairs,
            n_head=seen.pairs,
            detectable_effect=None if detectable is None else expm1(detectable),
            shortage=None,
        )

    return Hypothesis(seen, thresholds, verdict, unlikely, comparison, chance)


def _interval(seen: Assessment) -> tuple[float, float]:
    """Return the bounds of the log-ratio, rough ones if there are too few pairs for others.

    The later pairs of a group measure only some of its cases. If these disagree with the others so much that they rule
    out the estimate, which is that of all cases, the bounds are those of both.
    """
    (low, high), (rough_low, rough_high) = seen.interval, seen.rough_interval
    if max(-low, high) == inf:
        return rough_low, rough_high
    if min(seen.estimate - low, high - seen.estimate) < _RULED_OUT:
        return min(low, rough_low), max(high, rough_high)
    return low, high
