"""What a recommendation says that holds even if the measurement was disturbed."""

import math

from benchmarks.advise.certainty import Certainty
from benchmarks.advise.task_profile import TaskProfile
from benchmarks.text.formatting import duration


def certain(certainty: Certainty, profile: TaskProfile) -> str:
    """Return what holds even if the measurement was disturbed, as the first line of the answer."""
    if certainty.loop_is_best:
        return "Best, for certain: the plain loop. No pool can run these tasks faster."
    threads = "threads may, too" if certainty.threads_can_pay else "threads do not"
    if certainty.processes_pay_from_s is None:
        return f"No best is named: it is not known whether processes pay off with these tasks; {threads}."
    least, yours = _about(certainty.processes_pay_from_s), duration(profile.task_s)
    return f"No best is named, but processes certainly pay off from {least} per task (yours take {yours}); {threads}."


def _about(seconds: float) -> str:
    """Round a time up to the next 1, 2 or 5, such as `5 ms`."""
    step = 10.0 ** math.floor(math.log10(seconds))
    rounded = next(step * digit for digit in (1, 2, 5, 10) if step * digit >= seconds * (1 - 1e-9))
    value, unit = duration(rounded).split()
    return f"{float(value):g} {unit}"
