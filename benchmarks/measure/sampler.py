"""The sampler: a process of its own that watches what its parent's process tree holds, between two words of the parent.

A process, because a thread would wait for the GIL, and see nothing of a task that holds it. It imports nothing of ours.
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

# Between two looks: as short as a look takes, so that at most half a core is used, and no shorter than this.
_LEAST_PAUSE_S = 2e-3

# What is read of memory, best first: only a proportional share (PSS) may be added up over processes that share pages.
KINDS = ("pss", "uss", "rss")


@dataclass
class Seen:
    """What a tree held: bytes by the kind of memory that this system tells, counts, and the most of each so far.

    `children_bytes` is what all but the root held when the sum was largest; `samples` is how many looks there were.
    """

    kind: str = "rss"
    start_bytes: int = 0
    peak_bytes: int = 0
    children_bytes: int = 0
    processes: int = 0
    threads: int = 0
    samples: int = 0

    def look(self, root: psutil.Process, ignored: Collection[int]) -> None:
        """Take one more look at the tree below `root`."""
        held, threads = [], 0
        for process in tree(root, ignored):
            try:
                with process.oneshot():
                    self.kind, size = memory_of(process)
                    threads += process.num_threads()
                    held.append(size)
            except psutil.Error:
                continue  # it has ended, or is ending
        total = sum(held)
        if not self.samples:
            self.start_bytes = total
        if total > self.peak_bytes:
            self.peak_bytes, self.children_bytes = total, total - held[0]
        self.processes, self.threads = max(self.processes, len(held)), max(self.threads, threads)
        self.samples += 1


def tree(root: psutil.Process, ignored: Collection[int]) -> list[psutil.Process]:
    """A process and its descendants, itself first."""
    return [root, *(child for child in root.children(recursive=True) if child.pid not in ignored)]


def memory_of(process: psutil.Process) -> tuple[str, int]:
    """The best kind of memory that is told of a process, and its bytes. Raises psutil.Error."""
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return "rss", process.memory_info().rss
    kind = next(kind for kind in KINDS if hasattr(full, kind))
    return kind, getattr(full, kind)


def watch(
    root: psutil.Process, ignored: Collection[int], done: Callable[[float], bool], begin: Callable[[], None]
) -> Seen:
    """Look until `done`, which waits for at most so many seconds, is true; `begin` is told after the first look."""
    seen = Seen()
    seen.look(root, ignored)
    begin()
    pause = _LEAST_PAUSE_S
    while not done(pause):
        began = time.perf_counter()
        seen.look(root, ignored)
        pause = max(_LEAST_PAUSE_S, time.perf_counter() - began)
    # What the call has left behind, and what came between two looks and stayed.
    seen.look(root, ignored)
    return seen


def main() -> None:
    """A line in (pids to be ignored) begins a watch, the next one ends it; answers are lines of JSON."""
    root, own = psutil.Process(os.getppid()), os.getpid()

    def say(answer: object) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    for line in iter(sys.stdin.readline, ""):
        ignored = {own, *json.loads(line)}
        seen = watch(root, ignored, lambda pause: bool(select.select([sys.stdin], [], [], pause)[0]), lambda: say({}))
        if not sys.stdin.readline():
            break
        say(asdict(seen))


if __name__ == "__main__":
    # Whose session is gone has nobody to tell.
    with contextlib.suppress(psutil.NoSuchProcess, BrokenPipeError):
        main()
