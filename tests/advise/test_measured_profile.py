"""What a session's measurement of the user's tasks says about them."""

from dataclasses import replace

import pytest

from benchmarks.advise.measured_profile import profile_of
from benchmarks.advise.recommendation import recommend
from benchmarks.errors import AdviceError
from benchmarks.report.advice_details import details
from benchmarks.report.recommendation import asked, sentences
from benchmarks.suite.test_tasks import LEAST_S, MOST_RESULT_BYTES, MOST_TASKS, threads_scale
from tests.advise.costs import COSTS

SENT = {
    "payload_bytes": 10.0,
    "shared_bytes": 3e6,
    "mapped": True,
    "result_bytes": 5e6,
    "pickling_s": 1e-3,
    "shared_pickling_s": 0.02,
}


def loop(task_s=1e-2, tasks=100, **extra_info):
    """Return the plain loop of a run file, whose tasks compute all the time unless `extra_info` says otherwise."""
    passed_s = task_s * tasks
    own = {"tasks": tasks, "lengths_s": [task_s] * tasks, "barred": []}
    own |= {
        "sent": SENT,
        "fresh_worker": {"import_s": 0.5, "import_bytes": 1e7, "peak_bytes": 3e7, "importing": ["loky"]},
    }
    own |= {"cpu_s": passed_s, "passed_s": passed_s, "voluntary_switches": 0, "waited_for_core_s": 0.0}
    return {"stats": {"data": [passed_s] * 3}, "extra_info": own | extra_info}


def threads(call_s, loop_s=1.0, tasks=100, cores_used=1.9, **more):
    """Return the call of two threads of a run file, with the plain loop's time beside it."""
    extra_info = {"tasks": tasks, "loop_s": [loop_s, loop_s], "batches": [{"1": tasks}], "cores_used": cores_used}
    extra_info |= more
    return {"stats": {"data": [call_s] * 3}, "extra_info": extra_info}


@pytest.mark.parametrize(("call_s", "share"), [(1.1, 0.0), (0.8, 0.5), (0.5, 1.0), (1.5, 0.0)])
def test_the_share_of_the_gil_is_between_the_probe_s_extremes(call_s, share):
    """Two threads that take 1.1 s per second of work hold the GIL, those that take 0.5 s release it."""
    tasks = profile_of(loop(), threads(call_s), COSTS)
    assert tasks.profile.releases_gil == pytest.approx(share, abs=0.051)
    assert tasks.disturbance is None


def test_some_tasks_stand_for_all():
    """Lengths are those of all tasks, and the mean is corrected by what the measured ones are of it."""
    stands_for = {"tasks": 200, "lengths_s": [0.01, 0.03] * 100, "all_over_sample": 2.0}
    profile = profile_of(loop(stands_for=stands_for), threads(1.1), COSTS).profile
    assert (profile.tasks, profile.measured, profile.task_s) == (200, 100, pytest.approx(0.02))
    assert profile.lengths_s == tuple(stands_for["lengths_s"])
    assert "For 200 tasks of 20.0 ms on average" in asked(recommend(COSTS, profile, False))
    assert "of which 100 were measured" in asked(recommend(COSTS, profile, False))


def test_what_is_sent_and_what_a_worker_needs_are_part_of_the_profile():
    """Every fact of the run file has its field; a worker that could not be measured leaves the memory unknown."""
    profile = profile_of(loop(), threads(1.1), COSTS).profile
    assert {name: getattr(profile, name) for name in SENT} == SENT
    assert (profile.import_s, profile.import_bytes, profile.peak_bytes) == (0.5, 1e7, 3e7)
    assert profile.importing == ("loky",)
    unknown = profile_of(loop(fresh_worker=None), threads(1.1), COSTS).profile
    assert (unknown.import_s, unknown.peak_bytes) == (0.0, None)


def test_what_inner_threads_gain_is_part_of_the_profile():
    """As shares of the time with one, none of them better than possible."""
    times = {"loops_by_threads": {"2": 0.6, "1": 1.0, "4": 0.2}, "libraries": {"openblas": 4}}
    profile = profile_of(loop(**times), threads(1.1), COSTS).profile
    assert profile.inner_threads == ((1, 1.0), (2, 0.6), (4, 0.25))
    assert profile.libraries == (("openblas", 4),)
    assert profile_of(loop(), threads(1.1), COSTS).profile.inner_threads == ()


def test_threads_that_never_use_more_than_one_core_hold_the_gil():
    """However fast they seem beside a loop that something else slowed down."""
    assert profile_of(loop(), threads(0.5, cores_used=0.9), COSTS).profile.releases_gil == 0.0


def test_tasks_that_wait_are_recognized():
    """Tasks that use a tenth of a core and give it up voluntarily wait for nine tenths of their time."""
    tasks = profile_of(loop(cpu_s=0.1, voluntary_switches=100), threads(0.56), COSTS)
    assert tasks.profile.waits == pytest.approx(0.9)


def test_threads_that_gain_more_than_the_machine_allows_are_disturbed():
    """Two threads on two cores can't take a third of the plain loop's time: the loop was slowed down."""
    tasks = profile_of(loop(), threads(0.33), COSTS)
    assert tasks.disturbance.startswith("The tasks' times can't be trusted (")
    assert "more than the machine allows" in tasks.disturbance


def test_threads_whose_tasks_need_less_cpu_time_may_gain_more():
    """An allocator that gives memory back after each task slows the plain loop alone, which its CPU time shows."""
    tasks = profile_of(loop(), threads(0.35, cpu_s=0.66), COSTS)
    assert (tasks.disturbance, tasks.profile.releases_gil) == (None, 1.0)
    assert profile_of(loop(), threads(0.33, cpu_s=1.0), COSTS).disturbance


