"""Fitting recovers the constants that the rounds were made with."""

import random
from dataclasses import asdict, replace

import pytest

from benchmarks.advise.fitting import fit
from benchmarks.advise.prediction import batched_work, predict
from benchmarks.advise.probe_cases import ProbeCase
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.errors import AdviceError
from benchmarks.suite.test_probe import PARTS
from tests.advise.costs import COSTS

# Seconds of a task that does nothing, of one addition and of one round of hashing, on an imaginary machine.
_NOTHING_S, _ADDITION_S, _HASHING_S = 1e-9, 2e-8, 2e-7


def simulated_probe(costs, noise, seed=1):
    """Return the cases of a probe on a machine with these costs, whose rounds vary by `noise`."""
    rng = random.Random(seed)
    return [_part(costs, pool, name, noise, rng) for pool in costs.pools for name in PARTS]


def _part(costs, pool, name, noise, rng):
    tasks, amount, payload, size = PARTS["empty" if name == "block" else name]
    released = "released" in name
    work_s = tasks * (_NOTHING_S + amount * (_HASHING_S if released else _ADDITION_S))
    profile = TaskProfile(work_s / tasks, tasks, releases_gil=float(released), payload_bytes=payload)
    batched = batched_work(profile, pool, costs.cores, size, warm=True)
    time_s = predict(costs, pool, profile, size, warm=name != "block").time_s
    rounds = tuple(time_s * rng.lognormvariate(0, noise) for _ in range(5))
    work = tuple(work_s * rng.lognormvariate(0, noise) for _ in range(2))
    return ProbeCase(
        pool.backend, pool.n_jobs, name, rounds, work, tasks, batched.batches, payload, size, released, 1e8
    )


def test_the_constants_come_back():
    """Without noise, the constants are exact within the resolution of a 10 ms poll."""
    costs, checks = fit(simulated_probe(COSTS, 0.0), cores=2)
    assert costs.poll_s == pytest.approx(0.01)
    for expected, fitted in zip(COSTS.pools, costs.pools, strict=True):
        for name, value in asdict(expected.middle).items():
            lo, hi = fitted.interval(name)
            assert lo * 0.95 <= value <= hi * 1.05, (expected.name, name)
        assert fitted.middle.held == pytest.approx(expected.middle.held, rel=0.1)
        assert fitted.middle.start == pytest.approx(expected.middle.start, rel=0.01)
    assert all(check.inside for check in checks)
    assert len(checks) == 2 * len(COSTS.pools)


def test_noise_widens_the_intervals():
    """Noisy rounds give wide intervals."""
    quiet, noisy = (fit(simulated_probe(COSTS, noise), cores=2)[0] for noise in (0.01, 0.2))
    assert noisy.noise > 3 * quiet.noise
    width = [pool.interval("held")[1] - pool.interval("held")[0] for pool in (quiet.pools[1], noisy.pools[1])]
    assert width[1] > 2 * width[0]


def test_a_model_that_is_wrong_says_so():
    """The noise grows until it covers held-out cases that take three times as long as predicted."""
    cases = simulated_probe(COSTS, 0.01)
    slow = {id(case): replace(case, rounds_s=tuple(3 * round_s for round_s in case.rounds_s)) for case in cases}
    cases = [slow[id(case)] if case.name.startswith("check-") else case for case in cases]
    costs, _ = fit(cases, cores=2)
    assert costs.noise > 0.7


def test_a_joblib_that_does_not_poll():
    """Without a poll (before joblib 1.3), the time of the shortest call is the cost of a call."""
    quick = replace(
        COSTS, poll_s=0.0, pools=tuple(replace(p, middle=replace(p.middle, call=0.002)) for p in COSTS.pools)
    )
    costs, _ = fit(simulated_probe(quick, 0.0), cores=2)
    assert costs.poll_s == 0.0
    assert costs.pools[0].middle.call == pytest.approx(0.002, rel=0.2)


def test_a_part_that_is_missing_is_named():
    """A missing part of the probe is an error that names it."""
    parts = [part for part in simulated_probe(COSTS, 0.0) if (part.backend, part.name) != ("loky", "held")]
    with pytest.raises(AdviceError, match="the probe of loky with 2 workers lacks: held"):
        fit(parts, cores=2)
