"""A session's side of the history: reads its options, opens the journal, and says what became of the run."""

from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.errors import BadOption, BadReference, SuiteError
from benchmarks.history.comparability import bars
from benchmarks.history.costs import costs
from benchmarks.history.index import Index, bars_key
from benchmarks.history.journal import Journal, recover
from benchmarks.history.marks import reject
from benchmarks.history.run import Run, parse_run
from benchmarks.history.store import Store, default_root, refuse_name
from benchmarks.session.baselines import choose_baselines
from benchmarks.session.saving import HistoryStorage, plain, save_json
from benchmarks.session.session import LEDGER

_STORAGE = pytest.StashKey[HistoryStorage]()
_COMPARE = pytest.StashKey[Any]()
_COMMIT_INFO = pytest.StashKey[Any]()
_COSTS = pytest.StashKey[dict[str, float]]()

# pytest-benchmark's own default for --benchmark-storage.
_STOCK_DEFAULT = "file://./.benchmarks"


def read_history(config: Any) -> None:
    """Read `--history`, and take from pytest-benchmark what the history does in its place. Raises BadOption."""
    option = config.option
    stock = None if option.benchmark_storage == _STOCK_DEFAULT else option.benchmark_storage.removeprefix("file://")
    if stock and "://" in stock:
        raise BadOption(f"--benchmark-storage {stock!r}: runs are stored in a folder here; use --history DIR")
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
        raise BadOption(f"--history {str(root)!r}: not a folder; expected one, or a name that is free")
    option.benchmark_storage = str(root)
    config.stash[_COMPARE], option.benchmark_compare = option.benchmark_compare, None
    config.stash[_STORAGE] = HistoryStorage(Store(root))


def install(session: Any, measuring: bool) -> None:
    """Put the history in the place of pytest-benchmark's storage; recover what dead sessions left.

    Raises pytest.UsageError where the store can't be written or there is no baseline: before anything is measured.
    """
    config, benchmarks = session.config, session.config._benchmarksession
    storage = benchmarks.storage = config.stash[_STORAGE]
    benchmarks.save_json = partial(_save_json, storage, benchmarks.json)
    if not measuring or config.option.collectonly:
        return
    # Asking the processor costs half a second; pytest-benchmark would ask again for each thing it writes.
    machine_info = benchmarks.get_machine_info()
    benchmarks.get_machine_info = lambda: machine_info
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    try:
        said = recover(storage.store)
        if config.stash[_COMPARE]:
            storage.baselines, more = choose_baselines(storage.store, config.stash[_COMPARE], lambda: _now(config))
            said += more
            benchmarks.compare = bool(storage.baselines)
        if config.option.benchmark_compare_fail and not storage.baselines:
            raise BadReference(f"--benchmark-compare-fail: {'; '.join(said)}")
        benchmarks.handle_loading()
    except SuiteError as error:
        raise pytest.UsageError(str(error)) from None
    for line in said if reporter else ():
        reporter.write_line(line)


def open_journal(session: Any) -> None:
    """Have the session's header on disk before its first case. Raises pytest.UsageError."""
    config = session.config
    storage = config.stash[_STORAGE]
    try:
        storage.journal = Journal(storage.store, _header(config), config.stash[LEDGER].session)
    except SuiteError as error:
        raise pytest.UsageError(str(error)) from None


def costs_before(config: Any) -> dict[str, float]:
    """By case name, what it cost in the newest runs like this one; nothing where the history can't be read."""
    if _COSTS not in config.stash:
        config.stash[_COSTS] = {}
        with suppress(SuiteError), closing(Index(config.stash[_STORAGE].store)) as index:
            config.stash[_COSTS] = costs(index, bars_key(bars(_now(config))))
    found: dict[str, float] = config.stash[_COSTS]
    return found


def _header(config: Any) -> dict[str, Any]:
    """The run file as it would be saved now, without cases."""
    benchmarks = config._benchmarksession
    if _COMMIT_INFO not in config.stash:  # git is asked several things
        config.stash[_COMMIT_INFO] = config.hook.pytest_benchmark_generate_commit_info(config=config)
    document = config.hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=[],
        include_data=True,
        machine_info=benchmarks.get_machine_info(),
        commit_info=config.stash[_COMMIT_INFO],
    )
    config.hook.pytest_benchmark_update_json(config=config, benchmarks=[], output_json=document)
    return plain(document)


def _now(config: Any) -> Run:
    """What this session's run will be, without cases."""
    return parse_run(_header(config), "this session")


def keep_journal(session: Any, nodeid: str) -> None:
    """Have a case that has just ended on disk; stop the session where that can't be done."""
    config = session.config
    storage, ledger = config.stash[_STORAGE], config.stash[LEDGER]
    written = True
    if nodeid in ledger.passed:
        done = next((it for it in reversed(config._benchmarksession.benchmarks) if it.fullname == nodeid), None)
        if done is not None and not done.has_error:
            written = storage.finished(done.as_dict(include_data=True))
    elif nodeid in ledger.failed:
        written = storage.failed(nodeid, ledger.failed[nodeid])
    if not written:
        session.shouldstop = "what is measured can't be stored"


def _save_json(storage: HistoryStorage, file: Any, document: dict[str, Any]) -> None:
    """`--benchmark-json`, in pytest-benchmark's place: its own would take the saved run down with it."""
    try:
        save_json(file, document)
    except SuiteError as error:
        storage.troubles.append(f"--benchmark-json was not written: {error}")


def outcome(session: Any) -> list[str]:
    """What the user has to know of the saved run; sets the session's exit code where something went wrong."""
    config = session.config
    storage, benchmarks = config.stash[_STORAGE], config._benchmarksession
    said = []
    if benchmarks.performance_regressions:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        said += _rejected(storage, [f"{name}: {fail}" for name, fail in benchmarks.performance_regressions])
    storage.close()
    if storage.troubles:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif storage.saved:
        said.append(f"saved as {_shown(storage.saved)}")
    return said + [f"ERROR: {trouble}" for trouble in storage.troubles]


def _rejected(storage: HistoryStorage, regressions: list[str]) -> list[str]:
    if storage.saved is None:
        return []
    reference = storage.saved.relative_to(storage.store.root).as_posix()
    try:
        reject(storage.store, reference, f"--benchmark-compare-fail: {regressions[0]}"[:200])
    except SuiteError as error:
        storage.troubles.append(f"the run could not be marked rejected: {error}")
    return [f"{storage.saved.stem} is marked rejected: it will not be a baseline unless it is pinned"]


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
