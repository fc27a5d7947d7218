"""What a recommendation says, as text and as JSON."""

import json
import math
from dataclasses import replace

import pytest

from benchmarks.advise.certainty import Certainty
from benchmarks.advise.recommendation import recommend
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.advise.tried import Tried
from benchmarks.grid import LOOP, Case
from benchmarks.report.advice_certainty import certain
from benchmarks.report.pasting import paste
from benchmarks.report.recommendation import asked, parts_table, text
from benchmarks.report.recommendation_json import document
from benchmarks.text.formatting import duration
from tests.advise.costs import COSTS, MODEL

LONG = TaskProfile(1e-2, 1_000)
LIBRARIES = (("openblas", 2), ("openmp", 2))
DISTURBED = "The machine was busy while it was probed."


def unwrapped(recommendation, warm=None):
    """Return the answer for a terminal in one line."""
    return " ".join(text(recommendation, warm, MODEL).split())


@pytest.mark.parametrize("warm", [False, True])
def test_the_plain_loop_is_recommended_with_its_line(warm):
    """For short tasks the answer is a list comprehension."""
    answer = text(recommend(COSTS, TaskProfile(1e-6, 10), warm), None, MODEL)
    assert answer.startswith("Best: the plain loop, ")
    assert "No pool is worth its cost" in answer
    assert "results = [function(argument) for argument in arguments]" in answer


def test_an_answer_names_best_runner_up_and_warm_calls():
    """The first line has the best configuration; the last sentence is about a pool that stays open."""
    cold, warm = (recommend(COSTS, replace(LONG, releases_gil=1.0), warm) for warm in (False, True))
    answer = unwrapped(cold, warm)
    assert answer.startswith("Best: threading-n2")
    assert "Runner-up: loky-n" in answer
    assert "For repeated calls in a pool that stays open, threading-n2" in answer


def test_a_faster_configuration_with_more_workers_is_named():
    """If fewer workers are recommended, the answer says what more would gain."""
    loky = COSTS.pools[1]
    slower = replace(loky, middle=replace(loky.middle, held=0.51))
    costs = replace(COSTS, pools=(COSTS.pools[0], slower, COSTS.pools[2]))
    answer = unwrapped(recommend(costs, replace(LONG, tasks=10_000), warm=True))
    assert "loky-n4" in answer
    assert "needs more workers" in answer


@pytest.mark.parametrize("profile", [LONG, TaskProfile(1e-4, 3_000), TaskProfile(1e-6, 10)])
def test_the_table_is_in_the_order_of_its_times(profile):
    """Rows are sorted by time, whatever is recommended, and the recommended one has a row."""
    recommendation = recommend(COSTS, profile, warm=True)
    labels = [row[0] for row in parts_table(recommendation)[1]]
    assert labels == [p.case.label for p in recommendation.by_time if p.case.label in labels]
    assert {recommendation.first.case.label, LOOP} <= set(labels)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (TaskProfile(2e-3, 5_000), "For 5,000 tasks of 2.00 ms that hold the GIL"),
        (TaskProfile(2e-3, 1, releases_gil=1.0), "For 1 task of 2.00 ms that release the GIL"),
        (TaskProfile(1e-3, 10, releases_gil=0.4), "For 10 tasks of 1.00 ms that release the GIL for 40% of"),
        (TaskProfile(1e-3, 10, uneven=10.0), "on average that hold the GIL, the longest 10x as long as the shortest"),
        (TaskProfile(1e-3, 2, lengths=(1.0, 2.0)), "with the lengths that were measured"),
        (TaskProfile(1e-3, 10, payload_bytes=1e4, waits=1.0), "1.00 ms, with 10.0 kB sent to each, waiting 100% of"),
    ],
)
def test_the_tasks_are_described(profile, expected):
    """A sentence says which tasks the answer is for."""
    sentence = asked(recommend(COSTS, profile, warm=False))
    assert expected in sentence
    assert sentence.endswith("; one call, including the pool's start and end.")


@pytest.mark.parametrize(
    "case",
    [
        *(Case(LOOP, 1, None), Case("threading", 2, 1), Case("threading", 2, "auto"), Case("loky", 2, 10)),
        *(Case(LOOP, 1, None, None, 2), Case("multiprocessing", 2, 1, None, 1), Case("loky", 2, "auto", None, 1)),
    ],
)
def test_lines_to_paste_run(case):
    """The lines run with a function and arguments of these names."""
    names = {"function": math.factorial, "arguments": range(6)}
    exec(paste(case, LIBRARIES), names)  # noqa: S102 - what a reader would do
    assert names["results"] == [1, 1, 2, 6, 24, 120]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (Case("loky", 2, 1, None, 1), 'parallel_config(backend="loky", inner_max_num_threads=1)'),
        (Case("threading", 2, 1, None, 1), "before Python starts: OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1\n"),
        (Case(LOOP, 1, None, None, 1), "before Python starts: OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1\n"),
    ],
)
def test_lines_to_paste_limit_the_inner_threads(case, said):
    """By joblib's option where it applies, otherwise by the libraries' variables."""
    assert said in paste(case, LIBRARIES)


