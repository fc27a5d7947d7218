"""`--resources`: the memory, CPU time and switches of one more call, which is not timed."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.subprocesses import SUITE_PROCESSES

if TYPE_CHECKING:
    from benchmarks.measure.counters import Counters

# The sampler is run as a program and not imported, so that collecting tests need not import psutil.
_SAMPLER = Path(__file__).with_name("sampler.py")


class SamplerDied(Exception):
    """The sampler's process has ended unexpectedly."""


class Meter:
    """Measures the resources of single calls. The sampler starts with the first call and waits between calls."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def measure(self, call: Callable[[], object], pipes: bool) -> dict[str, Any]:
        """Make a call and return what its process tree used; docs/resources.md lists the keys.

        `pipes` says that tasks reach the workers through pipes, so that the bytes that the workers read and wrote are
        those of tasks and results. Raises SamplerDied, or what the call raises.
        """
        from benchmarks.measure.counters import counters

        self._sampler()
        try:
            self._send(json.dumps(sorted(SUITE_PROCESSES)))
            self._receive()
            before, began = counters(SUITE_PROCESSES), time.perf_counter()
            call()
            wall_s, after = time.perf_counter() - began, counters(SUITE_PROCESSES)
            self._send("")
            observed = self._receive()
        except BaseException:
            # The sampler's pending answer would be read as that of the next call.
            self.close()
            raise
        kind = observed["kind"]
        resources = {
            "memory": kind,
            f"peak_{kind}_bytes": observed["peak_bytes"],
            f"start_{kind}_bytes": observed["start_bytes"],
            f"children_{kind}_bytes": observed["children_bytes"],
            "cpu_s": after.cpu_s - before.cpu_s,
            "wall_s": wall_s,
            "processes": observed["processes"],
            "threads": observed["threads"],
            "voluntary_switches": after.voluntary - before.voluntary,
            "involuntary_switches": after.involuntary - before.involuntary,
            "samples": observed["samples"],
        }
        workers = _same_workers(before, after) if pipes else set()
        if workers and len(workers) == observed["processes"] - 1:
            sizes = [(before.transferred[pid], after.transferred[pid]) for pid in workers]
            resources["to_workers_bytes"] = sum(read_after - read for (read, _), (read_after, _) in sizes)
            resources["from_workers_bytes"] = sum(written_after - written for (_, written), (_, written_after) in sizes)
        return resources

    def close(self) -> None:
        """End the sampler, if there is one."""
        if self._process is not None:
            SUITE_PROCESSES.discard(self._process.pid)
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _sampler(self) -> "subprocess.Popen[str]":
        """Return the sampler's process; start it if there is none."""
        if self._process is None:
            # -P keeps the file's folder off sys.path. Ctrl-C does not reach a new session; `close` ends the sampler.
            self._process = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-P", str(_SAMPLER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            SUITE_PROCESSES.add(self._process.pid)
        return self._process

    def _send(self, line: str) -> None:
        process = self._sampler()
        assert process.stdin is not None
        try:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        except OSError:
            raise self._died() from None

    def _receive(self) -> dict[str, Any]:
        process = self._sampler()
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise self._died()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> SamplerDied:
        self.close()
        return SamplerDied("the process that samples memory has ended: run again, or leave out --resources")


def _same_workers(before: "Counters", after: "Counters") -> set[int]:
    """Return the pids of all workers, empty unless they are the same before and after the call.

    A worker that starts during a call reads its own program as well, so that its bytes say nothing about tasks.
    """
    same = before.transferred.keys() & after.transferred.keys()
    return set(same) if len(after.transferred) == len(same) else set()
