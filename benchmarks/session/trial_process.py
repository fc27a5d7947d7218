"""The process of a trial: `python -m benchmarks.session.trial_process`, with a TrialRequest on its standard input."""

import contextlib
import mmap
import resource
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.measure.call import Call, TaskFailed, WrongResult, compare, described
from benchmarks.measure.gil import holds_gil
from benchmarks.measure.sameness import Incomparable
from benchmarks.session.side_effects import observed
from benchmarks.session.trial_faults import (
    argument_digests,
    changed_argument,
    harm,
    hint,
    not_awaited,
    not_computed,
    process_state,
    refusal_of_change,
    used_up,
)
from benchmarks.session.trial_messages import TrialRequest, TrialResult
from benchmarks.session.workload import own_workload
from benchmarks.text.printable import visible
from benchmarks.workloads.inner_threads import limited, settle, thread_counts

# Tasks compute in threads of a library's if these use more than this share of their CPU time. Less than so many seconds
# may lie between the readings of two clocks.
_USED, _LEAST_USED_S = 0.05, 1e-3

# The share for tasks that run other programs: they use little CPU time themselves, and a thread may wait for a program.
_USED_BESIDE_PROGRAMS = 0.3

# Tasks wait if they use less than this share of the time, and give up the processor in more than this share of tasks.
_BUSY = 0.5

# Tasks remember something if the median one is so many times as fast in a second loop, and took this long in the first.
# A task or two may have been slow because they were the first.
_REMEMBERS, _LEAST_REMEMBERED_S = 10.0, 20e-6
_FEW, _LEAST_OF_FEW_S = 2, 10e-3

# Whether longer tasks hold the GIL is not looked at: a trial should end soon.
_LONG_TASK_S = 1.0


class _Followed(Sequence[Any]):
    """Arguments that count in shared memory how many were begun, for the parent of a process that dies or hangs."""

    def __init__(self, arguments: Sequence[Any], position: mmap.mmap) -> None:
        self._arguments, self._position, self._begun = arguments, position, 0
        self._times: list[float] = []

    def __iter__(self) -> Iterator[Any]:
        self._times = [time.perf_counter()]
        for argument in self._arguments:
            self._begun += 1
            self._position[:8] = self._begun.to_bytes(8, sys.byteorder)
            yield argument
            self._times.append(time.perf_counter())

    @property
    def lengths_s(self) -> list[float]:
        """The seconds that each task of the last loop took."""
        return [after - before for before, after in pairwise(self._times)]

    def __getitem__(self, index: Any) -> Any:
        return self._arguments[index]

    def __len__(self) -> int:
        return len(self._arguments)


@dataclass(frozen=True)
class _Loop:
    """A plain loop: its time, its results, and the share of its CPU time that other threads than the caller's used.

    `waits` says that most of the time was spent waiting, as for a disk or a server, and not for a busy processor.
    `task_s` is the time of the median task, 0 if it is not known.
    """

    seconds: float
    results: list[Any]
    elsewhere: float
    waits: bool = False
    task_s: float = 0.0


def try_call(call: Call) -> TrialResult:
    """Run a call's plain loop twice and return what is to be known before it is measured."""
    # Those of a pool that the task's module made when it was imported.
    others = threading.active_count() - 1
    with observed() as effects:
        # A library's threads spin for a while after the import that started them.
        settle()
        before, state = argument_digests(call.arguments), process_state()
        error, loop, first_task_s = _fault(call)
        error = error or harm(state)
        result = TrialResult(error, loop.seconds, effects.workers)
        result.warnings, result.first_warning = effects.warnings, effects.first_warning
        # An import may start a program once.
        result.programs = effects.programs if effects.programs >= len(call.arguments) else 0
        result.waits = loop.waits and not effects.workers
        result.changed_argument = None if error else changed_argument(call, before)
        least_s = _LEAST_OF_FEW_S if len(call.arguments) <= _FEW else _LEAST_REMEMBERED_S
        if first_task_s > max(least_s, _REMEMBERS * loop.task_s):
            result.first_task_s, result.task_s = first_task_s, loop.task_s
        used = _USED_BESIDE_PROGRAMS if result.programs else _USED
        if error is None and not effects.workers and loop.elsewhere > used:
            _note_inner_threads(result, call, loop)
            if result.unseen_threads and others:
                result.workers, result.unseen_threads = others, False
        elif error is None and not effects.workers and not others and not loop.waits and loop.task_s < _LONG_TASK_S:
            # The tasks have run twice; what they raise now, the measurement reports.
            with contextlib.suppress(Exception, SystemExit):
                result.holds_gil = holds_gil(call)
    return result


