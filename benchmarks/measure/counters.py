"""Counters of what the session and its descendants have used so far, read before and after a call."""

import contextlib
import resource
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measure.sampler import tree

# Selects the CPU-time clock of another process, see clock_getcpuclockid(3) and linux/posix-timers.h. It counts in
# nanoseconds; /proc counts in hundredths of a second.
_CPU_CLOCK = 2


@dataclass(frozen=True)
class Counters:
    """Sums over a process tree; `cpu_s` and the switches include descendants that have ended and were waited for.

    `transferred` maps the pid of each process below the root to the bytes that it has read and written so far. It lacks
    processes of which the system doesn't tell that.
    """

    cpu_s: float
    voluntary: int
    involuntary: int
    transferred: Mapping[int, tuple[int, int]]


def counters(ignored: Collection[int]) -> Counters:
    """Read the counters of this process and its descendants, except those in `ignored` (pids)."""
    descendants = tree(psutil.Process(), ignored)[1:]
    cpu_s, voluntary, involuntary = _own()
    transferred = {}
    for process in descendants:
        with contextlib.suppress(psutil.Error, OSError):
            cpu_s += _cpu_s(process)
            switches = _switches(process)
            voluntary, involuntary = voluntary + switches[0], involuntary + switches[1]
            if (sizes := _transferred(process)) is not None:
                transferred[process.pid] = sizes
    return Counters(cpu_s, voluntary, involuntary, transferred)


def _own() -> tuple[float, int, int]:
    """Return CPU seconds, voluntary and involuntary switches of this process and of its children that have ended."""
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
    """Return the voluntary and involuntary switches of all threads; psutil counts those of the first thread only."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.exists():
        first_thread = process.num_ctx_switches()
        return first_thread.voluntary, first_thread.involuntary
    switches = [0, 0]
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):
            for line in (task / "status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name.endswith("voluntary_ctxt_switches"):
                    switches[name.startswith("non")] += int(value)
    return switches[0], switches[1]


def _transferred(process: psutil.Process) -> tuple[int, int] | None:
    """Return the bytes that a process has read and written, pipes included; None if the system doesn't tell."""
    try:
        counts = process.io_counters()
    except (psutil.Error, AttributeError):
        return None
    return (counts.read_chars, counts.write_chars) if hasattr(counts, "read_chars") else None
