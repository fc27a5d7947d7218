"""What the session and all processes below it have used so far: counters, read before and after a call."""

import contextlib
import resource
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measure.sampler import tree

# The clock of another process's CPU time, see clock_getcpuclockid(3) and linux/posix-timers.h: in nanoseconds, where
# /proc counts in hundredths of a second.
_CPU_CLOCK = 2


@dataclass(frozen=True)
class Counters:
    """Sums over a process tree; `cpu_s` and the switches include descendants that have ended and were waited for.

    `moved` are bytes read and written so far by each process below the root, by pid; what can't be had is left out.
    """

    cpu_s: float
    voluntary: int
    involuntary: int
    moved: Mapping[int, tuple[int, int]]


def counters(ignored: Collection[int]) -> Counters:
    """The counters of this process's tree, now."""
    below = tree(psutil.Process(), ignored)[1:]
    cpu_s, voluntary, involuntary = _own()
    moved = {}
    for process in below:
        with contextlib.suppress(psutil.Error, OSError):
            cpu_s += _cpu_s(process)
            switched = _switches(process)
            voluntary, involuntary = voluntary + switched[0], involuntary + switched[1]
            moved[process.pid] = _moved(process)
    return Counters(cpu_s, voluntary, involuntary, {pid: both for pid, both in moved.items() if both is not None})


def _own() -> tuple[float, int, int]:
    """Those of the calling process, its ended threads, and its ended children."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = time.process_time() + ended.ru_utime + ended.ru_stime
    return cpu_s, own.ru_nvcsw + ended.ru_nvcsw, own.ru_nivcsw + ended.ru_nivcsw


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    if sys.platform == "linux":
        return time.clock_gettime((~process.pid << 3) | _CPU_CLOCK) + ended
    return times.user + times.system + ended


def _switches(process: psutil.Process) -> tuple[int, int]:
    """Voluntary and involuntary switches of all threads; psutil tells those of the first thread."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.exists():
        told = process.num_ctx_switches()
        return told.voluntary, told.involuntary
    found = [0, 0]
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):
            for line in (task / "status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name.endswith("voluntary_ctxt_switches"):
                    found[name.startswith("non")] += int(value)
    return found[0], found[1]


def _moved(process: psutil.Process) -> tuple[int, int] | None:
    """Bytes that a process has read and written, pipes included; None where it is not told."""
    try:
        told = process.io_counters()
    except (psutil.Error, AttributeError):
        return None
    return (told.read_chars, told.write_chars) if hasattr(told, "read_chars") else None
