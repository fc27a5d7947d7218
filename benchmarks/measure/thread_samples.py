"""What the other threads of this process do during a call: joblib dispatches most batches from callback threads.

The standard library's profiler sees one thread. A sampler looks at the rest: each look counts for the time since the
one before, because a busy thread that holds the GIL lets nobody look for a while.
"""

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType

_INTERVAL_S = 0.001
_SWITCH_S = 0.00005

# A thread whose innermost function is one of these, in the standard library, is waiting.
_WAITING = frozenset(
    {
        "wait",
        "select",
        "poll",
        "_recv",
        "_recv_bytes",
        "recv_bytes",
        "_poll",
        "get",
        "acquire",
        "join",
        "accept",
        "read",
    }
    | {"_wait_for_tstate_lock", "_worker", "_handle_tasks", "_handle_results", "_handle_workers", "worker", "_feed"}
)


class ThreadSampler:
    """Counts the seconds that other threads than the calling one spend working, during blocks of `working`.

    `own_s` holds them by the code of the innermost function, `callers` by that of its caller.
    """

    def __init__(self) -> None:
        self.own_s: dict[CodeType, float] = defaultdict(float)
        self.callers: dict[CodeType, dict[CodeType, float]] = defaultdict(lambda: defaultdict(float))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Look at the other threads for the length of the block."""
        ended = threading.Event()
        thread = threading.Thread(target=self._sample, args=(threading.get_ident(), ended), daemon=True)
        interval_s = sys.getswitchinterval()
        # Otherwise a thread would be seen only where it lets go of the GIL by itself, which is where it waits.
        sys.setswitchinterval(_SWITCH_S)
        thread.start()
        try:
            yield
        finally:
            sys.setswitchinterval(interval_s)
            ended.set()
            thread.join()

    def _sample(self, calling: int, ended: threading.Event) -> None:
        left_out = {calling, threading.get_ident()}
        last_s = time.perf_counter()
        while not ended.wait(_INTERVAL_S):
            now_s = time.perf_counter()
            for ident, frame in sys._current_frames().items():
                if ident not in left_out and not _is_waiting(frame):
                    self._add(frame, now_s - last_s)
            last_s = now_s

    def _add(self, frame: FrameType, seconds: float) -> None:
        self.own_s[frame.f_code] += seconds
        if frame.f_back is not None:
            self.callers[frame.f_code][frame.f_back.f_code] += seconds


def _is_waiting(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name in _WAITING and "site-packages" not in code.co_filename
