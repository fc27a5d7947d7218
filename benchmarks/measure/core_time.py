"""How long this thread waited for a core: what tells a busy machine from tasks that wait or take long."""

from pathlib import Path

# CPU time, time on a run queue, and number of time slices (Documentation/scheduler/sched-stats.rst); in nanoseconds.
_STATISTICS = Path("/proc/thread-self/schedstat")


def waited_for_core_s() -> float | None:
    """Return the seconds that this thread was ready to run and had no core; None where the system does not say."""
    try:
        _, waited_ns, _ = map(int, _STATISTICS.read_text().split())
    except (OSError, ValueError):
        return None
    return waited_ns / 1e9


def since(before_s: float | None) -> float | None:
    """Return the seconds of waiting for a core since `waited_for_core_s` returned `before_s`."""
    now_s = waited_for_core_s()
    return None if before_s is None or now_s is None else now_s - before_s
