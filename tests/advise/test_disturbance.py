"""Whether a probe was disturbed, what was spoilt by that, and what a probe that ends early is worth."""

from dataclasses import replace

import pytest

from benchmarks.advise.cost_model import HeldOutCase
from benchmarks.advise.disturbance import contradictions, disturbance
from benchmarks.advise.fitting import fit
from benchmarks.advise.probing import LIMIT_S, complete_pools, with_repeated, without_core
from benchmarks.errors import AdviceError
from benchmarks.grid import JOBLIB_BACKENDS
from benchmarks.suite.test_probe import FEWEST_TASKS, LOOP_S, PARTS, affordable_tasks, worker_counts
from tests.advise.costs import COSTS, MODEL
from tests.advise.test_fitting import simulated_probe


def with_constants(index, **constants):
    """Return the model with other constants of one pool."""
    pools = list(COSTS.pools)
    pools[index] = replace(pools[index], middle=replace(pools[index].middle, **constants))
    return replace(MODEL, costs=replace(COSTS, pools=tuple(pools)))


@pytest.mark.parametrize(
    ("model", "case"),
    [
        (with_constants(0, held=0.6), "threading-n2-held"),
        (with_constants(0, released=0.9), "threading-n2-released"),
        (with_constants(1, held=0.3), "loky-n2-held"),
        (with_constants(1, held=0.9), "loky-n2-held"),
        (with_constants(1, released=1.04), "loky-n2-released"),
        (with_constants(2, released=0.2), "loky-n4-released"),
    ],
)
def test_the_case_that_was_disturbed_is_known(model, case):
    """What beats the GIL or the cores is measured again, and nothing else."""
    (contradiction,) = contradictions(model)
    assert contradiction.cases == (case,)
    assert contradiction.reason in disturbance(model)
    assert not contradictions(MODEL)


def test_a_probe_without_a_core_is_disturbed():
    """If the plain loops had no core for a third of their time, the machine was busy; repeating a case is no help."""
    (contradiction,) = contradictions(replace(MODEL, without_core=0.34))
    assert contradiction.reason == "the plain loop had no core for 34% of its time"
    assert contradiction.cases == ()
    assert not contradictions(replace(MODEL, without_core=0.1))


def test_short_loops_do_not_tell_how_busy_a_machine_is():
    """By hand: of loops of 1 ms, 50 ms and 80 ms, the two that are long enough had no core for 10 and 30 %."""
    cases = simulated_probe(COSTS, 0.0)[:4]
    values = ((0.001, 0.9), (0.05, 0.1), (0.08, 0.3), (0.08, None))
    probed = [replace(case, work_s=(s, s), without_core=share) for case, (s, share) in zip(cases, values, strict=True)]
    assert without_core(probed) == pytest.approx(0.2)
    assert without_core(probed[:1]) is None


def test_checks_that_are_far_off_are_repeated_in_their_pools():
    """Of three checks outside their intervals, those pools are measured again that they belong to."""
    far = tuple(HeldOutCase(f"loky-n4 {name}", 2.0, 1.0, 0.9, 1.1) for name in ("held", "released"))
    (contradiction,) = contradictions(replace(MODEL, checks=far))
    assert set(contradiction.cases) == {
        f"loky-n4-{part}" for part in ("held", "released", "check-held", "check-released")
    }
    assert {case.partition("n4-")[2] for case in contradiction.cases} <= set(PARTS)


def test_only_complete_pools_are_used():
    """A probe that was ended in its second pool has the first; one that was ended in the first has nothing."""
    cases = simulated_probe(COSTS, 0.0)
    assert {(case.backend, case.n_jobs) for case in complete_pools(cases[: len(PARTS) + 4])} == {("threading", 2)}
    with pytest.raises(AdviceError, match="too busy to be measured; stop other programs"):
        complete_pools(cases[:4])


def test_a_repeated_case_takes_the_place_of_the_first():
    """The disturbed rounds are not used any more."""
    cases = simulated_probe(COSTS, 0.0)
    index = next(index for index, case in enumerate(cases) if (case.backend, case.name) == ("loky", "held"))
    spoilt = list(cases)
    spoilt[index] = replace(cases[index], rounds_s=tuple(10 * s for s in cases[index].rounds_s))
    assert fit(with_repeated(spoilt, [cases[index]]), 2) == fit(cases, 2)
    assert fit(spoilt, 2) != fit(cases, 2)


@pytest.mark.parametrize(
    ("cores", "expected"), [(1, [2]), (2, [2, 4]), (4, [2, 4, 8]), (6, [2, 6, 3]), (64, [2, 64, 32])]
)
def test_the_most_needed_workers_are_probed_first(cores, expected):
    """Two workers, one per core, and then twice as many or, on many cores, half as many."""
    assert worker_counts(cores) == expected


def test_a_probe_of_64_cores_is_short():
    """By the time of an addition and of a hash, and 30 ms of CPU for each process, two minutes are enough."""
    seconds = 0.0
    for jobs in worker_counts(64):
        for part, (tasks, amount, _, _) in PARTS.items():
            tasks = max(tasks, jobs) if part in ("held", "released") else tasks
            loop_s = min(tasks * amount * (3e-7 if "released" in part else 3e-8), LOOP_S * max(1, jobs / FEWEST_TASKS))
            per_backend_s = 2 * loop_s + 3 * (loop_s / jobs + 0.05)  # an untimed call and two rounds
            starts = 3 if part == "block" else 1
            seconds += len(JOBLIB_BACKENDS) * (per_backend_s + starts * 0.03 * jobs / min(jobs, 64))
    assert seconds < 120
    assert LIMIT_S < 90


def test_parts_are_no_longer_than_they_are_designed():
    """Whatever the speed of the machine, a call has at least ten tasks, and never more than the part has."""
    for part, (tasks, *_) in PARTS.items():
        assert min(tasks, FEWEST_TASKS) <= affordable_tasks(part) <= tasks


def test_a_quiet_probe_contradicts_nothing():
    """A probe without noise is consistent with itself and with its checks."""
    costs, checks = fit(simulated_probe(COSTS, 0.0), 2)
    assert not contradictions(replace(MODEL, costs=costs, checks=tuple(checks)))
