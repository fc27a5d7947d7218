"""A session's ends: what is kept of it, how it reacts to being ended, and what it must not wait for."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from types import FrameType
from typing import Any

import pytest

from benchmarks.errors import BadOption
from benchmarks.measure.deadline import hurry_up
from benchmarks.session.ledger import Ledger
from benchmarks.session.options import count

LEDGER = pytest.StashKey[Ledger]()
PROGRESS = pytest.StashKey[Any]()

# What makes a session run fewer cases than its profile has, or others, or the same ones with another work.
_SELECTS = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "backends": "--backends",
    "n_jobs": "--n-jobs",
    "batch_sizes": "--batch-sizes",
    "shard": "--shard",
    "workload": "--workload",
    "task_args": "--task-args",
    "workload_path": "--workload-path",
    "tolerance": "--tolerance",
}


def save_by_default(options: Any) -> None:
    """Have pytest-benchmark save the run under its own name, raw rounds included, unless the user named it."""
    from pytest_benchmark.utils import get_tag

    if not options.benchmark_save:
        tag = get_tag()  # type: ignore[no-untyped-call]
        options.benchmark_autosave = options.benchmark_autosave or re.sub("^([0-9a-f]{10})[0-9a-f]{30}", r"\1", tag)
    options.benchmark_save_data = True


def selection(config: Any) -> dict[str, Any]:
    """The options and paths by which the user chose cases; empty where the profile alone did."""
    options = vars(config.option)
    chosen = {name: options[option] for option, name in _SELECTS.items() if options.get(option)}
    if config.args_source == config.ArgsSource.ARGS:
        chosen["paths"] = list(config.args)
    return chosen


def repeat(config: Any) -> int:
    """Run this very session `--repeat` times, each in a process of its own; the worst exit code.

    What stops a session (Ctrl-C, a signal, a bad option) stops the repetition, a failed case does not.
    """
    try:
        times = count("--repeat", config.option.repeat, default=1, most=1000)
    except BadOption as bad:
        raise pytest.UsageError(str(bad)) from None
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


def keep_finished(benchmarks: list[Any], ledger: Ledger) -> None:
    """Drop from pytest-benchmark's list what has no number: failed, wrong, cut off or interrupted cases."""
    benchmarks[:] = [bench for bench in benchmarks if bench.fullname in ledger.passed and not bench.has_error]


def is_case(item: Any) -> bool:
    """Whether a collected item is a case of the suite and not a unit test."""
    return "measure" in getattr(item, "fixturenames", ())


def reason(report: Any) -> str:
    """Why a report failed or was skipped, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    lines = str(text).strip().removeprefix("Skipped: ").splitlines()
    return lines[0] if lines else str(report.outcome)


# Failures whose message says all there is to say; a traceback through joblib would only bury it.
_SPEAK_FOR_THEMSELVES = {"WrongResult", "CaseTimeout", "WorkerDied", "TerminatedWorkerError", "BrokenProcessPool"}
_SPEAK_FOR_THEMSELVES |= {"TaskFailed", "NotPicklable", "Incomparable", "EngineTrouble", "NoEngine", "HostFailed"}


def shorten(report: Any, error: BaseException) -> None:
    """Have a failed case reported by its message alone, where that is enough."""
    if type(error).__name__ in _SPEAK_FOR_THEMSELVES:
        report.longrepr = f"{type(error).__name__}: {error}"


def shuffled(items: Iterable[Any], seed: int) -> list[Any]:
    """The cases among `items` in random order, in the places where cases were; everything else stays."""
    import random

    items = list(items)
    places = [index for index, item in enumerate(items) if is_case(item)]
    cases = [items[index] for index in places]
    random.Random(seed).shuffle(cases)
    for index, case in zip(places, cases, strict=True):
        items[index] = case
    return items


def end_in_order_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the session as Ctrl-C does: what was measured is saved, no worker is left behind."""

    def end(signum: int, frame: FrameType | None) -> None:
        hurry_up()
        pytest.exit(f"ended by {signal.Signals(signum).name}", returncode=128 + signum)

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError):
                signal.signal(getattr(signal, name), end)


def leave_now(exit_status: int) -> None:
    """End the process without joining its threads: a hung thread would never be joined."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)
