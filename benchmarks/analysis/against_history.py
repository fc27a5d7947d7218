"""One unit a side: is head further from base than any recorded session was?

Two runs alone say nothing of the machine's noise. Stored sessions do: if nothing changed, head is one more of them, and
is the most extreme of N + 1 with probability 1 / (N + 1).
"""

from collections.abc import Mapping, Sequence
from math import exp, sqrt

from benchmarks.analysis.samples import Sample, deviation
from benchmarks.analysis.student import t_quantile
from benchmarks.analysis.unpaired import CONFIDENCE, POWER, Comparison, K

# Below this the spread of the past says too little for an interval.
_FEWEST_PAST = 5


def compare_among_past(
    base: Mapping[K, Sample], head: Mapping[K, Sample], past: Sequence[Mapping[K, float]], alpha: float
) -> dict[K, Comparison]:
    """Each case of head against base, with the recorded sessions `past` as the measure of what is usual.

    `past` has one mapping a session, with the logarithm of every case's time. The statistic is the distance from base
    in standard deviations of the case; a case's p is the share of sessions (head included) whose largest distance over
    all cases is no smaller: it is adjusted for the number of cases. Exact where head is exchangeable with the past; a
    past full of changes makes it deaf, which `detectable_effect` shows.
    """
    past = [session for session in past if session.keys() >= base.keys()]
    n = len(past)
    if n < _FEWEST_PAST:
        return {case: _unknown(base[case], head[case], n, alpha) for case in base}
    moved = {case: head[case].mean - base[case].mean for case in base}
    # Head is in the spread as any other session is: that is what makes all of them exchangeable.
    spread = {case: deviation([*(session[case] for session in past), head[case].mean]) for case in base}
    slower = [max((session[case] - base[case].mean) / spread[case] for case in base) for session in past]
    faster = [max((base[case].mean - session[case]) / spread[case] for case in base) for session in past]
    allowed = int(alpha * (n + 1))  # sessions, head included, that may be this far out
    bar = sorted(slower, reverse=True)[allowed - 1] if allowed else None
    return {
        case: _comparison(base[case], head[case], moved[case], spread[case], slower, faster, bar, alpha)
        for case in base
    }


def _comparison(
    base: Sample,
    head: Sample,
    moved: float,
    spread: float,
    slower: Sequence[float],
    faster: Sequence[float],
    bar: float | None,
    alpha: float,
) -> Comparison:
    n = len(slower)
    error = spread * sqrt(1 / base.n + 1 / head.n)
    half = t_quantile((1 + CONFIDENCE) / 2, n - 1) * error
    can = bar is not None
    return Comparison(
        ratio=exp(moved),
        interval=(exp(moved - half), exp(moved + half)),
        p_slower=_share(moved / spread, slower) if can else None,
        p_faster=_share(-moved / spread, faster) if can else None,
        n_base=base.n,
        n_head=head.n,
        detectable_effect=exp(bar * spread + t_quantile(POWER, n - 1) * error) - 1 if bar is not None else None,
        warnings=() if can else (too_few(n, alpha),),
    )


def _share(distance: float, past: Sequence[float]) -> float:
    return (1 + sum(other >= distance for other in past)) / (len(past) + 1)


def _unknown(base: Sample, head: Sample, n: int, alpha: float) -> Comparison:
    ratio = exp(head.mean - base.mean)
    return Comparison(ratio, None, None, None, base.n, head.n, None, (too_few(n, alpha),))


def too_few(n: int, alpha: float) -> str:
    """What keeps one session a side from saying anything, and what helps."""
    need = round(1 / alpha) - 1
    return (
        f"one or two sessions a side can show a slowdown only against {need} or more comparable stored sessions, and "
        f"there are {n}: name 3 or more sessions a side (12..18), or use a gate"
    )
