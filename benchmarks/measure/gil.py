"""Whether tasks hold the GIL: then threads can't run them faster than a loop does, whatever a busy machine's times say.

Times can't tell on a busy machine, and neither can the CPU time of two threads. But a thread that waits for the GIL
gets it before the interpreter's switch interval has passed only if its holder lets go of it.
"""

import sys
import threading
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from benchmarks.machine import gil_enabled
from benchmarks.measure.call import Call

# Longer than a sample, so that no task is made to let go of the GIL, and short enough to end a wait for another thread.
_INTERVAL_S = 5.0

# So much of the tasks is looked at: on a machine with ten busy programs, the other thread misses short moments without
# the GIL in 15 % of cases within 0.1 s. In less than the second number, it may not have been awake yet.
_ENOUGH_S, _LEAST_S = 0.5, 0.01


def holds_gil(call: Call) -> bool:
    """Return whether the tasks hold the GIL all the time, as far as some of them show; False if they may not.

    Raises what a task raises.
    """
    if not gil_enabled():
        return False
    looks, ended, interval_s = [0], False, sys.getswitchinterval()

    def look() -> None:
        while not ended:
            looks[0] += 1
            time.sleep(0)

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    sys.setswitchinterval(_INTERVAL_S)
    try:
        let_go, seconds = _run(call, looks)
    finally:
        ended = True
        sys.setswitchinterval(interval_s)
        looker.join()
    return not let_go and seconds > _LEAST_S


def _run(call: Call, looks: list[int]) -> tuple[bool, float]:
    """Run tasks until one lets go of the GIL or enough are known; return whether one did, and the seconds they took."""
    # The looker has to wait for the GIL before the first task begins.
    time.sleep(0.001)
    before, began = looks[0], time.perf_counter()
    for argument in cycle(_spread(call.arguments[:])):
        call.task(argument)
        seconds = time.perf_counter() - began
        if looks[0] != before or seconds > _ENOUGH_S:
            break
    return looks[0] != before, seconds


def _spread(arguments: Sequence[Any]) -> list[Any]:
    """Return the arguments in another order: the first, the last, and those between: they may be sorted by length."""
    count = len(arguments)
    return [arguments[number // 2 if number % 2 == 0 else count - 1 - number // 2] for number in range(count)]
