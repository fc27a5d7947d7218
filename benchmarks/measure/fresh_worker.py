"""What a task costs a worker that has just been started: the import of its module, and its peak memory."""

import multiprocessing
import os
import pickle
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.backends.joblib_pool import discard_loky
from benchmarks.grid import JOBLIB_BACKENDS, backend_of
from benchmarks.measure.call import Call

# So many tasks are run, evenly spread over all, of about so much work in all.
_MOST_TASKS, _MOST_S = 8, 1.0

# A worker that has not answered by then is given up: this is no reason to fail.
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class FreshWorker:
    """What a fresh worker of loky took to import the task's module, in time and memory, and what its tasks then added.

    `importing` are the backends whose workers import: forked ones and threads need not.
    """

    import_s: float
    import_bytes: float
    peak_bytes: float
    importing: tuple[str, ...]


def fresh_worker(call: Call, task_s: float) -> FreshWorker | None:
    """Run some tasks of about `task_s` seconds in a fresh worker; None if that is not possible."""
    from joblib.externals.loky import get_reusable_executor

    count = min(len(call.arguments), _MOST_TASKS, max(1, int(_MOST_S / max(task_s, 1e-9))))
    arguments = [call.arguments[number * len(call.arguments) // count] for number in range(count)]
    try:
        task = pickle.dumps(call.task)
        discard_loky()
        future = get_reusable_executor(max_workers=1).submit(run_fresh, task, arguments)
        import_s, import_bytes, peak_bytes = future.result(timeout=_PATIENCE_S)
    except Exception:  # what can't be sent, or a worker that died: the tasks can be measured all the same
        return None
    finally:
        discard_loky()
    return FreshWorker(import_s, import_bytes, peak_bytes, importing_backends())


def run_fresh(task: bytes, arguments: Sequence[Any]) -> tuple[float, float, float]:
    """Return the seconds and bytes for unpickling a task, which imports its module, and the bytes that it then adds."""
    before, began = peak_rss_bytes(), time.perf_counter()
    function = pickle.loads(task)  # noqa: S301 - our own pickle
    import_s, imported = time.perf_counter() - began, peak_rss_bytes()
    for argument in arguments:
        function(argument)
    return import_s, float(imported - before), float(peak_rss_bytes() - imported)


def importing_backends() -> tuple[str, ...]:
    """Return those of joblib's backends whose workers begin without the modules of their parent."""
    method = os.environ.get("JOBLIB_START_METHOD", "").strip() or multiprocessing.get_start_method()
    processes = [name for name in JOBLIB_BACKENDS if backend_of(name).workers == "processes"]
    return tuple(name for name in processes if backend_of(name).reusable_executor or method != "fork")


def peak_rss_bytes() -> int:
    """Return the peak of this process's resident memory.

    Linux's `ru_maxrss` begins with that of the process that forked this one, so the high-water mark is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
