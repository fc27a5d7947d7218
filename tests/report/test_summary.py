"""The summary, to the letter."""

from pathlib import Path

import pytest

from benchmarks.report.contenders import Machine, contenders, machine_of, speed_up_intervals
from benchmarks.report.measured import measured_cases
from benchmarks.report.summary import summary

GOLDEN = Path(__file__).parent.parent / "data" / "summary.txt"


def entry(backend, n_jobs, batch_size, median, workers=1, alias_of=None, processes=0, batches=None, occurred=True):
    """A benchmark of a run file."""
    return {
        "group": "summation",
        "param": f"{backend}-n{n_jobs}-b{batch_size}" if batch_size else backend,
        "params": {"backend": backend, "n_jobs": n_jobs, "batch_size": batch_size},
        "stats": {"median": median, "data": [median * factor for factor in (0.98, 0.99, 1.0, 1.01, 1.02)]},
        "extra_info": {
            "tasks": 5_000,
            "longest": 500,
            "loop_s": [0.099, 0.101],
            "effective_backend": "SequentialBackend" if workers == 1 else f"{backend.title()}Backend",
            "effective_n_jobs": workers,
            "alias_of": alias_of,
            "worker_processes": processes,
            "worker_threads": workers,
            "batches": [batches],
            "batch_size_occurred": occurred,
        },
    }


RUN = [
    entry("loop", 1, None, 0.1),
    entry("futures-threads", 2, 10, 0.2, workers=2, batches={"10": 500}),
    entry("loky", 2, 10, 0.0625, workers=2, processes=2, batches={"2": 2, "10": 500}),
    entry("loky", 1, 10, 0.01, alias_of="sequential-n1-b10"),
    entry("loky", 4, 1000, 0.05, workers=4, processes=1, batches={"1": 1}, occurred=False),
    entry("sequential", 1, 10, 0.11),
]


def test_a_summary_to_the_letter():
    """Joblib's backends first, an alias in no best cell, every remark in its sentence."""
    missing = {"a.py::test_summation[threading-n2-b10]": "failed: WrongResult: " + "index 3 is wrong " * 9}
    assert summary(RUN, missing, coloured=False) == GOLDEN.read_text()


def test_nothing_faster_than_the_loop_is_said_plainly():
    """The answer to the most frequent question."""
    text = summary([RUN[0], entry("loky", 2, 10, 0.5, workers=2, processes=2)], {}, coloured=False)
    assert text.startswith(
        "Nothing beats the plain loop with these tasks: the best of joblib's, loky-n2-b10, reaches 0.20x"
    )


def test_the_chart_has_the_headline_s_interval():
    """A page must not contradict its own first sentence; threads that hold the GIL reach no more than the loop."""
    threads = entry("threading", 2, 10, 0.101, workers=2)
    cases = measured_cases([*RUN[:-1], threads])
    intervals = speed_up_intervals(cases, Machine(cores=2))
    for contender in contenders(cases, Machine(cores=2)):
        low, high = contender.interval
        shown = intervals[contender.configuration.name]
        assert shown[0] == low < contender.configuration.speed_up <= shown[1] <= high
    assert intervals["threading-n2-b10"][1] == 1.0
    low, high = (f"{end:.2f}x" for end in intervals["loky-n2-b10"])
    assert f"(95 %: {low} to {high})" in summary([*RUN[:4], threads], {}, False, Machine(cores=2))


def test_a_session_without_parallel_cases_says_so_first():
    """A session that was interrupted early has the plain loop and perhaps the sequential backend."""
    text = summary([RUN[0], entry("sequential", 1, 10, 0.11)], {}, coloured=False)
    assert text.startswith("No answer: none of joblib's configurations with several workers was measured.")


def test_threads_that_hold_the_gil_are_no_headline_whatever_a_busy_machine_shows():
    """The loops beside them had no core half of the time."""
    threads, loky = (entry(backend, 2, 10, 0.05, workers=2) for backend in ("threading", "loky"))
    for bench in (threads, loky):
        bench["extra_info"] |= {"workload": "own:task", "holds_gil": True, "loop_s": [0.1, 0.1]}
    text = summary([RUN[0], threads, loky], {}, coloured=False)
    assert text.startswith("No answer: threading-n2-b10 reached 2.00x, but threads that hold the GIL are never faster")


