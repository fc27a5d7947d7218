"""Wires `benchmarks/` into pytest: options and hooks. What they do is done elsewhere."""

import os
from dataclasses import replace

import pytest
from pytest_benchmark.session import PerformanceRegression

from benchmarks.engines.protocol import ENGINES
from benchmarks.errors import BadOption
from benchmarks.machine import pin_thread_pools
from benchmarks.measure.children import bind_forks, reset_signals_in_forks, watch
from benchmarks.measure.resources import METER, read_resources
from benchmarks.measure.turns import PLAN, read_plan
from benchmarks.session.choosing import deselect_other_profiles, in_profile, keep_planned
from benchmarks.session.engines import SPECS, engines_of_module, specs
from benchmarks.session.importing import add_path
from benchmarks.session.ledger import Ledger
from benchmarks.session.options import SETTINGS, read_settings, refuse_unwritable, refuse_workers
from benchmarks.session.recording import install, keep_journal, open_journal, outcome, read_history
from benchmarks.session.session import (
    LEDGER,
    PROGRESS,
    end_in_order_on_signals,
    is_case,
    keep_finished,
    leave_now,
    reason,
    repeat,
    save_by_default,
    selection,
    shorten,
    shuffled,
)
from benchmarks.session.showing import keep_failure, keep_shard, print_summary, show_progress, showing_stderr
from benchmarks.session.workload import WORKLOAD, read_workload

# Before anything imports a numeric library.
pin_thread_pools(os.environ)

EXIT_STATUS = pytest.StashKey[int]()

RUN_FILE_KEY = "joblib_suite"

# The grid of the summation, and of another work.
GRIDS = ("test_summation.py", "test_workload.py")


def pytest_configure(config):
    """Read the options before pytest-benchmark (which configures itself last) reads its own."""
    try:
        if (path := config.getoption("workload_path")) is not None:
            add_path(path)
        own_engines = engines_of_module(config.getoption("backend_module"))
        settings = read_settings(config.getoption, lambda name: name in {*ENGINES, *own_engines} or known_backend(name))
        refuse_unwritable("--benchmark-json", config.getoption("benchmark_json"))
        workload = read_workload(config.getoption, settings)
        config.stash[METER] = read_resources(settings)
        config.stash[SPECS] = specs(config.getoption, settings.backends, own_engines)
        read_history(config)
        if not hasattr(config, "workerinput"):
            refuse_workers(settings.measuring, config.getoption("numprocesses", None), config.getoption("dist", "no"))
        config.stash[PLAN] = read_plan(config.getoption("plan"), config.getoption("in_turns"))
    except BadOption as bad:
        raise pytest.UsageError(str(bad)) from None
    config.stash[SETTINGS] = replace(settings, tasks=workload.tasks) if workload else settings
    config.stash[WORKLOAD] = workload
    config.stash[LEDGER] = Ledger(selection=selection(config))
    if (meter := config.stash[METER]) is not None:
        config.add_cleanup(meter.close)
    if settings.measuring:
        save_by_default(config.option)
    else:
        config.option.benchmark_disable = True
    reset_signals_in_forks()
    end_in_order_on_signals()


def pytest_cmdline_main(config):
    """`--repeat N` measures in N fresh processes, one after the other."""
    return repeat(config) if config.option.repeat else None


def pytest_sessionstart(session):
    """The history takes the place of pytest-benchmark's storage, as soon as there is one."""
    if not hasattr(session.config, "workerinput"):
        install(session, session.config.stash[SETTINGS].measuring)


def known_backend(name):
    """Whether somebody has registered a backend of this name with joblib."""
    from joblib.parallel import BACKENDS

    return name in BACKENDS


def pytest_ignore_collect(collection_path, config):
    """The notebook and the probe are profiles of their own; unit tests have nothing to measure."""
    if config.option.benchmark_only and config.rootpath / "tests" in collection_path.parents:
        return True
    if collection_path.parent.name == "suite" and collection_path.name.startswith("test_"):
        return None if in_profile(config, collection_path) else True
    return None