def test_nothing_is_to_be_set_for_the_threads_that_the_user_s_program_has():
    """The plain loop as it is."""
    assert paste(Case(LOOP, 1, None, None, 2), LIBRARIES).startswith("results = ")


def test_what_inner_threads_gain_is_said():
    """With the configuration that uses them best."""
    tasks = replace(LONG, inner_threads=((1, 1.0), (2, 0.4)), libraries=LIBRARIES)
    answer = unwrapped(recommend(COSTS, tasks, warm=False))
    assert answer.startswith("Best: the plain loop with 2 inner threads, ")
    assert "Compared with one inner thread, a task takes 0.40x with 2;" in answer


def test_the_json_has_everything():
    """The JSON has the numbers of the answer in seconds and bytes."""
    cold = recommend(COSTS, LONG, warm=False)
    plain = json.loads(document(cold, recommend(COSTS, LONG, warm=True), MODEL))
    assert plain["best"]["name"] == cold.best.case.label
    assert plain["best"]["time_s"] == pytest.approx(sum(plain["best"]["parts_s"].values()))
    assert plain["break_even_task_s"]["threading"] is None
    assert plain["again"]["time_s"] < plain["best"]["time_s"]
    assert len(plain["ranked"]) == len(cold.ranked)
    assert plain["disturbed"] is plain["certain"] is None


def test_backends_that_can_not_run_the_tasks_are_named():
    """The answer says which backends were left out and why."""
    barred = recommend(COSTS, replace(LONG, barred=("loky",)), warm=False)
    assert "Left out because the tasks can't be sent to their workers: loky." in unwrapped(barred)


def test_a_disturbed_answer_begins_with_the_warning_and_names_no_best():
    """The first line says what is certain, the second why that is all; nothing is to be pasted."""
    cold, warm = (recommend(COSTS, LONG, warm, DISTURBED) for warm in (False, True))
    lines = text(cold, warm, MODEL).splitlines()
    first, _, _ = unwrapped(cold).partition(f" {DISTURBED} ")
    assert first.startswith("No best is named, but processes certainly pay off from ")
    assert first.endswith(f" per task (yours take {duration(LONG.task_s)}); threads do not.")
    assert "Best" not in "".join(lines)
    assert "Parallel(" not in "".join(lines)
    plain = json.loads(document(cold, warm, MODEL))
    assert [plain[key] for key in ("best", "runner_up", "paste", "again")] == [None] * 4
    assert plain["disturbed"] == DISTURBED


def test_a_disturbed_answer_recommends_the_loop_if_that_is_certain():
    """Ten tasks of a microsecond need no probe."""
    loop = recommend(COSTS, TaskProfile(1e-6, 10), False, DISTURBED)
    assert unwrapped(loop).startswith("Best, for certain: the plain loop.")
    assert json.loads(document(loop, None, MODEL))["best"]["name"] == LOOP


@pytest.mark.parametrize(
    ("seconds", "expected"), [(4.2e-3, "5 ms"), (5e-3, "5 ms"), (5.1e-3, "10 ms"), (9.9e-4, "1 ms"), (1.1, "2 s")]
)
def test_what_is_certain_is_rounded_up(seconds, expected):
    """Task times are rounded up to 1, 2 or 5."""
    sentence = certain(Certainty(False, True, seconds), LONG)
    assert sentence.endswith(f"pay off from {expected} per task (yours take 10.0 ms); threads may, too.")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (TaskProfile(1e-2, 1_000, result_bytes=1e6), "Getting the results back takes 1.00 s of it, 1.00 MB per task"),
        (TaskProfile(1e-2, 1_000, result_bytes=1e6), "1.00 GB in all results, plus what the tasks use in each."),
        (TaskProfile(1e-2, 1_000, peak_bytes=3e7), "100 MB in worker processes (PSS) and 60.0 MB in running tasks."),
        (TaskProfile(1e-2, 1_000, import_s=1.5), "Each worker first imports the task's module, which takes 1.50 s"),
        (TaskProfile(0.2, 6, uneven=30.0), "Sort the arguments so that the long tasks come first: loky-n"),
        (TaskProfile(1e-2, 200, shared_bytes=3e6, shared_pickling_s=0.3), "The same 3.00 MB are in every argument"),
        (TaskProfile(2e-3, 508, lengths=(1e-6,) * 500 + (0.1,) * 8), 'Do not use batch_size="auto": it would take '),
        (TaskProfile(0.02, 64, waits=1.0), "workers were not probed: the time is estimated from threading with 2."),
    ],
)
def test_what_a_task_is_made_of_has_a_sentence(profile, expected):
    """Memory, results, shared objects, the order, imports and estimated pools are mentioned where they matter."""
    assert expected in unwrapped(recommend(COSTS, profile, warm=False))


