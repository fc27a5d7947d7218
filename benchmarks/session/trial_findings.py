"""What a trial says of the session to come: what can't be measured, what would make it possible, and remarks."""

import math
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.cores import usable_cores
from benchmarks.errors import BadOption
from benchmarks.session.options import Settings
from benchmarks.session.own_grid import CALLS_AS_THE_USER, CALLS_BESIDE_ROUNDS
from benchmarks.session.trial_messages import TrialResult
from benchmarks.session.workload import Workload
from benchmarks.text.formatting import counted, duration

# A suggested limit allows a case so many times what its calls should take.
_MARGIN = 1.5


def refuse_long_loop(result: TrialResult, workload: Workload, settings: Settings) -> None:
    """Raise BadOption if the plain loop's own case would be cut off."""
    calls = _calls(settings) + (CALLS_AS_THE_USER if result.inner_threads else 0)
    if result.loop_s * calls > settings.case_timeout_s:
        said = f"the plain loop takes {duration(result.loop_s)}, and its case runs it {calls} times"
        raise BadOption(f"{said}; {ways(result.loop_s / workload.tasks, workload.tasks, settings)}")


def refuse_inner_threads(result: TrialResult, settings: Settings) -> None:
    """Raise BadOption if the number of inner threads is to be varied, and the task has none."""
    if settings.inner_threads and not result.inner_threads:
        raise BadOption(
            "--inner-threads: nothing to vary, because in the plain loop it computed in no threads of a library that"
            " threadpoolctl knows; leave the option out"
        )


def no_grid(why: str, task_s: float, settings: Settings) -> str:
    """Say that not even the smallest grid of tasks of so many seconds fits two minutes, and what can be measured."""
    tasks = max(2, usable_cores())
    case_s = _MARGIN * task_s * tasks * _calls(replace(settings, rounds=1))
    way = f"measure a few of them, with more time: --tasks {tasks} --rounds 1 --case-timeout {math.ceil(case_s)}"
    return f"{why}, so that no grid fits two minutes; {way}"


def _calls(settings: Settings) -> int:
    """Return how many times the plain loop's own case runs it: rounds, warm-ups, and the calls beside them."""
    return settings.rounds + settings.warmups + CALLS_BESIDE_ROUNDS


def ways(task_s: float, tasks: int, settings: Settings) -> str:
    """Name the options with which tasks of so many seconds can be measured.

    A session whose time is limited measures them for a recommendation, which can do without.
    """
    if settings.within_s is not None:
        return f"describe such tasks instead of measuring them (--task-time {task_s:.3f}s --tasks N)"
    case_s = _MARGIN * task_s * _calls(settings)
    fewer = int(settings.case_timeout_s / case_s)
    way = f"measure {counted(fewer, 'task')} (--tasks {fewer}), or " if fewer else ""
    return f"{way}allow a case more time (--case-timeout {math.ceil(case_s * tasks)})"


def remarks(result: TrialResult, workload: Workload) -> list[str]:
    """Return what the user has to know of the function before it is measured."""
    said = []
    if result.workers:
        said.append(
            f"{workload.name} starts threads or processes itself ({result.workers} in two plain loops): no speed-up of"
            " it is a fair comparison, because joblib's workers limit them and the loop does not"
        )
    elif result.programs:
        said.append(
            f"{workload.name} runs other programs ({result.programs} in two plain loops), in the loop and in workers"
            " alike: if these use several cores themselves, less is to be gained than the number of workers"
        )
    if result.inner_threads:
        said.append(_with_inner_threads(result.inner_threads, workload))
    if result.first_task_s:
        said.append(
            f"a task of {workload.name} takes {duration(result.first_task_s)} in the first plain loop and"
            f" {duration(result.task_s)} in the second: it remembers something, such as its results or a file, and"
            " what is measured are calls after the first; for the others, give the function beneath the cache"
        )
    said += caveats(result, workload)
    if result.warnings:
        said.append(f"{workload.name} warns {counted(result.warnings, 'time')}; the first: {result.first_warning}")
    return said


def caveats(result: TrialResult, workload: Workload) -> list[str]:
    """Return those of the remarks that say of which calls a recommendation holds."""
    said = []
    if result.unseen_threads:
        said.append(
            f"{workload.name} computes in threads that can't be limited from outside: either it sets their number"
            " itself, or a library does that threadpoolctl does not know and that has one thread here unless you set"
            " its variable, such as NUMBA_NUM_THREADS or NUMEXPR_NUM_THREADS"
        )
    if result.changed_argument:
        said.append(
            f"the first call of {workload.name} changes its arguments ({result.changed_argument}), and later ones do"
            " not: what is measured are calls with changed arguments; for others, let the task work on a copy"
        )
    return said


def _with_inner_threads(threads: Mapping[str, int], workload: Workload) -> str:
    listed = " and ".join(f"{count} threads of {name}" for name, count in threads.items())
    return (
        f"{workload.name} computes in {listed}: a worker of joblib gets one here unless you set the library's variable,"
        " and the plain loop is timed with one and as you run it"
    )
