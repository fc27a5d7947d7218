"""What a user's task does beside returning results: workers and programs that it starts, and warnings."""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.measure.call import shortened

# What Python reports when a process is started: https://docs.python.org/3/library/audit_events.html.
_FORKS, _PROGRAMS = {"os.fork", "os.forkpty"}, {"subprocess.Popen", "os.posix_spawn", "os.system"}


@dataclass
class SideEffects:
    """How many threads and processes, and how many other programs were started; warnings, and the first of these.

    joblib can limit workers of its own inside a task, but no program.
    """

    workers: int = 0
    programs: int = 0
    warnings: int = 0
    first_warning: str = ""


@contextmanager
def observed() -> Iterator[SideEffects]:
    """Count what is started and the warnings that are raised in the block, in a process that ends soon."""
    effects, watching = SideEffects(), True
    start, start_process = threading.Thread.start, BaseProcess.start

    def audit(event: str, args: tuple[object, ...]) -> None:
        if watching:
            effects.workers += event in _FORKS
            effects.programs += event in _PROGRAMS

    def start_counted(thread: threading.Thread) -> None:
        # asyncio waits in a thread for the end of a program, which is counted itself.
        target = getattr(thread, "_target", None)
        effects.workers += getattr(target, "__module__", None) != "asyncio.unix_events"
        start(thread)

    def start_process_counted(process: BaseProcess) -> None:
        before = effects.workers
        start_process(process)
        # Python does not report a process that multiprocessing spawns.
        effects.workers = max(effects.workers, before + 1)

    def show(message: Any, category: type[Warning], filename: str, lineno: int, *more: Any) -> None:
        effects.warnings += 1
        where = f"{Path(filename).name}, line {lineno}"
        effects.first_warning = effects.first_warning or f"{category.__name__}: {shortened(str(message))} ({where})"

    sys.addaudithook(audit)
    # Python reports no threads before 3.12. The process ends soon, so nothing is put back.
    setattr(threading.Thread, "start", start_counted)  # noqa: B010 - a method can't be assigned for mypy
    setattr(BaseProcess, "start", start_process_counted)  # noqa: B010 - the same
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        setattr(warnings, "showwarning", show)  # noqa: B010 - nor can a function of fewer parameters
        yield effects
    watching = False
