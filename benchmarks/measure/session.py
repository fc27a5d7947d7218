"""A session's ends: what is kept of it, how it reacts to being ended, and what it must not wait for."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable
from types import FrameType
from typing import Any

import pytest

from benchmarks.measure.ledger import Ledger


def save_by_default(options: Any) -> None:
    """Have pytest-benchmark save the run under its own name, raw rounds included, unless the user named it."""
    from pytest_benchmark.utils import get_tag

    if not options.benchmark_save:
        options.benchmark_autosave = options.benchmark_autosave or get_tag()  # type: ignore[no-untyped-call]
    options.benchmark_save_data = True


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
