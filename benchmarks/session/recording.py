"""A session's use of the history: its options, the journal, and the report on the saved run."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.errors import BadOption, BadReference, SuiteError
from benchmarks.history.journal import Journal
from benchmarks.history.marks import reject
from benchmarks.history.recovery import recover
from benchmarks.history.run import Run, parse_run
from benchmarks.history.store import Store, default_root, refuse_name
from benchmarks.session.baselines import choose_baselines
from benchmarks.session.disturbances import other_session_measures
from benchmarks.session.saving import HistoryStorage, plain, save_json
from benchmarks.session.state import suite_session
from benchmarks.session.stock_table import fit_table

# pytest-benchmark's own default for --benchmark-storage.
_STOCK_DEFAULT = "file://./.benchmarks"


def read_history(option: Any) -> tuple[HistoryStorage, object]:
    """Return the storage that the options name, and the value of --benchmark-compare. Raises BadOption.

    The options of pytest-benchmark that the history takes over are changed, so that it does not act on them itself.
    """
    stock = None if option.benchmark_storage == _STOCK_DEFAULT else option.benchmark_storage.removeprefix("file://")
    if stock and "://" in stock:
        raise BadOption(f"--benchmark-storage {stock!r}: runs are stored in a local folder; use --history DIR")
    if stock and option.history and Path(stock).absolute() != Path(option.history).absolute():
        raise BadOption(f"--history {option.history!r} and --benchmark-storage {stock!r} differ; leave the second out")
    if option.benchmark_save and (why := refuse_name(option.benchmark_save)):
        raise BadOption(f"--benchmark-save {why}")
    if option.benchmark_compare_fail and not option.benchmark_compare:
        raise BadOption("--benchmark-compare-fail needs something to compare with: add --benchmark-compare[=RUN]")
    if option.history == "":
        raise BadOption("--history '': an empty name; expected a folder, or leave the option out")
    root = Path(option.history or stock or default_root()).absolute()
    if root.exists() and not root.is_dir():
        raise BadOption(f"--history {str(root)!r}: not a folder; expected a folder, or a name that does not exist yet")
    option.benchmark_storage = str(root)
    compare, option.benchmark_compare = option.benchmark_compare, None
    return HistoryStorage(Store(root)), compare


def install_storage(session: Any) -> None:
    """Replace pytest-benchmark's storage by the history, and prepare it for a session that measures.

    Then sessions that died are recovered, the baselines chosen, and pytest-benchmark's table fitted to the screen.
    Raises pytest.UsageError if the store can't be written, or if a baseline that is needed can't be found or used:
    before anything is measured.
    """
    config, benchmarks = session.config, session.config._benchmarksession
    ours = suite_session(config)
    storage = benchmarks.storage = ours.storage
    benchmarks.save_json = partial(_save_json, storage, benchmarks.json)
    if not ours.settings.measuring or config.option.collectonly:
        return
    # Asking the processor costs half a second; pytest-benchmark would ask again for each thing it writes.
    machine_info = benchmarks.get_machine_info()
    benchmarks.get_machine_info = lambda: machine_info
    fit_table(config)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    try:
        messages = recover(storage.store)
        if ours.compare:
            storage.baselines, remarks = choose_baselines(storage.store, ours.compare, lambda: run_so_far(config))
            messages += remarks
            benchmarks.compare = bool(storage.baselines)
        if config.option.benchmark_compare_fail and not storage.baselines:
            raise BadReference(f"--benchmark-compare-fail: {'; '.join(messages)}")
        benchmarks.handle_loading()
    except SuiteError as error:
        raise pytest.UsageError(str(error)) from None
    for line in messages if reporter else ():
        reporter.write_line(line)


def open_journal(config: Any) -> None:
    """Write the journal's header to disk before the first case. Raises pytest.UsageError if it can't be written."""
    session = suite_session(config)
    try:
        # The other side of a gate measures into the same store, in turns.
        alone = session.plan.turns is None
        session.storage.journal = Journal(session.storage.store, _header(config), session.ledger.session, alone)
    except SuiteError as error:
        raise pytest.UsageError(str(error)) from None
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and (others := session.storage.other_sessions()):
        reporter.write_line(f"{other_session_measures(others)};", red=True)
        reporter.write_line("stop one of them, or wait", red=True)


def run_so_far(config: Any) -> Run:
    """Return the run that this session will save, without cases."""
    return parse_run(_header(config), "this session")


def _header(config: Any) -> dict[str, Any]:
    """Return the run file as it would be saved now, without cases."""
    session, benchmarks = suite_session(config), config._benchmarksession
    if session.commit_info is None:  # git is asked several things
        session.commit_info = config.hook.pytest_benchmark_generate_commit_info(config=config)
    document = config.hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=[],
        include_data=True,
        machine_info=benchmarks.get_machine_info(),
        commit_info=session.commit_info,
    )
    config.hook.pytest_benchmark_update_json(config=config, benchmarks=[], output_json=document)
    return plain(document)


def keep_journal(session: Any, nodeid: str) -> None:
    """Write a case that has just ended to the journal; stop the session if that fails."""
    ours = suite_session(session.config)
    storage, ledger = ours.storage, ours.ledger
    written = True
    if nodeid in ledger.passed:
        benchmarks = reversed(session.config._benchmarksession.benchmarks)
        finished = next((bench for bench in benchmarks if bench.fullname == nodeid), None)
        if finished is not None and not finished.has_error:
            written = storage.finished(finished.as_dict(include_data=True))
    elif nodeid in ledger.failed:
        written = storage.failed(nodeid, ledger.failed[nodeid])
    if not written:
        session.shouldstop = "what is measured can't be stored"


def keep_finished(config: Any) -> None:
    """Remove the cases without a time from pytest-benchmark's list: failed, wrong, cut off or interrupted ones."""
    benchmarks, passed = config._benchmarksession.benchmarks, suite_session(config).ledger.passed
    benchmarks[:] = [bench for bench in benchmarks if bench.fullname in passed and not bench.has_error]


def _save_json(storage: HistoryStorage, file: Any, document: dict[str, Any]) -> None:
    """Write `--benchmark-json`; if pytest-benchmark did, a failure would cost the saved run as well."""
    try:
        save_json(file, document)
    except SuiteError as error:
        storage.troubles.append(f"--benchmark-json was not written: {error}")


def conclude(session: Any) -> list[str]:
    """Close the storage and return what the user has to know of the saved run.

    The session's exit code is set if a comparison found a regression or if something was not saved.
    """
    storage, benchmarks = suite_session(session.config).storage, session.config._benchmarksession
    messages = []
    if benchmarks.performance_regressions:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        messages += _rejected(storage, [f"{name}: {fail}" for name, fail in benchmarks.performance_regressions])
    storage.close()
    if storage.troubles:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif storage.saved:
        messages += [f"saved as {storage.saved.name}", f"in {_relative(storage.saved.parent)}"]
    return messages + [f"ERROR: {trouble}" for trouble in storage.troubles]


def _rejected(storage: HistoryStorage, regressions: list[str]) -> list[str]:
    if storage.saved is None:
        return []
    reference = storage.saved.relative_to(storage.store.root).as_posix()
    try:
        reject(storage.store, reference, f"--benchmark-compare-fail: {regressions[0]}"[:200])
    except SuiteError as error:
        storage.troubles.append(f"the run could not be marked as rejected: {error}")
    return [f"{storage.saved.stem} is marked as rejected: it can't be a baseline unless it is pinned"]


def _relative(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
