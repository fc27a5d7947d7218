"""A user's own function before it is measured: the trial of its plain loop, and the grid that suits it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.cores import usable_cores
from benchmarks.errors import BadOption
from benchmarks.grid import BATCH_SIZES, JOBLIB_BACKENDS, N_JOBS
from benchmarks.options import DEFAULT_PROFILE
from benchmarks.session.options import Settings
from benchmarks.session.own_grid import Asked, Function, OwnGrid, own_grid
from benchmarks.session.progress import line_writer
from benchmarks.session.sample import enough, lengths_of_all
from benchmarks.session.state import SuiteSession, suite_session
from benchmarks.session.trial import CutOff, run_trial
from benchmarks.session.trial_findings import caveats, no_grid, refuse_inner_threads, refuse_long_loop, remarks
from benchmarks.session.trial_messages import TrialResult
from benchmarks.session.workload import Workload, evenly
from benchmarks.text.folding import fold
from benchmarks.text.formatting import counted, duration
from benchmarks.workloads.built_in import BUILT_IN

# A trial of a default grid, which may have fewer tasks, is cut off early unless the user has set a limit.
_FIRST_TRIAL_S = 20.0


def prepare_own_function(config: Any) -> None:
    """Try the session's workload if it is the user's own, and choose its grid unless the user selected cases.

    Raises pytest.UsageError if it can't be measured. Nothing is tried for a gate, where a task that fails in head is
    a result and no invalid option.
    """
    session = suite_session(config)
    workload, settings = session.workload, session.settings
    if workload is None or workload.name in BUILT_IN or settings.profile == "gate" or not settings.measuring:
        return
    tell = _teller(config, settings)
    tell(f"trying {workload.name} in a plain loop first: {counted(workload.tasks, 'task')}")
    try:
        result = _tried(config, session, tell)
        refuse_inner_threads(result, settings)
    except BadOption as error:
        # Otherwise pytest-benchmark would warn that there is nothing to save.
        config._benchmarksession.disabled = True
        raise pytest.UsageError(f"--workload {workload.name!r}: {error}") from None
    for remark in remarks(result, workload):
        tell(remark)
    assert session.workload is not None
    session.workload = replace(
        session.workload,
        confirmed=True,
        own_workers=result.workers,
        programs=result.programs,
        waits=result.waits,
        holds_gil=result.holds_gil,
        inner_threads=result.inner_threads,
        faster_again=result.faster_again,
        caveats=tuple(caveats(result, workload)),
    )
    if result.warnings and not config.option.pythonwarnings:
        config.addinivalue_line("filterwarnings", "ignore")


def _teller(config: Any, settings: Settings) -> Callable[[str], None]:
    """Return what shows the user a sentence in lines that fit; nothing does if progress is quiet."""
    reporter = None if settings.quiet_progress else config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return lambda text: None

    write_line = line_writer(reporter)

    def tell(text: str) -> None:
        for line in fold(text):
            write_line(line)

    return tell


def _tried(config: Any, session: SuiteSession, tell: Callable[[str], None]) -> TrialResult:
    """Return what the trial found, after the session has the grid that suits it. Raises BadOption."""
    workload, settings, task_args = session.workload, session.settings, config.getoption("task_args")
    assert workload is not None
    if settings.within_s is not None:
        return _tried_within(session, task_args, settings.within_s)
    if not _takes_default_grid(session):
        result = run_trial(workload, task_args, settings, 2 * settings.case_timeout_s)
        refuse_long_loop(result, workload, settings)
        return result
    asked = _asked(config, settings)
    patient = asked.tasks is not None or config.getoption("case_timeout") is not None
    limit_s = 2 * settings.case_timeout_s if patient else _FIRST_TRIAL_S
    tried, result = _trial_in_time(workload, task_args, settings, asked, limit_s)
    function = Function(result.lengths_s, result.waits, bool(result.inner_threads), bool(result.workers))
    grid = own_grid(function, asked, usable_cores())
    if grid is None:
        task_s = result.loop_s / tried.tasks
        raise BadOption(no_grid(f"a task takes about {duration(task_s)}", task_s, settings))
    _use(session, tried, grid)
    for line in _described(grid, workload.tasks, result.loop_s / tried.tasks, asked):
        tell(line)
    result.loop_s = function.loop_s(grid.tasks)
    refuse_long_loop(result, replace(tried, tasks=grid.tasks), session.settings)
    return result


def _tried_within(session: SuiteSession, task_args: str, within_s: float) -> TrialResult:
    """Return what the trial found, after the session has only tasks that it has time for. Raises BadOption."""
    workload, settings = session.workload, session.settings
    assert workload is not None
    try:
        result = run_trial(workload, task_args, settings, _FIRST_TRIAL_S)
        lengths_s, tasks = result.lengths_s, enough(Function(result.lengths_s), within_s)
    except CutOff as cut_off:
        if not cut_off.done:
            raise
        tasks = enough(Function([cut_off.task_s] * workload.tasks), within_s)
        result = run_trial(replace(workload, tasks=tasks), task_args, settings, _FIRST_TRIAL_S)
        lengths_s = lengths_of_all(result.lengths_s, workload.tasks)
    if tasks < workload.tasks:
        session.workload = replace(workload, tasks=tasks, all_lengths_s=lengths_s)
        result.loop_s = sum(evenly(lengths_s, tasks))
    refuse_long_loop(result, replace(workload, tasks=tasks), settings)
    return result


def _trial_in_time(
    workload: Workload, task_args: str, settings: Settings, asked: Asked, first_limit_s: float
) -> tuple[Workload, TrialResult]:
    """Try a workload, with fewer tasks if all of them take too long, and return what was tried. Raises BadOption."""
    try:
        return workload, run_trial(workload, task_args, settings, first_limit_s)
    except CutOff as cut_off:
        if asked.tasks is not None:
            raise
        function = Function([cut_off.task_s] * workload.tasks)
        grid = own_grid(function, asked, usable_cores()) if cut_off.done else None
        if grid is None:
            raise BadOption(no_grid(cut_off.said, cut_off.task_s, settings)) from None
        fewer = replace(workload, tasks=grid.tasks)
        return fewer, run_trial(fewer, task_args, settings, 2 * settings.case_timeout_s)


def _takes_default_grid(session: SuiteSession) -> bool:
    """Return whether the user left it to the suite which cases to measure, and how."""
    chosen = session.ledger.selection.keys() & {"paths", "-k", "-m", "--deselect", "--shard"}
    return session.settings.profile == DEFAULT_PROFILE and not chosen and not session.plan.cases


def _asked(config: Any, settings: Settings) -> Asked:
    option = config.getoption
    return Asked(
        backends=settings.backends if option("backends") else None,
        n_jobs=settings.n_jobs if option("n_jobs") else None,
        batch_sizes=settings.batch_sizes if option("batch_sizes") else None,
        tasks=settings.tasks if option("tasks") else None,
        rounds=settings.rounds if option("rounds") else None,
        inner_threads=settings.inner_threads,
    )


def _use(session: SuiteSession, workload: Workload, grid: OwnGrid) -> None:
    """Give the session a grid."""
    session.own_grid = grid.cases
    session.workload = replace(workload, tasks=grid.tasks)
    session.settings = replace(
        session.settings,
        backends=grid.backends,
        n_jobs=grid.n_jobs,
        batch_sizes=grid.batch_sizes,
        tasks=grid.tasks,
        rounds=grid.rounds,
    )


def _described(grid: OwnGrid, all_tasks: int, task_s: float, asked: Asked) -> list[str]:
    """Say what is measured, what is left out, and how to ask for it."""
    said = f"measuring {counted(len(grid.cases), 'case')}, which should take {_at_most(grid.seconds)}"
    if grid.tasks < all_tasks:
        said += f", with {grid.tasks} of {all_tasks} tasks, which take {duration(task_s)} each"
        said += f" (all of them: --tasks {all_tasks}; as many in every session: --tasks {grid.tasks})"
    axes = [] if asked.backends else [f"--backends {','.join(JOBLIB_BACKENDS)}"]
    axes += [] if asked.n_jobs else [f"--n-jobs {_listed(N_JOBS)}"]
    axes += [] if asked.batch_sizes else [f"--batch-sizes {_listed(BATCH_SIZES)}"]
    more = [f"for the whole grid, add {' '.join(axes)}"] if axes else []
    return [said, "; ".join([*more, "for the start-up and micro-cases too, add benchmarks/suite"])]


def _at_most(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"at most {minutes} minutes" if minutes > 1 else "less than a minute"


def _listed(values: Sequence[object]) -> str:
    return ",".join(map(str, values))