def test_a_quota_by_its_old_name_bounds_speed_ups():
    """Older run files call it `cgroup_cpus`."""
    assert machine_of({"usable_cores": 8, "cgroup_cpus": 1.5}).cores == 1.5
    assert machine_of({"usable_cores": 8, "cgroup_cpus": None}).cores == 8


def test_one_round_is_no_headline():
    """The notebook's profile has one round a case: what did best is told, and that it is not decided."""
    loop, loky = RUN[0], entry("loky", 2, 10, 0.06, workers=2, processes=2)
    loop = {**loop, "stats": {"median": 0.1}}
    loky["stats"].pop("data")
    text = summary([loop, loky], {}, coloured=False)
    assert text.startswith("Undecided: loky-n2-b10 did best, 1.67x, and one round does not show how certain that is.")


def test_an_impossible_speed_up_is_the_first_line():
    """Two workers can't be five times as fast, nor threads that hold the GIL faster at all."""
    fair = entry("loky", 2, 10, 0.0625, workers=2, processes=2)
    text = summary([RUN[0], fair, entry("threading", 2, 1, 0.018, workers=2)], {}, coloured=False)
    assert text.startswith("No answer: threading-n2-b1 reached 5.56x, but threads that hold the GIL are never faster")
    text = summary(
        [RUN[0], fair, entry("threading", 2, 1, 0.018, workers=2)], {}, coloured=False, machine=Machine(gil=False)
    )
    assert text.startswith("No answer: threading-n2-b1 reached 5.56x with 2 workers, which is impossible.")
    assert "Fastest" not in text


def unsteady(case, *loops_s):
    """The same case, beside other loops."""
    return {**case, "extra_info": {**case["extra_info"], "loop_s": list(loops_s)}}


def test_a_busy_machine_is_named_as_the_cause_of_an_impossible_speed_up():
    """A user's function has been searched for workers and threads of its own: they are not blamed without need."""
    loop = unsteady(RUN[0], 0.2, 0.201)
    text = summary([loop, entry("loky", 2, 10, 0.018, workers=2, processes=2)], {}, coloured=False)
    assert (
        "which is impossible. The machine was busy or changed its speed: measure again on a quiet machine."
        in text.replace("\n", " ")
    )
    assert "starts workers of its own" not in text


@pytest.mark.parametrize(
    ("median", "loops_s", "way"),
    [
        (
            0.098,
            (0.0999, 0.1001),
            " The best of several looks better than it is, so that this interval does not decide. --rounds 10 would"
            " decide it if the times stay like these.",
        ),
        (0.1, (0.0999, 0.1001), ""),
        (0.098, (0.08, 0.12), " Measure again on a quiet machine."),
    ],
)
def test_the_advice_is_what_would_decide(median, loops_s, way):
    """More rounds only where they can tell the two apart, a quiet machine only if this one was not, or nothing."""
    loop = unsteady(RUN[0], 0.0999, 0.1001)
    text = summary([loop, unsteady(entry("loky", 2, 10, median, workers=2), *loops_s)], {}, coloured=False)
    first = " ".join(text.partition("5,000 summations")[0].split())
    assert first.startswith("Undecided between loky-n2-b10, ")
    assert first.endswith(f", and the plain loop.{way}")


def test_one_round_is_told_what_would_decide():
    """As noisy as the loops, five rounds are enough for 1.6x; nothing is known to be enough without two loops."""
    one = entry("loky", 2, 10, 0.0625, workers=2, processes=2)
    one["stats"]["data"] = [0.0625]
    text = " ".join(summary([RUN[0], one], {}, coloured=False).split())
    assert "does not show how certain that is. --rounds 5 would decide it" in text
    one["extra_info"]["loop_s"] = None
    loop = unsteady(RUN[0], 0.1)
    headline = summary([loop, one], {}, coloured=False).partition("5,000")[0]
    assert headline.endswith("and one round does not show how certain that is.\n")
    one["stats"]["data"] = [0.06, 0.065]
    assert "and one plain loop does not show how certain" in summary([loop, one], {}, coloured=False)


