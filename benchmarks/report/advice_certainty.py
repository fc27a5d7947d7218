"""What a recommendation says that holds even if the measurement was disturbed."""

import math

from benchmarks.advise.certainty import Certainty
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.text.formatting import counted, duration


def certain(certainty: Certainty, profile: TaskProfile) -> str:
    """Return what holds even if the measurement was disturbed."""
    if certainty.loop_is_best:
        return "What is certain: the plain loop is best; no pool can run these tasks faster."
    if certainty.processes_pay_from_s is None:
        processes = "whether processes pay off is not known"
    else:
        processes = f"processes pay off from about {_about(certainty.processes_pay_from_s)} per task"
    threads = "threads may pay off as well" if certainty.threads_can_pay else "threads do not"
    return f"What is certain with {counted(profile.tasks, 'task')}: {processes}; {threads}."


def _about(seconds: float) -> str:
    """Round a time up to the next 1, 2 or 5, such as `5 ms`."""
    step = 10.0 ** math.floor(math.log10(seconds))
    rounded = next(step * digit for digit in (1, 2, 5, 10) if step * digit >= seconds * (1 - 1e-9))
    value, unit = duration(rounded).split()
    return f"{float(value):g} {unit}"
