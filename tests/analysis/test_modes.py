"""Two speeds are told from one."""

import math
import random

import pytest

from benchmarks.analysis.modes import modes


def drawn(slow_share, ratio, noise=0.03, n=400, seed=1):
    """Logarithms of times of a machine with two speeds."""
    rng = random.Random(seed)
    return [rng.gauss(math.log(ratio) if rng.random() < slow_share else 0.0, noise) for _ in range(n)]


@pytest.mark.parametrize("slow_share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("ratio", [1.3, 1.8])
def test_two_speeds(slow_share, ratio):
    """How far apart they are, and how often the slow one was seen."""
    found = modes(drawn(slow_share, ratio))
    assert found.ratio == pytest.approx(ratio, rel=0.03)
    assert found.slow_share == pytest.approx(slow_share, abs=0.06)


@pytest.mark.parametrize(
    "logs",
    [
        drawn(0.0, 1.0),
        drawn(0.0, 1.0, noise=0.3),  # noisy, but one heap
        drawn(0.5, 1.05),  # too near
        drawn(0.01, 1.8),  # hardly ever
        drawn(0.5, 1.8, n=10),  # too few
        [random.Random(3).uniform(0, 1) for _ in range(300)],
        [0.0] * 100,
        [],
    ],
)
def test_one_speed(logs):
    """Where nothing says that there are two."""
    assert modes(logs) is None