@pytest.mark.parametrize(
    ("limit_bytes", "expected"),
    [
        (1e10, "workers of loky fit into --max-memory 10.0 GB."),
        (1.5e8, "1 worker of loky fits into --max-memory 150 MB; without the limit, loky-n"),
        (1e7, "Not even the plain loop stays within --max-memory 10.0 MB: its results and a task need 60.0 MB."),
    ],
)
def test_a_memory_limit_says_what_fits(limit_bytes, expected):
    """The answer says how many workers fit, and what would be best without the limit."""
    profile = TaskProfile(1e-2, 1_000, peak_bytes=5e7, result_bytes=1e4)
    assert expected in unwrapped(recommend(COSTS, profile, False, limit_bytes=limit_bytes))
    disturbed = unwrapped(recommend(COSTS, profile, False, DISTURBED, limit_bytes))
    assert expected.partition(";")[0].rstrip(".") in disturbed
    assert "would be best" not in disturbed


def tried(measured_s, loops_s=(10.0, 10.5)):
    """Return the recommendation for 10 s of work whose first configuration, predicted at 5 s, was tried."""
    recommendation = recommend(COSTS, LONG, warm=False)
    return replace(recommendation, tried=(Tried(recommendation.first, measured_s, loops_s),))


def test_a_trial_stands_beside_its_prediction():
    """The configuration is best, and both times are said; a time outside of the interval is called that."""
    answer = unwrapped(tried(5.0))
    assert answer.startswith("Best: loky-n2-b100, ")
    assert "Tried: loky-n2-b100 took 5.00 s where 5.12 s were predicted, and the plain loop beside it 10.0 s." in answer
    assert "off by more than its interval" in unwrapped(tried(8.0))


def test_a_trial_on_a_slower_machine_is_as_predicted():
    """If the loop takes twice as long as before, twice the predicted time is no surprise."""
    assert "off by more" not in unwrapped(tried(10.2, (20.0, 20.0)))


def test_a_trial_that_gains_nothing_makes_the_loop_best():
    """The plain loop is named, the table is called a prediction, and the line to paste is a list comprehension."""
    recommendation = tried(11.0)
    answer = unwrapped(recommendation)
    assert answer.startswith("Best: the plain loop, 10.0 s")
    assert "these tasks do not gain what the model expects" in answer
    assert "Runner-up" not in answer
    assert "results = [function(argument)" in answer
    plain = json.loads(document(recommendation, None, MODEL))
    assert plain["best"]["name"] == LOOP
    assert plain["tried"] == [{"name": "loky-n2-b100", "measured_s": 11.0, "loop_s": 10.0}]


def test_a_second_trial_may_gain_what_the_first_did_not():
    """The configuration that was faster than the loop is best."""
    recommendation = tried(11.0)
    other = next(one for one in recommendation.ranked if one.case.n_jobs == 4)
    both = replace(recommendation, tried=(*recommendation.tried, Tried(other, 6.0, (10.0, 10.0))))
    assert both.best is other


def test_a_trial_on_a_busy_machine_decides_nothing():
    """A loop that took twice as long after the trial as before says that the times can't be compared."""
    answer = unwrapped(tried(11.0, (10.0, 20.0)))
    assert answer.startswith("Best: loky-n2-b100, ")
    assert "this decides nothing" in answer


def test_a_trial_without_a_core_decides_nothing():
    """A loop that had no core for half of its time was no fair rival."""
    recommendation = tried(11.0)
    busy = replace(recommendation, tried=(replace(recommendation.tried[0], without_core=0.5),))
    assert unwrapped(busy).startswith("Best: loky-n2-b100, ")
    assert "this decides nothing" in unwrapped(busy)


def test_nothing_is_said_of_an_unknown_gil():
    """Tasks of which it is not known whether they hold the GIL are not said to hold it."""
    sentence = asked(recommend(COSTS, replace(LONG, gil_known=False), warm=False))
    assert sentence.startswith("For 1,000 tasks of 10.0 ms; one call")


def test_backends_that_were_not_probed_are_named():
    """A probe that ended early has nothing to say of its last pools."""
    assert "Not probed for lack of time: multiprocessing;" in unwrapped(recommend(COSTS, LONG, warm=False))
    disturbed = unwrapped(recommend(COSTS.of(["threading"]), LONG, False, DISTURBED))
    assert disturbed.count("Not probed for lack of time: loky, multiprocessing, which could be faster;") == 1


def test_without_processes_probed_only_what_they_can_t_change_is_named():
    """A probe that ended after its threads does not know whether processes pay off: that comes first."""
    threads = COSTS.of(["threading"])
    said = unwrapped(recommend(threads, LONG, False))
    assert said.startswith("No best is named: it is not known whether processes pay off with these tasks; threads do")
    assert "Not probed for lack of time: loky, multiprocessing, which could be faster;" in said
    assert "disturbed" not in said
    # Shorter than joblib's poll, or as fast in threads as the cores allow.
    assert unwrapped(recommend(threads, replace(LONG, task_s=1e-6), False)).startswith("Best: the plain loop, ")
    assert unwrapped(recommend(threads, replace(LONG, releases_gil=1.0), False)).startswith("Best: threading-n2")


def test_a_backend_that_could_be_faster_and_was_not_probed_is_in_the_first_words():
    """The start of a pool of multiprocessing may cost less than loky's."""
    said = unwrapped(recommend(COSTS, replace(LONG, tasks=20), warm=False))
    assert said.startswith("Best of what was probed: ")
