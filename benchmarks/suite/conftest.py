"""The fixtures of the suite's cases: what measures them, and at which size."""

import pytest

from benchmarks.measure.session import LEDGER
from benchmarks.measure.settings import SETTINGS


@pytest.fixture
def measure(request, benchmark):
    """Times calls of a case's pool: see `benchmarks.measure.rounds.Measure`."""
    from benchmarks.measure.rounds import Measure

    settings, ledger = request.config.stash[SETTINGS], request.config.stash[LEDGER]

    def stuck(threads):
        ledger.stuck = f"{request.node.name} left threads behind that can't be ended: {', '.join(threads)}"

    measure = Measure(benchmark, settings.rounds, settings.warmups, settings.case_timeout_s, stuck)
    yield measure
    # A case that failed before its rounds has had no use for the fixture: pytest-benchmark need not warn of that.
    benchmark.skipped = benchmark.skipped or request.node.nodeid in ledger.failed
    ledger.time(request.node.nodeid, benchmark.stats and benchmark.stats.stats.data, measure.untimed_s)


@pytest.fixture(scope="session")
def summation(request):
    """The summation at the session's size."""
    settings = request.config.stash[SETTINGS]
    return make_summation(settings.tasks, settings.longest)


@pytest.fixture(scope="session")
def first_tasks(request):
    """The first hundred tasks of the summation, to see what runs without waiting for all of it."""
    settings = request.config.stash[SETTINGS]
    few = min(100, settings.tasks)
    return make_summation(few, max(1, settings.longest * few // settings.tasks))


def make_summation(tasks, longest):
    """The notebook's work with `tasks` tasks of up to `longest` additions."""
    from benchmarks.measure.work import Work
    from benchmarks.workloads.summation import closed_form, lengths, my_task

    return Work(my_task, lengths(tasks, longest), closed_form, {"tasks": tasks, "longest": longest})


@pytest.fixture(scope="session")
def sized(request):
    """How many tasks a micro-case has: what it asks for, or few where nothing is measured."""
    settings = request.config.stash[SETTINGS]
    return (lambda tasks: tasks) if settings.measuring else (lambda tasks: min(tasks, settings.tasks))
