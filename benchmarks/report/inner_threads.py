"""What a run says of threads inside its tasks: how many there were, and with which plain loop cases are compared."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.report.measured import MeasuredCase
from benchmarks.text.formatting import counted, duration


def inner_threads(cases: Sequence[MeasuredCase]) -> list[str]:
    """Return sentences on the threads of numeric libraries inside the tasks; none if the tasks have none."""
    both = [case for case in cases if case.facts.get("own_loop_s") and case.facts.get("own_loop_threads")]
    if not both:
        return []
    own_s, pinned_s = (fmean(fmean(case.facts[name]) for case in both) for name in ("own_loop_s", "loop_s"))
    own, pinned = (_threads(both[0].facts.get(name)) for name in ("own_loop_threads", "loop_threads"))
    better = "former" if own_s < pinned_s else "latter"
    return [
        f"The tasks compute in threads of a numeric library. The plain loop took {duration(own_s)} with {own}, as you"
        f" run it, and {duration(pinned_s)} with {pinned}; speed-ups are against the {better}, the faster one."
        f" {_of_workers(cases)}"
    ]


def _threads(counts: Mapping[str, int] | None) -> str:
    listed = " and ".join(f"{counted(count, 'thread')} of {name}" for name, count in (counts or {}).items())
    return listed or "a number of threads that is not known"


def _of_workers(cases: Sequence[MeasuredCase]) -> str:
    counts = [case.facts.get("inner_threads") or {} for case in cases if case.configuration.workers > 1]
    most = max((count for each in counts for count in each.values()), default=None)
    if most is None:
        return "How many threads each worker had is not known."
    return f"Each worker had {counted(most, 'thread')}."
