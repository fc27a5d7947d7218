"""The plain loop beside a case: pinned, as its workers are, and as the user runs it, with threads inside the tasks."""

from typing import Any

from benchmarks.measure.call import Call
from benchmarks.measure.core_time import since, waited_for_core_s
from benchmarks.workloads.inner_threads import limited, settle, thread_counts


class LoopsBeside:
    """The times of the plain loop just before and just after a case, so that a speed-up compares the same minute."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._waited_s: list[float | None] = []
        self._pinned_s = [self._time_pinned()]
        self._pinned_counts = _counts_of(call)
        self._own_s: list[float] = []
        self._own_counts: dict[str, int] = {}
        self._time_own()

    @property
    def first_s(self) -> float:
        """The seconds of the loop just before the case."""
        return self._pinned_s[0]

    def finish(self) -> dict[str, Any]:
        """Time the loops after the case, and return all of them for the run file."""
        # In the other order: a machine that changes its speed steadily changes both alike.
        self._time_own()
        self._pinned_s.append(self._time_pinned())
        # How long the loop had no core although it was ready: something else ran then.
        waited = {} if None in self._waited_s else {"loop_waited_s": self._waited_s}
        if not self._call.inner_threads:
            return {"loop_s": self._pinned_s, **waited}
        own = {"own_loop_s": self._own_s, "own_loop_threads": self._own_counts} if self._own_s else {}
        return {"loop_s": self._pinned_s, "loop_threads": self._pinned_counts, **waited, **own}

    def _time_pinned(self) -> float:
        """Return the time of the loop as it is in the workers."""
        before_s = waited_for_core_s()
        seconds = self._call.loop_s()
        self._waited_s.append(since(before_s))
        return seconds

    def _time_own(self) -> None:
        """Time the loop with the thread counts of the user, if these are others than the pinned ones."""
        if self._call.inner_threads == self._pinned_counts:
            return
        with limited(self._call.inner_threads):
            self._own_counts = _counts_of(self._call)
            self._own_s.append(self._call.loop_s())
        settle()


def _counts_of(call: Call) -> dict[str, int]:
    """Return the threads that the call's libraries have now in this process."""
    if not call.inner_threads:
        return {}
    return {name: count for name, count in thread_counts().items() if name in call.inner_threads}
