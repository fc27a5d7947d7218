"""The sampler: a process that samples the memory of its parent's process tree while the parent makes a call.

It is a process because a thread would have to wait for the GIL, and could not observe a task that holds it. It imports
none of our modules.
"""

import contextlib
import json
import os
import select
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass

import psutil

# The pause between two samples is as long as a sample takes, so that at most half a core is used, but at least this.
_SHORTEST_PAUSE_S = 2e-3

# Kinds of memory, best first: only a proportional share (PSS) may be added up over processes that share pages.
KINDS = ("pss", "uss", "rss")


@dataclass
class Observed:
    """The memory, processes and threads of a process tree over several samples.

    `kind` is the kind of memory that this system tells. `start_bytes` is the sum over the tree in the first sample,
    `peak_bytes` the largest sum, and `children_bytes` the part of the largest sum that is not the root's. `processes`
    and `threads` are the largest counts, `samples` is the number of samples.
    """

    kind: str = "rss"
    start_bytes: int = 0
    peak_bytes: int = 0
    children_bytes: int = 0
    processes: int = 0
    threads: int = 0
    samples: int = 0

    def sample(self, root: psutil.Process, ignored: Collection[int]) -> None:
        """Take one more sample of the tree below `root`, except for the processes in `ignored` (pids)."""
        sizes, threads = [], 0
        for process in tree(root, ignored):
            try:
                with process.oneshot():
                    self.kind, size = memory_of(process)
                    threads += process.num_threads()
                    sizes.append(size)
            except psutil.Error:
                continue  # the process has ended, or is ending
        total = sum(sizes)
        if not self.samples:
            self.start_bytes = total
        if total > self.peak_bytes:
            self.peak_bytes, self.children_bytes = total, total - sizes[0]
        self.processes, self.threads = max(self.processes, len(sizes)), max(self.threads, threads)
        self.samples += 1


def tree(root: psutil.Process, ignored: Collection[int]) -> list[psutil.Process]:
    """Return a process, then its descendants except for those in `ignored` (pids)."""
    return [root, *(child for child in root.children(recursive=True) if child.pid not in ignored)]


def memory_of(process: psutil.Process) -> tuple[str, int]:
    """Return the best kind of memory that the system tells of a process, and its bytes. Raises psutil.Error."""
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return "rss", process.memory_info().rss
    kind = next(kind for kind in KINDS if hasattr(full, kind))
    return kind, getattr(full, kind)


def watch(
    root: psutil.Process, ignored: Collection[int], done: Callable[[float], bool], begin: Callable[[], None]
) -> Observed:
    """Sample until `done` returns true, and return what was observed.

    `done` waits for at most the seconds that it is given. `begin` is called after the first sample.
    """
    observed = Observed()
    observed.sample(root, ignored)
    begin()
    pause_s = _SHORTEST_PAUSE_S
    while not done(pause_s):
        began = time.perf_counter()
        observed.sample(root, ignored)
        pause_s = max(_SHORTEST_PAUSE_S, time.perf_counter() - began)
    # One more, for memory that was allocated since the last sample and is still held.
    observed.sample(root, ignored)
    return observed


def main() -> None:
    """Answer the parent: a line with the pids to ignore starts the sampling, the next line ends it.

    Each line is answered by one line of JSON: `{}` once the first sample is taken, then the observed values.
    """
    root, own_pid = psutil.Process(os.getppid()), os.getpid()

    def send(answer: object) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    for line in iter(sys.stdin.readline, ""):
        ignored = {own_pid, *json.loads(line)}
        observed = watch(
            root, ignored, lambda pause_s: bool(select.select([sys.stdin], [], [], pause_s)[0]), lambda: send({})
        )
        if not sys.stdin.readline():
            break
        send(asdict(observed))


if __name__ == "__main__":
    # The parent is gone: there is nobody to report to.
    with contextlib.suppress(psutil.NoSuchProcess, BrokenPipeError):
        main()
