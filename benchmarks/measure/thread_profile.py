"""What the thread that makes a call does during it: how often it calls each function, and how long it is in each.

The standard library's cProfile can't tell since Python 3.12: it listens to all threads at once and takes their calls
for those of its own. Beside a busy thread, it says that a sleep of 100 ms took 0.1 ms. `sys.setprofile`, on which the
standard library's `profile` is built as well, hears one thread only.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

# A function: its code, or the name of one that is written in C.
Function = CodeType | str


@dataclass
class Cost:
    """What a function cost: how often it was called, its own seconds, and these by caller."""

    calls: int = 0
    own_s: float = 0.0
    callers_s: dict[Function, float] = field(default_factory=lambda: defaultdict(float))


class ThreadProfile:
    """Counts the calls and seconds of one thread's functions during a call; `costs` holds them.

    The time that profiling itself takes is left out, as far as Python can see it.
    """

    def __init__(self) -> None:
        self.costs: dict[Function, Cost] = defaultdict(Cost)
        # The functions that are being called, outermost first, with their own seconds so far.
        self._open: list[tuple[Function, list[float]]] = []
        self._since_s = 0.0

    def profile(self, call: Callable[[], object]) -> None:
        """Make the call, and listen to this thread until it ends."""
        self._since_s = time.perf_counter()
        sys.setprofile(self._hear)
        try:
            call()
        finally:
            sys.setprofile(None)
            self._open.clear()

    def _hear(self, frame: FrameType, event: str, arg: Any) -> None:
        now_s = time.perf_counter()
        if self._open:
            self._open[-1][1][0] += now_s - self._since_s
        if event == "call":
            self._open.append((frame.f_code, [0.0]))
        elif event == "c_call":
            self._open.append((_name_of_builtin(arg), [0.0]))
        elif self._open:  # empty: the end of what was called before this thread was listened to
            self._close()
        self._since_s = time.perf_counter()

    def _close(self) -> None:
        function, (own_s,) = self._open.pop()
        cost = self.costs[function]
        cost.calls += 1
        cost.own_s += own_s
        if self._open:
            cost.callers_s[self._open[-1][0]] += own_s


def _name_of_builtin(function: Callable[..., object]) -> str:
    """Return a name such as `time.sleep` or `_thread.lock.acquire`. It keeps no object alive, as the function would."""
    module = getattr(function, "__module__", None) or type(getattr(function, "__self__", None)).__module__
    name = getattr(function, "__qualname__", repr(type(function)))
    return name if module == "builtins" else f"{module}.{name}"
