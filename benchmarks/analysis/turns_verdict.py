"""Verdicts on everything a gate measured in turns: each case, each backend, the whole grid; one alpha for all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, log, log1p

from benchmarks.analysis.paired import Assessment, assess, assess_together, values_of
from benchmarks.analysis.unpaired import Comparison, K
from benchmarks.analysis.verdict import Thresholds, Verdict, judge

# Shares of alpha: cases, then backends and grid, then what cases need beside time, whether that is measured or not.
CASES_SHARE = 0.6
GROUPS_SHARE = 0.2
RESOURCES_SHARE = 0.2

# A backend or the grid averages over cases, so smaller effects are aimed at: 3 % where a case's is 5 %, floor 1.2 %.
_GROUP_EFFECT = 0.6
_GROUP_FLOOR = 0.24

# A case waits once its estimate, so many standard errors added, is below the effect that is aimed at: fewer leave more
# time to the others, and give away power; see docs/gate.md for what was tried.
_ERRORS, _FEWEST_PAIRS = 1.6, 3

# Log-ratios of a case's rounds, pair by pair; None where it was not measured in a pair.
Track = Sequence[Sequence[float] | None]


@dataclass(frozen=True)
class Finding:
    """A hypothesis: what is known of it and what that amounts to. `unlikely`: hardly as slow as is aimed at.

    `comparison` computes what is reported only, which takes longer than the verdict.
    """

    assessment: Assessment
    thresholds: Thresholds
    verdict: Verdict
    unlikely: bool
    comparison: Callable[[], Comparison]
    note: str = ""


def group_thresholds(alpha: float, min_effect: float) -> Thresholds:
    """What a backend or the grid is judged by."""
    return Thresholds(alpha, min_effect * _GROUP_EFFECT, min_effect * _GROUP_FLOOR, None)


def needed(alpha: float, share: float, hypotheses: int) -> float:
    """The logarithm of the wealth that makes a regression of one among `hypotheses` that divide `share` of alpha."""
    return -log(alpha * share / hypotheses)


def judge_cases(
    tracks: Mapping[K, Track], total: int, thresholds: Callable[[K], Thresholds], share: float = CASES_SHARE
) -> dict[K, Finding]:
    """A finding for every track with a pair; `total` is how many the gate set out with, `share` theirs of alpha."""
    found = {}
    most = max((sum(pair is not None for pair in track) for track in tracks.values()), default=0)
    for name, track in tracks.items():
        if rounds := [pair for pair in track if pair]:
            limits = thresholds(name)
            effect = log1p(limits.matters)
            seen, enough = _assess(tuple(map(tuple, rounds)), effect), needed(limits.alpha, share, total)
            found[name] = _finding(seen, limits, enough, effect, most)
    return found


@lru_cache(maxsize=4096)
def _assess(rounds: tuple[tuple[float, ...], ...], effect: float) -> Assessment:
    """A case that has no new pair needs no new assessment."""
    return assess(rounds, effect)


def judge_groups(
    tracks: Mapping[str, Track], groups: Mapping[str, Sequence[str]], thresholds: Thresholds
) -> dict[str, Finding]:
    """A finding for every group of cases; one that falls without its largest case says so."""
    said = {name: _said(track) for name, track in tracks.items() if any(track)}
    effect = log1p(thresholds.matters)
    enough = needed(thresholds.alpha, GROUPS_SHARE, len(groups))
    found = {}
    for group, names in groups.items():
        members = [name for name in names if name in said]
        if len(members) < 2:
            continue
        seen = assess_together([said[name] for name in members], effect)
        finding = _finding(seen, thresholds, enough, effect, seen.pairs)
        if finding.verdict is Verdict.REGRESSION:
            finding = _without_largest(finding, members, said, enough, effect)
        found[group] = finding
    return found


def _without_largest(
    finding: Finding,
    members: Sequence[str],
    said: Mapping[str, Sequence[tuple[float, float] | None]],
    enough: float,
    effect: float,
) -> Finding:
    largest = max(members, key=lambda name: assess_together([said[name]], effect).estimate)
    rest = assess_together([said[name] for name in members if name != largest], effect)
    if _finding(rest, finding.thresholds, enough, effect, rest.pairs).verdict is Verdict.REGRESSION:
        return finding
    return Finding(**{**vars(finding), "note": f"driven by {largest.rpartition('::')[2]}: none is seen without it"})


def _said(track: Track) -> list[tuple[float, float] | None]:
    pairs = iter(_values_of(tuple(tuple(pair) for pair in track if pair)))
    return [next(pairs) if pair else None for pair in track]


@lru_cache(maxsize=4096)
def _values_of(rounds: tuple[tuple[float, ...], ...]) -> list[tuple[float, float]]:
    seen = values_of(rounds)
    return list(zip(seen.values, seen.priors, strict=True))


def _finding(seen: Assessment, thresholds: Thresholds, enough: float, effect: float, most: int) -> Finding:
    scale = exp(enough) * thresholds.alpha  # a wealth of exp(enough) is a p of alpha
    p_slower, p_faster = (min(1.0, scale * exp(-wealth)) for wealth in (seen.slower, seen.faster))
    verdict = judge(
        exp(seen.estimate),
        p_slower,
        p_faster,
        thresholds,
        below=lambda ratio: seen.below(log(ratio)),
        above=lambda ratio: seen.above(log(ratio)),
    )
    unlikely = seen.pairs >= _FEWEST_PAIRS and seen.estimate + _ERRORS * seen.error < effect

    def comparison() -> Comparison:
        # A case that waits would have been measured as often as any, `most` times, had it looked slower.
        smallest = seen.smallest(enough, effect, most)
        lo, hi = seen.interval
        return Comparison(
            ratio=exp(seen.estimate),
            interval=(exp(lo), exp(hi)) if max(-lo, hi) < inf else None,
            p_slower=p_slower,
            p_faster=p_faster,
            n_base=seen.pairs,
            n_head=seen.pairs,
            smallest=None if smallest is None else max(smallest, thresholds.least),
            warnings=(),
        )

    return Finding(seen, thresholds, verdict, unlikely, comparison)
