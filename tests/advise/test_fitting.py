"""Constants out of rounds: those that made the rounds come back."""

import random
from dataclasses import asdict, replace

import pytest

from benchmarks.advise.fitting import Part, fit
from benchmarks.advise.model import load, predict
from benchmarks.advise.profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.suite.test_probe import PARTS
from tests.advise.costs import COSTS

# Seconds of a task that does nothing, of one addition and of one round of hashing, on a machine that nobody has.
_NOTHING_S, _ADDITION_S, _HASHING_S = 1e-9, 2e-8, 2e-7


def probed(costs, noise, seed=1):
    """The parts of a probe on a machine of these costs, whose rounds vary by so much."""
    rng = random.Random(seed)
    return [_part(costs, pool, name, noise, rng) for pool in costs.pools for name in (*PARTS, "block")]


def _part(costs, pool, name, noise, rng):
    tasks, amount, payload, size = PARTS["empty" if name == "block" else name]
    released = "released" in name
    work_s = tasks * (_NOTHING_S + amount * (_HASHING_S if released else _ADDITION_S))
    profile = TaskProfile(work_s / tasks, tasks, releases_gil=float(released), payload_bytes=payload)
    seen = load(profile, pool, costs.cores, size, warm=True)
    time_s = predict(costs, pool, profile, size, warm=name != "block").time_s
    rounds = tuple(time_s * rng.lognormvariate(0, noise) for _ in range(5))
    work = tuple(work_s * rng.lognormvariate(0, noise) for _ in range(2))
    return Part(pool.backend, pool.n_jobs, name, rounds, work, tasks, seen.batches, payload, size, released, 1e8)


def test_the_constants_come_back():
    """Without noise, within what a poll of 10 ms leaves open."""
    costs, checks = fit(probed(COSTS, 0.0), cores=2)
    assert costs.poll_s == pytest.approx(0.01)
    for known, found in zip(COSTS.pools, costs.pools, strict=True):
        for name, value in asdict(known.middle).items():
            lo, hi = found.interval(name)
            assert lo * 0.95 <= value <= hi * 1.05, (known.name, name)
        assert found.middle.held == pytest.approx(known.middle.held, rel=0.1)
        assert found.middle.start == pytest.approx(known.middle.start, rel=0.01)
    assert all(check.inside for check in checks)
    assert len(checks) == 2 * len(COSTS.pools)


def test_noise_widens_the_intervals():
    """What is measured badly is known badly, and said so."""
    quiet, noisy = (fit(probed(COSTS, noise), cores=2)[0] for noise in (0.01, 0.2))
    assert noisy.noise > 3 * quiet.noise
    width = [pool.interval("held")[1] - pool.interval("held")[0] for pool in (quiet.pools[1], noisy.pools[1])]
    assert width[1] > 2 * width[0]


def test_a_model_that_is_wrong_says_so():
    """Checks that take three times as long as they should: the noise grows until it covers that."""
    parts = [
        replace(part, rounds_s=tuple(3 * one for one in part.rounds_s)) if part.name.startswith("check-") else part
        for part in probed(COSTS, 0.01)
    ]
    costs, _ = fit(parts, cores=2)
    assert costs.noise > 0.7


def test_a_joblib_that_does_not_poll():
    """Before 1.3 the shortest call took 2 ms: that is what a call costs."""
    quick = replace(
        COSTS, poll_s=0.0, pools=tuple(replace(p, middle=replace(p.middle, call=0.002)) for p in COSTS.pools)
    )
    costs, _ = fit(probed(quick, 0.0), cores=2)
    assert costs.poll_s == 0.0
    assert costs.pools[0].middle.call == pytest.approx(0.002, rel=0.2)


def test_a_part_that_is_missing_is_named():
    """Nothing is guessed in its place."""
    parts = [part for part in probed(COSTS, 0.0) if (part.backend, part.name) != ("loky", "held")]
    with pytest.raises(AdviceError, match="the probe of loky with 2 workers lacks: held"):
        fit(parts, cores=2)
