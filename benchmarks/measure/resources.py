"""`--resources`: what one more call, which is not timed, needs beside time."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure.children import OWN

# Run as a program, never imported here: collecting does not pay for psutil.
_SAMPLER = Path(__file__).with_name("sampler.py")


class SamplerDied(Exception):
    """The process that watches memory has ended."""


class Meter:
    """Measures calls, each by itself. Its sampler is started with the first of them and waits between them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def measure(self, call: Callable[[], object], pipes: bool) -> dict[str, Any]:
        """Make a call, and say what its process tree needed: see docs/resources.md for the keys.

        `pipes` says that workers are told their tasks through pipes, so that what they read and write is what was sent.
        """
        from benchmarks.measure.counters import counters

        self._started()
        try:
            self._say(json.dumps(sorted(OWN)))
            self._answer()
            before, began = counters(OWN), time.perf_counter()
            call()
            wall_s, after = time.perf_counter() - began, counters(OWN)
            self._say("")
            seen = self._answer()
        except BaseException:
            # What it still has to say belongs to no call.
            self.close()
            raise
        kind = seen["kind"]
        used = {
            "memory": kind,
            f"peak_{kind}_bytes": seen["peak_bytes"],
            f"start_{kind}_bytes": seen["start_bytes"],
            f"children_{kind}_bytes": seen["children_bytes"],
            "cpu_s": after.cpu_s - before.cpu_s,
            "wall_s": wall_s,
            "processes": seen["processes"],
            "threads": seen["threads"],
            "voluntary_switches": after.voluntary - before.voluntary,
            "involuntary_switches": after.involuntary - before.involuntary,
            "samples": seen["samples"],
        }
        # Of workers that were there before and after: a new one reads its own program as well.
        stayed = before.moved.keys() & after.moved.keys()
        if pipes and stayed and len(after.moved) == len(stayed) == seen["processes"] - 1:
            used["to_workers_bytes"] = sum(after.moved[pid][0] - before.moved[pid][0] for pid in stayed)
            used["from_workers_bytes"] = sum(after.moved[pid][1] - before.moved[pid][1] for pid in stayed)
        return used

    def close(self) -> None:
        """End the sampler."""
        if self._process is not None:
            OWN.discard(self._process.pid)
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            # -P: the folder of that file is no place to import from. A Ctrl-C is for the session, which ends it.
            self._process = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-P", str(_SAMPLER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            OWN.add(self._process.pid)
        return self._process

    def _say(self, line: str) -> None:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        except OSError:
            raise self._died() from None

    def _answer(self) -> dict[str, Any]:
        process = self._started()
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise self._died()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> SamplerDied:
        self.close()
        return SamplerDied("the process that watches memory has ended; run again, or leave --resources out")