def test_tasks_that_change_their_time_are_disturbed():
    """The same tasks took twice as long when they were timed one by one."""
    assert "2.0x as long" in profile_of(loop(passed_s=2.0, cpu_s=2.0), threads(1.1), COSTS).disturbance


def test_waiting_is_not_taken_for_a_released_gil():
    """Two threads that wait for two thirds of their time take half as long in any case; ten would have to queue."""
    found = profile_of(loop(cpu_s=0.35, voluntary_switches=100), threads(0.505, cores_used=0.7), COSTS)
    assert found.profile.waits == pytest.approx(0.65)
    assert (found.profile.releases_gil, found.profile.gil_known) == (0.0, False)
    assert found.disturbance is None


@pytest.mark.parametrize("waited_for_core_s", [0.6, None])
def test_a_loop_without_a_core_is_disturbed(waited_for_core_s):
    """A machine that is busy with something else is recognized, and nothing is said about the GIL or about waiting."""
    found = profile_of(loop(cpu_s=0.4, waited_for_core_s=waited_for_core_s), threads(0.5, cores_used=0.4), COSTS)
    assert "the plain loop had no core for 60% of its time" in found.disturbance
    assert not found.profile.gil_known
    assert found.profile.waits == 0.0


@pytest.mark.parametrize("lacked_s", [0.0, 0.5])
def test_tasks_that_the_trial_saw_hold_the_gil_do_so_on_a_busy_machine(lacked_s):
    """Whatever two threads gained there."""
    found = profile_of(loop(holds_gil=True, waited_for_core_s=lacked_s), threads(0.55, cores_used=1.9), COSTS)
    assert (found.profile.releases_gil, found.profile.gil_known) == (0.0, True)


def test_waiting_for_a_core_is_not_waiting():
    """Of tasks that sleep for half of their time, the rest is the share that they were ready and had no core."""
    found = profile_of(loop(cpu_s=0.4, waited_for_core_s=0.1, voluntary_switches=100), threads(0.6), COSTS)
    assert found.profile.waits == pytest.approx(0.5)
    assert found.disturbance is None


def test_tasks_too_short_for_threads_to_tell_hold_the_gil():
    """If the overhead of the threads hides the work, they say nothing about the GIL, and nothing is disturbed."""
    tasks = profile_of(loop(3e-7, 5_000, passed_s=1e-2), threads(0.001, 5_000 * 3e-7, 5_000), COSTS)
    assert tasks.profile.releases_gil == 0.0
    assert not tasks.profile.gil_known
    assert tasks.disturbance is None


def test_a_probe_without_two_threads_is_named():
    """The share of the GIL needs the probe's two threads."""
    with pytest.raises(AdviceError, match="did not measure two threads"):
        profile_of(loop(), threads(1.0), replace(COSTS, pools=COSTS.pools[1:]))


@pytest.mark.parametrize(
    ("tasks", "task_s"), [(20_000, 3e-7), (1_000_000, 5e-8), (10, 5e-8), (20_000, 1e-3), (100, 1e-3), (40, 1.0)]
)
def test_threads_are_given_few_tasks(tasks, task_s):
    """A call has at most 5,000 tasks, and takes the plain loop at least 0.3 s if so many are enough for that."""
    given = threads_scale(tasks, tasks * task_s, 10) * tasks
    assert given <= MOST_TASKS
    assert given == pytest.approx(MOST_TASKS) or given * task_s >= LEAST_S * 0.99


def test_threads_are_given_no_results_that_fill_the_memory():
    """More tasks of 30 MB each than the user's own would take gigabytes; fewer than these are no call of theirs."""
    assert threads_scale(4, 4e-5, 30_000_000) * 4 * 30_000_000 <= MOST_RESULT_BYTES
    assert threads_scale(100, 4e-5, 30_000_000) == 1


def test_an_answer_for_cached_results_says_so():
    """The first calls take another time."""
    measured = loop(faster_again=1480, caveats=["the first call changes its arguments"])
    found = recommend(COSTS, profile_of(measured, threads(1.1), COSTS).profile, False)
    assert "Note that the first call changes its arguments." in sentences(found, None)
    assert "The tasks cache results: they were 1,480x as fast" in " ".join(sentences(found, None))
    plain = recommend(COSTS, profile_of(loop(), threads(1.1), COSTS).profile, False)
    assert "cache" not in " ".join(sentences(plain, None))


def test_tasks_that_wait_for_each_other_gain_nothing_from_threads():
    """Each waits for one lock; processes have locks of their own. Tasks that only wait gain as much as ever."""
    waiting = loop(tasks=1000, cpu_s=0.1, voluntary_switches=1000, sent=dict.fromkeys(SENT, 0))
    tasks = profile_of(waiting, threads(10.2, 10.0, 1000, cores_used=0.1), COSTS)
    assert (tasks.profile.in_turns, tasks.disturbance) == (True, None)
    found = recommend(COSTS, tasks.profile, False)
    assert min(each.time_s for each in found.ranked if each.case.backend == "threading") >= found.loop.time_s
    assert found.first.case.backend not in ("threading", "loop")
    assert "waiting 100% of the time, in threads one after the other;" in asked(found)
    assert details(found)[0].startswith("In threads, the tasks wait for each other, as for a lock.")
    assert not profile_of(waiting, threads(5.2, 10.0, 1000, cores_used=0.1), COSTS).profile.in_turns
