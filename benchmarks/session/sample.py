"""Fewer tasks of the user's function that stand for all of them, where a session has no time for all."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from benchmarks.session.own_grid import Function
from benchmarks.session.workload import Workload, evenly

# The plain loops and calls of the cases that measure a function for a recommendation: ten of the plain loop's case,
# eight of the two threads', and three with each of two numbers of inner threads.
_CALLS = 24

# Fewer tasks than this are not shared out evenly.
_FEWEST = 4

# A short call takes about so many seconds, and has so many tasks per core at the least. So many tasks are timed first,
# unless they take longer than that.
_SHORT_CALL_S, _TASKS_PER_CORE = 0.1, 2
_TIMED_TASKS, _TIMING_S = 16, 0.5


def enough(function: Function, within_s: float) -> int:
    """Return how many tasks to measure: all, half of them and so on, until their calls take at most `within_s` seconds.

    Numbers of tasks that do not stand for all of them (`Function.is_like`) are skipped. If none of the others fits, it
    is the smallest of them.
    """
    enough_tasks = tasks = function.tasks
    while function.loop_s(enough_tasks) * _CALLS > within_s and tasks // 2 >= _FEWEST:
        tasks //= 2
        enough_tasks = tasks if function.is_like(tasks) else enough_tasks
    return enough_tasks


def lengths_of_all(lengths_s: Sequence[float], tasks: int) -> list[float]:
    """Return the lengths of all tasks if those of evenly chosen ones are known: each stands for its neighbours."""
    return [lengths_s[number * len(lengths_s) // tasks] for number in range(tasks)]


def all_over_sample(lengths_s: Sequence[float], tasks: int) -> float:
    """Return the mean length of all tasks over that of so many evenly chosen ones."""
    return fmean(lengths_s) / fmean(evenly(lengths_s, tasks))


def in_short_calls(workload: Workload, cores: int) -> Workload:
    """Return the workload with as many tasks as a short call has, at most all.

    A gate's calls are shorter still; to choose their sizes, it need not wait for all tasks in every case.
    """
    arguments = evenly(workload.arguments, min(_TIMED_TASKS, workload.tasks))
    done, began = 0, time.perf_counter()
    # What a task raises, its case reports.
    with contextlib.suppress(Exception):
        for argument in arguments:
            workload.task(argument)
            done += 1
            if time.perf_counter() - began > _TIMING_S:
                break
    if not done:
        return workload
    task_s = (time.perf_counter() - began) / done
    return replace(workload, tasks=min(workload.tasks, max(_TASKS_PER_CORE * cores, round(_SHORT_CALL_S / task_s))))
