"""What a session's own costs say of the notebook and of other task lengths."""

import pytest

from benchmarks.advise.session_costs import outlook

POLL_S, START_S = 0.01, 0.12

# Seconds per task and per batch, and per second of the plain loop's work.
TASK_S, BATCH_S, HELD = 2e-6, 1e-4, 0.55


def entry(name, calls_s, loop_s=(), tasks=100, batches=10):
    """A benchmark of a run file that took `calls_s` seconds on average, in five rounds 1 % apart."""
    return {
        "name": name,
        "group": name.split("[")[0].removeprefix("test_"),
        "stats": {"data": [calls_s * (1 + 0.01 * step) for step in (-2, -1, 0, 1, 2)]},
        "extra_info": {"tasks": tasks, "batches": [{"10": batches}], "loop_s": list(loop_s)},
    }


def session(backend="loky", held=HELD):
    """The benchmarks of a session of one backend, with the costs above."""

    def call_s(tasks, batches, work_s):
        return POLL_S / 2 + tasks * TASK_S + batches * BATCH_S + work_s

    return [
        entry(f"test_warm_call[{backend}-n4]", POLL_S),
        entry(f"test_whole_block[{backend}-n4]", POLL_S + START_S),
        entry(f"test_no_op[{backend}]", call_s(5_000, 60, 0), tasks=5_000, batches=60),
        entry(f"test_summation[{backend}-n4-b1]", call_s(5_000, 5_000, 0.03), (0.0299, 0.0301), 5_000, 5_000),
        entry(f"test_notebook_sample[{backend}-n4-b20]", call_s(800, 40, 0.4 * held), (0.399, 0.401), 800, 40),
    ]


def test_the_notebook_is_predicted_from_its_sample():
    """Fifty times the sample's work, once the start: the truth is in the interval and near its middle."""
    expected = outlook(session(), 2, None, gil=True)
    truth_s = START_S + 20.0 * HELD + 40_000 * TASK_S + 80 * BATCH_S
    (loky,) = expected.notebook
    assert loky.lo_s < truth_s < loky.hi_s
    assert loky.time_s == pytest.approx(truth_s, rel=0.03)
    assert expected.loop_s == pytest.approx(20.0)


def test_the_break_even_is_where_saved_work_pays_for_the_overhead():
    """5,000 tasks in batches of 1,000, with the pool's start: most of the overhead is the start and half a poll."""
    expected = outlook(session(), 2, None, gil=True)
    overhead_s = START_S + POLL_S / 2 + 5_000 * TASK_S
    assert expected.grid.tasks == 5_000
    assert expected.grid.task_s == pytest.approx(0.03 / 5_000)
    assert expected.break_even_s["loky"] == pytest.approx(overhead_s / 5_000 / (1 - HELD), rel=0.25)


def test_no_expectation_beats_the_interpreter():
    """Threads that seem to take half the time for work that holds the GIL are told no better than the loop."""
    expected = outlook(session("threading", held=0.9), 2, None, gil=True)
    assert expected.notebook[0].time_s >= expected.loop_s
    assert expected.break_even_s == {"threading": None}


def test_backends_come_fastest_first():
    """Each backend has a prediction of its own."""
    expected = outlook([*session("multiprocessing", held=0.7), *session()], 2, None, gil=True)
    assert [prediction.case.backend for prediction in expected.notebook] == ["loky", "multiprocessing"]


def test_a_machine_that_varied_makes_the_interval_wider():
    """The grid's loops say by how much the notebook may come at another speed."""
    calm = outlook(session(), 2, None, gil=True)
    wild = outlook([*session(), entry("test_summation[loop]", 0.03, (0.02, 0.06))], 2, None, gil=True)
    assert wild.noise > 3 * calm.noise
    assert wild.notebook[0].hi_s > 1.3 * calm.notebook[0].hi_s


@pytest.mark.parametrize("missing", range(5))
def test_without_one_of_the_cases_nothing_is_expected(missing):
    """As in a session of a few cases."""
    benchmarks = session()
    del benchmarks[missing]
    assert outlook(benchmarks, 2, None, gil=True) is None


@pytest.mark.parametrize("damage", [{"stats": {}}, {"stats": {"data": []}}, {"extra_info": None}, {"extra_info": {}}])
def test_a_strangers_file_with_our_names_is_no_session(damage):
    """Files come from anywhere."""
    benchmarks = session()
    assert outlook([*benchmarks[:-1], {**benchmarks[-1], **damage}], 2, None, gil=True) is None


def test_the_order_of_the_cases_does_not_matter():
    """A shuffled session says the same."""
    one, other = (outlook(benchmarks, 2, None, gil=True) for benchmarks in (session(), session()[::-1]))
    assert one.notebook[0].time_s == other.notebook[0].time_s
