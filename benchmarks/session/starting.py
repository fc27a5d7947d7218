"""How a session starts: its options become its state, or several fresh processes measure in its place."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cores import usable_cores
from benchmarks.errors import BadOption
from benchmarks.grid import ENGINES
from benchmarks.measure.instructions import InstructionCounter, NotCounting
from benchmarks.measure.profiling import CallProfiler
from benchmarks.measure.resources import Meter
from benchmarks.options import SELECTING
from benchmarks.session.engines import engine_pools, engines_of_module
from benchmarks.session.failures import EachFaultOnce
from benchmarks.session.importing import add_path
from benchmarks.session.ledger import Ledger
from benchmarks.session.options import Settings, count, read_settings, refuse_unwritable, refuse_workers
from benchmarks.session.plan import read_plan
from benchmarks.session.recording import read_history
from benchmarks.session.sample import in_short_calls
from benchmarks.session.state import SuiteSession, keep_session
from benchmarks.session.workload import read_workload

ROOT = Path(__file__).parents[2]


def begin_session(config: Any) -> SuiteSession:
    """Read the options and keep the session's state. Raises pytest.UsageError if an option is invalid."""
    try:
        session = _read_options(config)
    except BadOption as error:
        raise pytest.UsageError(str(error)) from None
    keep_session(config, session)
    config.pluginmanager.register(EachFaultOnce(session.ledger.failed, session.settings.backends))
    if session.meter is not None:
        config.add_cleanup(session.meter.close)
    if session.settings.measuring:
        _save_by_default(config.option)
    else:
        config.option.benchmark_disable = True
    return session


def _read_options(config: Any) -> SuiteSession:
    option = config.getoption
    if (path := option("workload_path")) is not None:
        add_path(path, installed_first=option("profile") == "gate")
    own_engines = engines_of_module(option("backend_module"))
    settings = read_settings(option, lambda name: _backend_exists(name, own_engines))
    if settings.measuring:
        _refuse_tracer()
    refuse_unwritable("--benchmark-json", option("benchmark_json"))
    workload = read_workload(option, settings)
    if workload is not None and option("short_calls"):
        workload = in_short_calls(workload, usable_cores())
    meter = _read_resources(settings)
    engines = engine_pools(option, settings.backends, own_engines)
    storage, compare = read_history(config.option)
    if not hasattr(config, "workerinput"):
        refuse_workers(settings.measuring, option("numprocesses", None), option("dist", "no"))
    return SuiteSession(
        settings=replace(settings, tasks=workload.tasks) if workload else settings,
        workload=workload,
        engines=engines,
        plan=read_plan(option("plan"), option("in_turns")),
        meter=meter,
        counter=_read_counter(option("count_instructions")),
        profiler=CallProfiler() if option("profile_calls") else None,
        storage=storage,
        compare=compare,
        ledger=Ledger(selection=_selection(config)),
    )


def _refuse_tracer() -> None:
    """Raise BadOption if a tracer, a profiler or a monitoring tool slows this process, but not its workers."""
    hooks = [hook for hook in (sys.gettrace(), sys.getprofile()) if hook is not None]
    tools = [str(getattr(hook, "__module__", None) or type(hook).__module__) for hook in hooks]
    if monitoring := getattr(sys, "monitoring", None):  # since Python 3.12
        tools += filter(None, map(monitoring.get_tool, range(6)))
    if tools:
        raise BadOption(
            f"a tracer, profiler or debugger is active ({', '.join(tools)}), which slows the plain loop and not the"
            " workers; measure without it (with pytest-cov: --no-cov)"
        )


def _backend_exists(name: str, own_engines: Mapping[str, str]) -> bool:
    """Whether the name is one of an engine, or of a backend that somebody has registered with joblib."""
    if name in ENGINES or name in own_engines:
        return True
    from joblib.parallel import BACKENDS

    return name in BACKENDS


def _read_resources(settings: Settings) -> Meter | None:
    """Return what measures the session's resources, None without --resources. Raises BadOption if it can't work."""
    if not (settings.resources and settings.measuring):
        return None
    if find_spec("psutil") is None:
        raise BadOption("--resources needs psutil: install it, or use `tox run -e bench`")
    if find_spec("resource") is None:
        raise BadOption("--resources needs a POSIX system, whose kernel counts what a process uses")
    return Meter()


def _read_counter(prefix: str | None) -> InstructionCounter | None:
    """Return what counts the instructions of calls; None unless a gate asks for it. Raises BadOption if it can't."""
    try:
        return InstructionCounter(prefix) if prefix else None
    except (NotCounting, OSError) as error:
        raise BadOption(f"--count-instructions: {error}") from None


def _save_by_default(options: Any) -> None:
    """Have pytest-benchmark save the run, raw rounds included, under its own name unless the user gave one."""
    from pytest_benchmark.utils import get_tag

    if not options.benchmark_save:
        with contextlib.chdir(ROOT):
            tag = get_tag()  # type: ignore[no-untyped-call]
        options.benchmark_autosave = options.benchmark_autosave or re.sub("^([0-9a-f]{10})[0-9a-f]{30}", r"\1", tag)
    options.benchmark_save_data = True


def commit_of_checkout(config: Any) -> dict[str, Any]:
    """Return what pytest-benchmark says of a commit, for the checkout with this suite, wherever pytest was started."""
    from pytest_benchmark.utils import get_commit_info

    with contextlib.chdir(ROOT):
        info: dict[str, Any] = get_commit_info(config.getoption("benchmark_project_name", None))  # type: ignore[no-untyped-call]
    return info


def _selection(config: Any) -> dict[str, Any]:
    """Return the options and paths by which the user selected cases; empty if the profile alone selected them."""
    options = vars(config.option)
    chosen = {flag: options[name] for name, flag in SELECTING.items() if options.get(name)}
    if config.args_source == config.ArgsSource.ARGS:
        chosen["paths"] = list(config.args)
    return chosen


def repeat(config: Any) -> int:
    """Run this session `--repeat` times, each in a fresh process, and return the highest exit code.

    A failed case does not stop the repetition; what stops a session (Ctrl-C, a signal, an invalid option) does.
    """
    try:
        times = count("--repeat", config.option.repeat, default=1, most=1000)
    except BadOption as error:
        raise pytest.UsageError(str(error)) from None
    worst = 0
    for number in range(1, times + 1):
        sys.stdout.write(f"session {number} of {times}\n")
        sys.stdout.flush()
        # The last --repeat counts.
        command = [sys.executable, "-m", "pytest", *config.invocation_params.args, "--repeat="]
        done = subprocess.run(command, cwd=config.invocation_params.dir, check=False)  # noqa: S603 - this very command
        worst = max(worst, done.returncode if done.returncode >= 0 else 128 - done.returncode)
        if worst > 1:
            break
    return worst