def _fault(call: Call) -> tuple[str | None, _Loop, float]:
    """Return why the call can't be measured, None if it can; the faster loop; and the first loop's `task_s`.

    That is 0 if the tasks compute in threads of a library: then it says nothing of what they remember.
    """
    first = _Loop(0.0, [], 0.0)
    try:
        first = _timed(call)
        if reason := not_awaited(call, first.results) or not_computed(first.results):
            return reason, first, 0.0
        # A task may prepare its argument once; a second change shows that no two calls do the same work.
        before = argument_digests(call.arguments)
        second = _timed(call)
        if changed := changed_argument(call, before):
            return refusal_of_change(changed), first, 0.0
        compare(second.results, first.results, call.tolerance)
    except WrongResult as error:
        return used_up(call.arguments) or f"{call.confirmation}: {error}", first, 0.0
    except TaskFailed as error:
        return f"{error}{hint(error, had_succeeded=bool(first.results))}", first, 0.0
    except Incomparable as error:
        return str(error), first, 0.0
    except BaseException as error:
        # This process has nobody else to interrupt it: the task has raised a KeyboardInterrupt, a CancelledError, ...
        return f"the task raised {described(error)} in the plain loop", first, 0.0
    # Threads that wait for each other on a busy machine may take many times as long once as another time.
    first_task_s = first.task_s if first.elsewhere <= _USED else 0.0
    return None, min(first, second, key=lambda loop: loop.seconds), first_task_s


def _timed(call: Call) -> _Loop:
    began, cpu_s, own_s, programs_s = time.perf_counter(), time.process_time(), time.thread_time(), _ended_programs_s()
    waits = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    results = call.loop_results()
    waits = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - waits
    cpu_s, own_s = time.process_time() - cpu_s, time.thread_time() - own_s
    programs_s = _ended_programs_s() - programs_s
    seconds = time.perf_counter() - began
    # A process that has to leave the processor to others does not give it up by itself.
    waiting = cpu_s + programs_s < _BUSY * seconds and waits > _BUSY * len(results)
    lengths_s = call.arguments.lengths_s if isinstance(call.arguments, _Followed) else []
    task_s = median(lengths_s) if lengths_s else 0.0
    elsewhere = 1 - own_s / cpu_s if cpu_s - own_s > _LEAST_USED_S else 0.0
    return _Loop(seconds, results, elsewhere, waiting, task_s)


def _ended_programs_s() -> float:
    """Return the CPU seconds of the processes that this one has started and that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _note_inner_threads(result: TrialResult, call: Call, loop: _Loop) -> None:
    """Note the libraries in whose threads the tasks compute, and whether the results are the same with one thread.

    That a library is loaded says nothing: joblib imports numpy. It counts if less is computed elsewhere without it.
    """
    counts = {name: count for name, count in thread_counts().items() if count > 1}
    try:
        with limited(dict.fromkeys(counts, 1)):
            settle()
            alone = _timed(call)
    except TaskFailed as error:
        result.error = str(error)
        return
    result.unseen_threads = alone.elsewhere > _USED
    if alone.elsewhere > loop.elsewhere / 2:
        return
    result.inner_threads, result.loop_s = counts, max(result.loop_s, alone.seconds)
    try:
        compare(alone.results, loop.results, call.tolerance)
    except WrongResult as error:
        result.error = (
            f"the results depend on the number of threads in {', '.join(counts)}; allow for rounding with"
            f" --tolerance 1e-9: {error}"
        )


def main() -> None:
    """Read the request, try the call, and write the result."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=TrialRequest)
    workload = own_workload(request.workload, request.task_args, request.tolerance, request.tasks)
    with Path(request.position).open("r+b") as file, mmap.mmap(file.fileno(), 8) as position:
        call = workload.call()
        followed = _Followed(call.arguments, position)
        result = try_call(replace(call, arguments=followed))
        result.lengths_s = followed.lengths_s
    result.error = visible(result.error) if result.error else None
    result.changed_argument = visible(result.changed_argument) if result.changed_argument else None
    result.first_warning = visible(result.first_warning)
    writing = Path(f"{request.result}.writing")
    writing.write_bytes(msgspec.json.encode(result))
    writing.replace(request.result)


if __name__ == "__main__":
    main()
