"""Wires `benchmarks/` into pytest: which of its functions each hook calls. Nothing is computed here."""

import os

import pytest
from pytest_benchmark.session import PerformanceRegression

from benchmarks.cores import usable_cores
from benchmarks.grid import ENGINES
from benchmarks.machine import pin_thread_pools
from benchmarks.measure.children import bind_forks, reset_signals_in_forks, watch
from benchmarks.measure.deadline import kill_children
from benchmarks.session.choosing import choose_cases, is_case, is_ignored, note_order, params_of
from benchmarks.session.costs import expected_costs
from benchmarks.session.disturbances import busy_warning
from benchmarks.session.failures import reason, report_uncollected, shorten
from benchmarks.session.own_function import prepare_own_function
from benchmarks.session.progress import session_progress
from benchmarks.session.recording import conclude, install_storage, keep_finished, keep_journal, open_journal
from benchmarks.session.signals import (
    end_if_asked,
    end_in_order_on_signals,
    leave_now,
    no_signal_ends_it,
    was_interrupted,
)
from benchmarks.session.starting import begin_session, commit_of_checkout, repeat
from benchmarks.session.state import has_begun, suite_session
from benchmarks.session.streams import survive_broken_output
from benchmarks.session.summary import print_summary

# Before anything imports a numeric library.
pin_thread_pools(os.environ)

RUN_FILE_KEY = "joblib_suite"


def pytest_configure(config):
    """Read the options before pytest-benchmark, which configures itself last, reads its own."""
    begin_session(config)
    reset_signals_in_forks()
    end_in_order_on_signals()


def pytest_cmdline_main(config):
    """Let `--repeat N` run the session in N fresh processes, one after the other."""
    return repeat(config) if config.option.repeat else None


def pytest_sessionstart(session):
    """Replace pytest-benchmark's storage as soon as there is one; from now on broken output is no reason to end."""
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        survive_broken_output(session.config, reporter)
    if not hasattr(session.config, "workerinput"):
        install_storage(session)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Try the user's own function, and choose its grid, before pytest collects the cases."""
    if not session.config.option.collectonly:
        prepare_own_function(session.config)


def pytest_ignore_collect(collection_path, config):
    """Ignore cases of other profiles; ignore unit tests in a session that only measures."""
    return is_ignored(config, collection_path) or None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Keep the session's cases, in its order, and note if another plugin changes that."""
    choose_cases(config, items)
    chosen = list(items)
    result = yield
    note_order(config, chosen, items)
    return result


def pytest_collection_finish(session):
    """Prepare for the cases, now that they are known."""
    config, cases = session.config, [item for item in session.items if is_case(item)]
    ours = suite_session(config)
    ours.ledger.ask([(item.nodeid, params_of(item)) for item in cases])
    if not cases or config.option.collectonly:
        return
    bind_forks()
    config.add_cleanup(watch(os.environ))
    if ours.settings.measuring:
        open_journal(config)
        quiet = ours.settings.quiet_progress
        costs = expected_costs(config, cases, rough=quiet)
        ours.progress = session_progress(config, costs, config.option.status_file, quiet)
        if ours.progress.shown and (warning := busy_warning(ours.ledger.load_average, usable_cores())):
            config.pluginmanager.get_plugin("terminalreporter").write_line(warning)


@pytest.hookimpl(wrapper=True)
def pytest_report_header():
    """Leave out pytest-benchmark's line: it is about a calibration that the suite's fixed rounds don't use."""
    lines = yield
    return [line for line in lines if not str(line).startswith("benchmark: ")]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Report a file that can't be collected to the verb that started the session."""
    report = yield
    report_uncollected(collector.config.option.status_file, report)
    return report


def pytest_report_teststatus(report, config):
    """Leave out pytest's letters while our own progress is shown."""
    progress = suite_session(config).progress
    if not (progress and progress.shown) or (report.passed and report.when != "call"):
        return None
    return "error" if report.failed and report.when != "call" else report.outcome, "", ""


def pytest_runtest_setup(item):
    """Begin no case if the session should end; skip it after a hang that can't be ended, beside which it would run."""
    end_if_asked()
    stuck = suite_session(item.config).ledger.stuck
    if stuck and is_case(item):
        pytest.skip(stuck)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    """Finish the session only while the other side times nothing."""
    result = yield
    suite_session(session.config).plan.end()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Show progress and write the journal before and after a case, never during it."""
    if not is_case(item):
        return (yield)
    ours = suite_session(item.config)
    if ours.progress:
        ours.progress.start(item.nodeid)
    try:
        if not ours.plan.cases:
            return (yield)
        ours.plan.start(item.nodeid)
        with ours.plan.bound(item.nodeid):
            return (yield)
    finally:
        keep_journal(item.session, item.nodeid)
        if ours.progress:
            ours.progress.finish(item.nodeid, *ours.ledger.outcome(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Enter each report of a case in the ledger."""
    report = yield
    if is_case(item):
        if report.failed and call.excinfo:
            shorten(report, call.excinfo.value)
        why = "" if report.passed else reason(report)
        suite_session(item.config).ledger.note(item.nodeid, report.when, report.outcome, why)
    return report


def pytest_benchmark_update_json(config, output_json):
    """Add the suite's own key to the run file."""
    from benchmarks import machine

    ours = suite_session(config)
    others = ours.storage.other_sessions()
    versions = machine.versions(engine.package for engine in ENGINES.values())
    output_json[RUN_FILE_KEY] = ours.ledger.run_file_key(ours.settings, machine.facts(), versions, others)


def pytest_benchmark_generate_commit_info(config):
    """Return the commit of this checkout; pytest-benchmark's is that of the working directory."""
    return commit_of_checkout(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Close the progress, and drop cases without a time before pytest-benchmark saves the run."""
    if not has_begun(session.config):
        return (yield)
    ours = suite_session(session.config)
    if ours.progress:
        ours.progress.close()
    with no_signal_ends_it():
        ours.storage.end_measuring()
        keep_finished(session.config)
        result = yield
    ours.exit_status = int(session.exitstatus)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter, config):
    """Print the answer below pytest-benchmark's table, even if that ends in a failed --benchmark-compare-fail."""
    try:
        return (yield)
    except (PerformanceRegression, pytest.UsageError):
        return None
    finally:
        print_summary(terminalreporter, config)
        for line in conclude(terminalreporter._session):
            terminalreporter.write_line(line, red=True)


def pytest_unconfigure(config):
    """End what would keep the interpreter from exiting: workers of an interrupted session, and a hung thread."""
    if not has_begun(config) or hasattr(config, "workerinput"):
        return
    ours = suite_session(config)
    if ours.settings.measuring and was_interrupted(ours.exit_status):
        kill_children()
    if ours.ledger.stuck:
        leave_now(ours.exit_status)
