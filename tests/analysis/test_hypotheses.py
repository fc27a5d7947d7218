"""The hypotheses of a gate: what is said of several cases, of which later pairs measured only some."""

import math
import random

from benchmarks.analysis.hypotheses import judge_groups
from benchmarks.analysis.pair_ratios import pair_ratios
from benchmarks.analysis.verdict import Thresholds


def pair(rng, factor, noise):
    """Return a pair of seven rounds that vary by `noise`, in which head takes `factor` times as long."""
    base = [1.0 + rng.gauss(0, noise) for _ in range(7)]
    return pair_ratios(base, [factor * (1.0 + rng.gauss(0, noise)) for _ in range(7)])


def test_an_interval_does_not_rule_out_its_own_estimate():
    """The estimate of a group is that of all its cases, although later pairs have only those that look slower."""
    rng = random.Random(1)
    slower = {f"slower-{number}": [pair(rng, 1.1, 0.1) for _ in range(30)] for number in range(2)}
    faster = {f"faster-{number}": [*(pair(rng, 0.3, 0.001) for _ in range(3)), *[None] * 27] for number in range(6)}
    tracks = slower | faster
    comparison = judge_groups(tracks, {"all": list(tracks)}, Thresholds.of_group(0.01, 0.05))["all"].comparison()
    low, high = comparison.interval
    assert low < comparison.ratio - 0.01
    assert high > 1.05
    assert math.isfinite(high)
