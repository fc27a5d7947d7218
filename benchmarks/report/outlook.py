"""What a run's own costs say of other calls, in sentences: the notebook, and from which task length a pool pays."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.advise.session_costs import Outlook, outlook
from benchmarks.profiles import NOTEBOOK_BATCH_SIZE, NOTEBOOK_N_JOBS, PROFILES
from benchmarks.report.contenders import Machine
from benchmarks.text.formatting import counted, duration, factor

# Beyond this noise (standard deviation of logarithms) an interval ends at three times its beginning.
_MOST_NOISE = 0.3


def expectations(benchmarks: Sequence[Mapping[str, Any]], machine: Machine) -> list[str]:
    """Return what to expect of the notebook and of other task lengths; nothing if the run lacks a case for that."""
    return sentences(outlook_of(benchmarks, machine))


def outlook_of(benchmarks: Sequence[Mapping[str, Any]], machine: Machine) -> Outlook | None:
    """Return what a run's own costs say of other calls; None if it lacks a case for that, or its number of cores."""
    if machine.cores is None:
        return None
    return outlook(benchmarks, math.ceil(machine.cores), machine.cores, machine.gil)


def is_calm(known: Outlook) -> bool:
    """Return whether the times varied so little that an expectation means something."""
    return known.noise <= _MOST_NOISE


def sentences(known: Outlook | None) -> list[str]:
    """Return what to expect of the notebook and of other task lengths, or that the machine was too busy to know."""
    if known is None:
        return []
    if not is_calm(known):
        return [
            "No prediction for the notebook: the machine was busy, and times varied too much. `tox run -e"
            " bench-notebook` measures it."
        ]
    return [_notebook(known), _break_even(known)]


def _notebook(known: Outlook) -> str:
    tasks = counted(PROFILES["notebook"].tasks, "task")
    each = [
        f"{duration(prediction.time_s)} with {prediction.case.backend} ({duration(prediction.lo_s)} to"
        f" {duration(prediction.hi_s)}; {factor(known.loop_s / prediction.time_s)})"
        for prediction in known.notebook
    ]
    return (
        f"The notebook itself ({tasks}, n_jobs={NOTEBOOK_N_JOBS}, batch_size={NOTEBOOK_BATCH_SIZE}) should take "
        f"{', '.join(each)}, and {duration(known.loop_s)} as a plain loop; the intervals are for 90 %."
    )


def _break_even(known: Outlook) -> str:
    pays = [
        f"{backend} from {duration(task_s)} per task" if task_s is not None else f"{backend} never"
        for backend, task_s in known.break_even_s.items()
    ]
    return (
        f"Faster than the plain loop with {counted(known.grid.tasks, 'task')} and n_jobs={NOTEBOOK_N_JOBS}, "
        f"the pool's start included: {', '.join(pays)}."
    )
