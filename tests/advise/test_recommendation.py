"""Which configuration is recommended, and how it compares with measured times."""

import random
from dataclasses import fields, replace

import pytest

from benchmarks.advise.break_even import fastest_s
from benchmarks.advise.cost_model import read_model
from benchmarks.advise.costs import Constants, Costs, PoolCosts
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.grid import LOOP, backend_of
from evidence.advice_table import outcomes
from tests.advise.costs import COSTS
from tests.run_session import ROOT

DATA = ROOT / "evidence/data/advice"

LONG = TaskProfile(1e-2, 1_000)


@pytest.mark.parametrize("warm", [False, True])
def test_short_tasks_belong_into_the_plain_loop(warm):
    """For ten tasks of a microsecond, no pool is worth its start, nor even a call in an open pool."""
    assert recommend(COSTS, TaskProfile(1e-6, 10), warm).best.case.backend == LOOP


def test_long_tasks_that_hold_the_gil_belong_into_processes():
    """Tasks that hold the GIL go to processes, tasks that release it to threads, which start at once."""
    held = recommend(COSTS, LONG, warm=False)
    assert held.best.case.backend == "loky"
    released = recommend(COSTS, replace(LONG, releases_gil=1.0), warm=False)
    assert released.best.case.backend == "threading"
    assert released.runner_up.case.backend == "loky"


def test_more_workers_are_not_chosen_for_a_small_gain():
    """If four workers are 2 % faster than two, two are recommended."""
    loky = COSTS.pools[1]
    slower = replace(loky, middle=replace(loky.middle, held=0.51))
    costs = replace(COSTS, pools=(COSTS.pools[0], slower, COSTS.pools[2]))
    recommendation = recommend(costs, replace(LONG, tasks=10_000), warm=True)
    assert recommendation.best.case.n_jobs == 2
    assert recommendation.by_time[0].case.n_jobs == 4


def test_clear_differences_are_told_apart():
    """The loop, which takes twice as long, is told apart from the best, and the second best is not."""
    recommendation = recommend(COSTS, LONG, warm=True)
    assert recommendation.told_apart(recommendation.loop)
    assert not recommendation.told_apart(recommendation.ranked[1])


def test_break_even_is_where_a_backend_begins_to_pay_off():
    """The loop is faster just below the break-even, the backend just above; threads never, with the GIL held."""
    recommendation = recommend(COSTS, LONG, warm=False)
    assert recommendation.break_even_s["threading"] is None
    turn = recommendation.break_even_s["loky"]
    own = replace(COSTS, pools=COSTS.pools[1:])
    for factor, pays in ((0.97, False), (1.03, True)):
        asked = replace(LONG, task_s=turn * factor)
        assert (fastest_s(own, asked, False) < asked.work_s) is pays


def test_backends_that_can_not_run_the_tasks_are_left_out():
    """A barred backend is neither ranked nor has it a break-even."""
    recommendation = recommend(COSTS, replace(LONG, barred=("loky",)), warm=False)
    assert {prediction.case.backend for prediction in recommendation.ranked} == {LOOP, "threading"}
    assert recommendation.break_even_s.keys() == {"threading"}


def test_a_disturbed_measurement_has_no_best():
    """Only what is certain remains: processes pay off by far from some task time on, threads do not."""
    recommendation = recommend(COSTS, LONG, False, "busy")
    assert recommendation.best is None
    assert not recommendation.certainty.threads_can_pay
    assert recommendation.certainty.processes_pay_from_s > recommendation.break_even_s["loky"]


def test_the_plain_loop_can_be_certain():
    """A call in a pool takes a poll of 10 ms at least, so work of 10 us belongs into the loop in any case."""
    recommendation = recommend(COSTS, TaskProfile(1e-6, 10), False, "busy")
    assert recommendation.certainty.loop_is_best
    assert recommendation.best is recommendation.loop


@pytest.mark.parametrize(("task_s", "tasks"), [(5e-8, 1_000_000), (3e-7, 20_000)])
def test_very_short_tasks_belong_into_the_loop_for_certain(task_s, tasks):
    """joblib's overhead for a task is so much more than 50 ns that even half of it could never be saved."""
    assert recommend(COSTS, TaskProfile(task_s, tasks), False, "busy").certainty.loop_is_best
    assert not recommend(COSTS, LONG, False, "busy").certainty.loop_is_best