def pytest_collection_modifyitems(config, items):
    """The grid first, because most people wait for it; then `--shuffle SEED`."""
    deselect_other_profiles(config, items)
    if config.stash[PLAN].cases:
        keep_planned(config, items)
        return
    if (shard := config.stash[SETTINGS].shard) is not None:
        keep_shard(config, items, shard)
    items.sort(key=lambda item: item.path.name not in GRIDS)
    if (seed := config.stash[SETTINGS].shuffle) is not None:
        items[:] = shuffled(items, seed)


def pytest_collection_finish(session):
    """Now it is known which cases are asked for."""
    config, cases = session.config, [item for item in session.items if is_case(item)]
    config.stash[LEDGER].asked = [item.nodeid for item in cases]
    settings = config.stash[SETTINGS]
    if cases and not config.option.collectonly:
        bind_forks()
        config.add_cleanup(watch(os.environ))
        if settings.measuring:
            open_journal(session)
    if settings.measuring and cases and not config.option.collectonly:
        show_progress(config, cases)


def pytest_report_teststatus(report, config):
    """Where there is progress of our own, pytest's letters are left out."""
    progress = config.stash.get(PROGRESS, None)
    if not (progress and progress.shown) or config.get_verbosity() > 0 or (report.passed and report.when != "call"):
        return None
    return "error" if report.failed and report.when != "call" else report.outcome, "", ""


def pytest_runtest_setup(item):
    """After a hang that nobody can end, nothing that is measured means anything."""
    ledger = item.config.stash[LEDGER]
    if ledger.stuck and is_case(item):
        pytest.skip(ledger.stuck)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Report a file that can't be collected to the verb that started the session."""
    report = yield
    if report.failed:
        keep_failure(collector.config, report.nodeid, reason(report))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    """What comes after the last case is done while the other side times nothing."""
    result = yield
    session.config.stash[PLAN].end()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Progress is drawn, and the journal written, before a case and after it, never inside."""
    if not is_case(item):
        return (yield)
    progress, plan = item.config.stash.get(PROGRESS, None), item.config.stash[PLAN]
    if progress:
        progress.start(item.nodeid)
    try:
        if not plan.cases:
            return (yield)
        plan.start(item.nodeid)
        with plan.bound(item.nodeid):
            return (yield)
    finally:
        keep_journal(item.session, item.nodeid)
        if progress:
            progress.finish(item.nodeid, *item.config.stash[LEDGER].outcome(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Enter what became of a case."""
    report = yield
    if is_case(item):
        if report.failed and call.excinfo:
            shorten(report, call.excinfo.value)
        why = "" if report.passed else reason(report)
        item.config.stash[LEDGER].note(item.nodeid, report.when, report.outcome, why)
    return report


@pytest.fixture
def live_stderr(request, pytestconfig):
    """Shows what a measured block writes to stderr as it comes; drops it where nobody wants progress."""
    with showing_stderr(pytestconfig, request.node.name) as live:
        yield live


def pytest_benchmark_update_json(config, output_json):
    """Add our one key to the run file."""
    from benchmarks import machine

    record = config.stash[LEDGER].record(config.stash[SETTINGS], machine.facts(), machine.versions())
    output_json[RUN_FILE_KEY] = record


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Before pytest-benchmark saves: only cases with a number are in the run."""
    config = session.config
    if (progress := config.stash.get(PROGRESS, None)) is not None:
        progress.close()
        del config.stash[PROGRESS]
    if LEDGER in config.stash:
        keep_finished(config._benchmarksession.benchmarks, config.stash[LEDGER])
    result = yield
    config.stash[EXIT_STATUS] = int(session.exitstatus)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter, config):
    """The answer, below pytest-benchmark's table, also where that ends in a failed --benchmark-compare-fail."""
    try:
        return (yield)
    except (PerformanceRegression, pytest.UsageError):
        return None
    finally:
        print_summary(terminalreporter, config)
        for line in outcome(terminalreporter._session):
            terminalreporter.write_line(line, red=True)


def pytest_unconfigure(config):
    """A hung thread would keep the interpreter from exiting."""
    if LEDGER in config.stash and config.stash[LEDGER].stuck and not hasattr(config, "workerinput"):
        leave_now(config.stash.get(EXIT_STATUS, 1))
