"""What to expect of the notebook and of other task lengths, in sentences."""

from benchmarks.report.contenders import ANY_MACHINE, Machine
from benchmarks.report.outlook import expectations
from tests.advise.test_session_costs import entry, session

TWO_CORES = Machine(cores=2.0)


def test_the_notebook_and_the_break_even_are_two_sentences():
    """Each backend with its time, interval and speed-up; threads that hold the GIL never pay."""
    notebook, break_even = expectations([*session("threading", held=1.0), *session()], TWO_CORES)
    assert notebook.startswith(
        "The notebook itself (40,000 tasks, n_jobs=4, batch_size=1000) should take 11.2 s with loky ("
    )
    assert "; 1.78x), " in notebook
    assert "; 0.99x), and 20.0 s as a plain loop;" in notebook
    assert break_even.startswith("Faster than the plain loop with 5,000 tasks and n_jobs=4, the pool's start included:")
    assert " threading never, loky from " in break_even


def test_a_busy_machine_expects_nothing():
    """Where times vary by half, no number is told."""
    busy = [*session(), entry("test_summation[loop]", 0.03, (0.02, 0.02, 0.08, 0.09))]
    assert expectations(busy, TWO_CORES) == [
        "No prediction for the notebook: the machine was busy, and times varied too much. `tox run -e bench-notebook`"
        " measures it."
    ]


def test_without_the_cases_or_the_machine_nothing_is_said():
    """An older run, or a file that does not say how many cores there were."""
    assert expectations(session()[1:], TWO_CORES) == []
    assert expectations(session(), ANY_MACHINE) == []