def test_an_unknown_gil_leaves_threads_open():
    """If the measurement can't tell whether the tasks hold the GIL, it is not certain that threads do not pay."""
    unknown = replace(LONG, gil_known=False)
    assert recommend(COSTS, unknown, False, "busy").certainty.threads_can_pay
    assert not recommend(COSTS, LONG, False, "busy").certainty.threads_can_pay


def random_costs(rng):
    """Return costs as a busy machine may give them: each constant anywhere, possible or not."""
    cores = rng.choice((1, 2, 3, 8, 64))

    def constants():
        values = {field.name: 10 ** rng.uniform(-9, -1) for field in fields(Constants)}
        return Constants(**values | {"held": 10 ** rng.uniform(-2, 1), "released": 10 ** rng.uniform(-2, 1)})

    pools = [
        PoolCosts(backend, jobs, constants(), tuple(constants() for _ in range(3)), None)
        for backend in ("threading", "loky", "multiprocessing")
        for jobs in sorted({2, cores, 2 * cores} - {1})
    ]
    quota = rng.choice((None, 0.5, 1.5, 2.0))
    noise = rng.choice((0.0, 0.1, 1.0))
    return Costs(tuple(pools), rng.choice((0.0, 0.01)), noise, cores, quota, rng.random() < 0.8)


def random_profile(rng):
    """Return any tasks: tiny or long, few or many, even or uneven, computing or waiting."""
    return TaskProfile(
        task_s=10 ** rng.uniform(-7, 0),
        tasks=round(10 ** rng.uniform(0, 3)),
        uneven=rng.choice((1.0, 10.0)),
        releases_gil=rng.choice((0.0, 0.35, 1.0)),
        payload_bytes=rng.choice((0.0, 1e5)),
        waits=rng.choice((0.0, 0.3, 0.8, 1.0)),
    )


@pytest.mark.parametrize("seed", range(200))
def test_no_prediction_beats_the_interpreter_or_the_machine(seed):
    """Whatever a probe measured: the GIL's holders take turns, cores and workers are no more than there are."""
    rng = random.Random(seed)
    costs, profile, warm = random_costs(rng), random_profile(rng), rng.random() < 0.5
    recommendation = recommend(costs, profile, warm, "busy")
    computing, waiting = profile.work_s * (1 - profile.waits), profile.work_s * profile.waits
    for prediction in recommendation.ranked:
        jobs, threads = prediction.case.n_jobs, backend_of(prediction.case.backend).workers == "threads"
        least = max(computing / min(jobs, costs.usable_cores), waiting / jobs, profile.work_s / jobs)
        if threads and costs.gil:
            least = max(least, computing * (1 - profile.releases_gil))
        assert prediction.time_s >= least * (1 - 1e-9), prediction.case.label
        assert prediction.lo_s <= prediction.time_s * (1 + 1e-9)
    if costs.gil and profile.waits == profile.releases_gil == 0:
        assert recommendation.break_even_s["threading"] is None
        assert not recommendation.certainty.threads_can_pay
        assert all(
            prediction.time_s >= profile.work_s * (1 - 1e-9)
            for prediction in recommendation.ranked
            if prediction.case.backend == "threading"
        )
    times = [prediction.time_s for prediction in recommendation.by_time]
    assert times == sorted(times)


@pytest.mark.parametrize("warm", [False, True])
def test_recommendations_hold_on_random_profiles(warm):
    """As docs/advice.md says: near the best in 90 % of the profiles, never far from it, times as predicted."""
    profiles = list(outcomes(DATA / "random.jsonl", read_model(DATA / "random.model.json").costs, warm))
    assert len(profiles) >= 40
    assert sum(outcome.regret <= 1.10 for outcome in profiles) >= 0.90 * len(profiles)
    assert max(outcome.regret for outcome in profiles) <= 1.5
    assert sum(outcome.inside for outcome in profiles) >= 0.85 * len(profiles)