def test_an_interval_ends_where_a_speed_up_can_be():
    """Two workers are twice as fast at most, however noisy the loop was."""
    case = unsteady(entry("loky", 2, 10, 0.0625, workers=2, processes=2), 0.06, 0.15)
    assert "x to 2.00x)" in summary([RUN[0], case], {}, coloured=False).partition("5,000 summations")[0]


def test_an_impossible_pool_is_no_reference():
    """A tenth of the loop's time with two workers says that the machine was disturbed."""
    cases = [RUN[0], entry("loky", 2, 10, 0.0625, workers=2, processes=2)]
    pool = entry("futures-processes", 2, 10, 0.01, workers=2, processes=2)
    assert "For reference" not in summary([*cases, pool], {}, coloured=False)


def test_a_gain_of_noise_is_not_told():
    """Four workers on two cores: 2.1x is noise above 2x, and 4x would be no answer."""
    cases = [RUN[0], entry("loky", 4, 10, 0.0495, workers=4, processes=4)]
    text = summary(cases, {}, coloured=False, machine=Machine(cores=2.0))
    assert text.startswith("Fastest of joblib's backends here: loky-n4-b10, between 1.")
    assert "and the possible 2.00x the speed of the plain loop" in " ".join(text.split())
    cases = [RUN[0], entry("loky", 4, 10, 0.025, workers=4, processes=4)]
    assert summary(cases, {}, coloured=False, machine=Machine(cores=2.0)).startswith(
        "No answer: loky-n4-b10 reached 4.00x on 2 cores, which is impossible."
    )


def test_an_alias_stands_for_itself_where_the_other_cell_is_not_there():
    """As in the notebook, whose sequential case was asked for with four jobs."""
    notebook = [entry("loop", 1, None, 0.1), entry("sequential", 4, 1000, 0.2, alias_of="sequential-n1-b1000")]
    for case in notebook:
        case["group"] = "notebook"
        del case["extra_info"]["loop_s"]
    assert "sequential n4-b1000 200 ms 0.50x 50%" in " ".join(summary(notebook, {}, coloured=False).split())


def test_without_the_grid_there_is_no_speed_up():
    """Only what has no time is said."""
    assert "No speed-ups" in summary([], {}, coloured=False)
    assert "No time: test_x: failed: gone" in summary([], {"a.py::test_x": "failed: gone"}, coloured=False)


def test_colour_only_where_asked():
    """A log gets no escapes."""
    assert "\x1b[" in summary(RUN, {}, coloured=True)
    assert "\x1b[" not in summary(RUN, {}, coloured=False)


def test_names_from_a_run_are_text():
    """Square brackets are markup to rich, and must not be here."""
    text = summary([RUN[0], entry("[red]x", 2, 10, 0.5, workers=2)], {}, coloured=False)
    assert [line.split()[:2] for line in text.splitlines() if line.startswith("[red]x ")] == [["[red]x", "n2-b10"]]


def test_tasks_that_remember_are_told_beside_the_headline():
    """What was measured is not what a first call takes."""
    cases = [entry("loky", 2, 10, 0.0625, workers=2, processes=2)]
    cases[0]["extra_info"]["faster_again"] = 12_000
    assert (
        "they were 12,000x as fast in a second plain loop" in summary(cases, {}, coloured=False).partition("5,000 s")[0]
    )


def test_an_object_in_every_task_is_told_where_there_are_processes():
    """It is sent with each batch; threads share it."""
    processes = entry("loky", 2, 10, 0.0625, workers=2, processes=2)
    processes["extra_info"]["repeated_bytes"] = 3_200_000
    said = "Every task holds the same 3.20 MB, which processes are sent again with each batch"
    assert said in " ".join(summary([processes], {}, coloured=False).split())
    processes["extra_info"]["worker_processes"] = 0
    assert said not in " ".join(summary([processes], {}, coloured=False).split())


def test_no_speed_up_stands_beside_the_sentence_that_none_is_fair():
    """Tasks that start workers themselves have times, and nothing that looks like a gain on the plain loop."""
    run = [RUN[0], entry("loky", 2, 10, 0.0125, workers=2, processes=2)]
    for case in run:
        case["extra_info"]["own_workers"] = 48
    text = summary(run, {}, coloured=False)
    assert text.startswith("No answer: the tasks start threads or processes themselves.")
    assert "12.5 ms         -           -  2 processes" in text
    assert "8.00x" not in text
    assert "400%" not in text
